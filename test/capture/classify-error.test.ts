import { describe, expect, test } from 'vitest'
import { classifyError } from '../../src/capture/classify-error.ts'
import type { ModelCall } from '../../src/domain/span.ts'

function call(rest: Partial<ModelCall> = {}): ModelCall {
  const url = 'http://127.0.0.1/v1/responses'
  return {
    provider: 'openai',
    api: 'responses',
    url,
    streamed: false,
    startedAtMs: 0,
    toolCalls: 0,
    reasoningStreamed: false,
    ...rest,
  }
}

function errorWith(properties: object, message = 'failed'): Error {
  return Object.assign(new Error(message), properties)
}

describe('classifyError', () => {
  test.each([
    ['ECONNREFUSED', 'connection'],
    ['ECONNRESET', 'connection'],
    ['ENOTFOUND', 'connection'],
    ['EAI_AGAIN', 'connection'],
    ['EPIPE', 'connection'],
    ['EHOSTUNREACH', 'connection'],
    ['UND_ERR_SOCKET', 'connection'],
    ['HPE_INVALID_CONSTANT', 'connection'],
    ['ERR_HTTP2_STREAM_ERROR', 'connection'],
    ['CERT_HAS_EXPIRED', 'connection'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'connection'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_INVALID_ARG', 'agent'],
    ['ENOENT', 'agent'],
    ['ABORT_ERR', 'agent'],
    [7, 'agent'],
  ])('code %s is %s, however deep it lies', (code, errorClass) => {
    const error = errorWith({ code })
    expect(classifyError(error, [])).toBe(errorClass)
    expect(classifyError(new TypeError('fetch failed', { cause: error }), [])).toBe(errorClass)
    expect(classifyError(new Error('step 2', { cause: new AggregateError([error]) }), [])).toBe(errorClass)
  })

  test.each([
    [429, 'rateLimit'],
    [400, 'provider'],
    [401, 'provider'],
    [503, 'provider'],
    [200, 'agent'],
    [undefined, 'agent'],
  ])('status %s is %s', (status, errorClass) => {
    expect(classifyError(errorWith({ status }), [])).toBe(errorClass)
    expect(classifyError(errorWith({ statusCode: status }), [])).toBe(errorClass)
  })

  test('the last of several attempts decides', () => {
    const attempts = [429, 500, 'ECONNRESET', 'ETIMEDOUT'].map((reason) =>
      errorWith(typeof reason === 'number' ? { statusCode: reason } : { code: reason }),
    )
    const last = (count: number) => classifyError(errorWith({ errors: attempts.slice(0, count) }), [])
    expect([1, 2, 3, 4].map(last)).toEqual(['rateLimit', 'provider', 'connection', 'timeout'])
  })

  test("a status that no model call had is not the provider's", () => {
    const calls = [call({ status: 200 })]
    expect(classifyError(errorWith({ status: 404 }), calls)).toBe('agent')
    expect(classifyError(errorWith({ status: 404 }), [...calls, call({ status: 404 })])).toBe('provider')
    expect(classifyError(errorWith({ status: 404, requestID: 'req_1' }), calls)).toBe('provider')
    expect(classifyError(errorWith({ statusCode: 404, name: 'AI_APICallError' }), calls)).toBe('provider')
  })

  test('an error that says nothing is that of the failed call it tells about', () => {
    const calls = [call({ status: 429, failure: { class: 'rateLimit', message: 'slow down' } }), call({ status: 200 })]
    expect(classifyError(new Error('The model said: slow down!'), calls)).toBe('rateLimit')
    expect(classifyError(new Error('step 2', { cause: 'slow down' }), calls)).toBe('rateLimit')
    expect(classifyError('HTTP 429', calls)).toBe('rateLimit')
    expect(classifyError(new Error('took 4290 ms'), calls)).toBe('agent')
  })

  test("a model client's error that says nothing is that of the last call, if that failed", () => {
    const failed = call({ status: 429, failure: { class: 'rateLimit', message: 'slow down' } })
    const silent = errorWith({ name: 'AI_NoOutputGeneratedError' })
    expect(classifyError(silent, [failed])).toBe('rateLimit')
    expect(classifyError(silent, [failed, call({ status: 200 })])).toBe('agent')
  })

  test('a message of a lost connection, without its cause, is that of the call that lost it', () => {
    const lost = [call({ failure: { class: 'connection', message: 'other side closed' } })]
    for (const message of ['step 2: fetch failed', 'TypeError: terminated', 'Connection error.']) {
      expect(classifyError(new Error(message), lost)).toBe('connection')
      expect(classifyError(new Error(message), [call({ status: 200 })])).toBe('agent')
    }
  })

  test('the latest failed call is the one that counts', () => {
    const calls = [
      call({ failure: { class: 'rateLimit', message: 'sorry' } }),
      call({ failure: { class: 'provider', message: 'sorry' } }),
    ]
    expect(classifyError(new Error('sorry'), calls)).toBe('provider')
  })

  test('names of clients say what no code says', () => {
    class APIConnectionError extends Error {}
    class APIConnectionTimeoutError extends APIConnectionError {}
    expect(classifyError(new APIConnectionError('Connection error.'), [])).toBe('connection')
    expect(classifyError(new APIConnectionTimeoutError('Request timed out.'), [])).toBe('timeout')
    const cause = errorWith({ code: 'UND_ERR_HEADERS_TIMEOUT' })
    expect(classifyError(new APIConnectionError('Connection error.', { cause }), [])).toBe('timeout')
    expect(classifyError(new DOMException('too slow', 'TimeoutError'), [])).toBe('timeout')
    expect(classifyError(new DOMException('stopped', 'AbortError'), [])).toBe('agent')
  })

  test.each([undefined, null, 'text', 7, {}, [], () => 1, Symbol('x')])('bears %s', (thrown) => {
    expect(classifyError(thrown, [])).toBe('agent')
    expect(classifyError(thrown, [call({ failure: { class: 'provider', message: 'sorry' } })])).toBe('agent')
  })

  test('bears errors that cause each other', () => {
    const first = errorWith({})
    const second = errorWith({ cause: first, errors: [first] })
    Object.assign(first, { cause: second })
    expect(classifyError(first, [])).toBe('agent')
  })
})
