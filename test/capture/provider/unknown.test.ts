import { describe, expect, test } from 'vitest'
import { isOtherApi } from '../../../src/capture/provider/other-api.ts'
import { asksModel, unknownProtocol } from '../../../src/capture/provider/unknown.ts'
import { chatUsage, usage } from '../wire-server.ts'
import { readAll, readBody } from './read.ts'

const asks = (body: unknown) => asksModel(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))

describe('asksModel', () => {
  test.each<object>([
    { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
    { messages: [{ role: 'user', content: 'a "quoted\\" word, {, and 世界' }], stream: true, model: 'm' },
    { model: 'm', prompt: 'hi' },
    { options: { a: [{}] }, model: 'm', input: 'hi' },
    { model: 'm', contents: [] },
  ])('%j does', (body) => {
    expect(asks(body)).toBe(true)
    expect(asks(JSON.stringify(body, undefined, 2))).toBe(true)
  })

  test('one whose end is still to come does when it has said enough', () => {
    expect(asks('{"model":"m","messages":[{"role":"user","content":"hel')).toBe(true)
    expect(asks('{"messages":[{"role":"user","content":"my \\"model\\" is')).toBe(false)
  })

  test.each<unknown>([
    { messages: [] },
    { model: 'm', query: 'hi', documents: [] },
    { model: 'm', config: { prompt: 'hi' } },
    { batch: [{ model: 'm', messages: [] }] },
    { name: 'model', value: 'input', input: 'x' },
    { runs: [{ extra: { model: 'm' }, input: {} }], model_name: 'm' },
    [{ model: 'm', messages: [] }],
    'model=m&prompt=hi',
    '',
  ])('%j does not', (body) => {
    expect(asks(body)).toBe(false)
  })

  test('reads bytes of a larger buffer', () => {
    const bytes = Buffer.from('xx{"model":"m","input":""}')
    expect(asksModel(new Uint8Array(bytes.buffer, bytes.byteOffset + 2, bytes.length - 2))).toBe(true)
  })
})

describe('isOtherApi', () => {
  test.each([
    '/v1/moderations',
    '/v2/rerank',
    '/rerank',
    '/tokenize',
    '/v1/messages/count_tokens',
    '/v1/messages/batches',
    '/v1/images/generations',
    '/v1/audio/speech',
    '/v1/videos',
    '/v1/files',
    '/v1/responses/resp_1/cancel',
    '/v1/responses/input_tokens',
    '/v1beta/models/gemini-2.5-pro:countTokens',
    '/v1beta/models/gemini-2.5-pro:batchGenerateContent',
    '/v1beta/cachedContents',
    '/api/create',
    '/v1/multimodalembeddings',
    '/api/public/ingestion',
    '/v1/traces',
  ])('%s is one', (path) => {
    expect(isOtherApi(path)).toBe(true)
  })

  test.each(['/', '', '/generate', '/v1/predictions', '/v1/chat', '/api/ask', '/my/profiles', '/v1/interactions'])(
    '%s is not known to be one',
    (path) => {
      expect(isOtherApi(path)).toBe(false)
    },
  )
})

describe('an answer', () => {
  test('that is one of Chat Completions is read so', () => {
    const body = { model: 'm', choices: [{ message: { tool_calls: [{}] }, finish_reason: 'stop' }], usage: chatUsage }
    expect(readBody(unknownProtocol, body)).toMatchObject({ model: 'm', usage, stopReason: 'stop' })
    const { answer, kinds } = readAll(
      unknownProtocol,
      { model: 'm', choices: [{ delta: { content: 'Hello' } }] },
      { model: 'm', choices: [], usage: chatUsage },
      '[DONE]',
    )
    expect(kinds).toEqual(['text', undefined, undefined])
    expect(answer).toMatchObject({ model: 'm', usage, finished: true })
  })

  test('of any other kind leaves the tokens unknown', () => {
    const body = { model: 'm', text: 'Hello', usage: { prompt_tokens: 7, completion_tokens: 2 } }
    expect(readBody(unknownProtocol, body)).toEqual({ model: 'm', toolCalls: new Map(), finished: false })
  })

  test('of any other kind has content in every event, and an end that nobody knows', () => {
    const { answer, kinds } = readAll(unknownProtocol, { token: 'Hel' }, 'lo')
    expect(kinds).toEqual(['text', 'text'])
    expect(answer).toMatchObject({ stopReason: 'unknown', finished: false })
    expect(answer.usage).toBeUndefined()
  })

  test('tells its failure when it has an error', () => {
    const failure = { class: 'provider', message: 'no' }
    expect(readBody(unknownProtocol, { error: { message: 'no' } }).failure).toEqual(failure)
    expect(readAll(unknownProtocol, { error: 'no' }).answer.failure).toEqual(failure)
  })
})
