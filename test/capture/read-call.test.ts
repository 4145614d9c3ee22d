import { describe, expect, test } from 'vitest'
import { openaiChat } from '../../src/capture/provider/openai-chat.ts'
import { isComplete, readCall } from '../../src/capture/read-call.ts'
import {
  headerOf,
  receiveChunk,
  receiveHeaders,
  sendChunk,
  startedWireCall,
  type WireCall,
} from '../../src/capture/wire-call.ts'
import { interTokenLatencyMs, modelTtftMs } from '../../src/domain/span.ts'
import { chatEvent, chatStream, chatUsage, usage } from './wire-server.ts'

const url = 'http://127.0.0.1:1/v1/chat/completions'

/** A call that started at 1000 ms; its events came each 10 ms from 1100 ms on. */
function streamed(events: readonly string[], rest: Partial<WireCall> = {}): WireCall {
  const wire = startedWireCall(openaiChat, 'POST', url, 1_000)
  sendChunk(wire, Buffer.from('{"model":"gp'))
  sendChunk(wire, Buffer.from('t-5"}'))
  receiveHeaders(wire, 200, [Buffer.from('Content-Type'), Buffer.from('text/event-stream')], 1_050)
  for (const [index, event] of events.entries()) receiveChunk(wire, Buffer.from(event), 1_100 + 10 * index)
  wire.endedAtMs = 1_300
  return Object.assign(wire, rest)
}

describe('readCall', () => {
  test('counts every instant from the start of the run', async () => {
    const call = await readCall(streamed(chatStream), 900)
    expect(call).toEqual({
      provider: 'openai',
      api: 'chat',
      url,
      model: 'gpt-5-2025-08-07',
      streamed: true,
      startedAtMs: 100,
      headersAtMs: 150,
      firstContentAtMs: 210,
      firstTextAtMs: 210,
      lastContentAtMs: 220,
      endedAtMs: 400,
      status: 200,
      usage,
      toolCalls: 0,
      reasoningStreamed: false,
    })
    expect(modelTtftMs(call)).toBe(110)
    expect(interTokenLatencyMs(call)).toBe(10 / 25) // 90 output tokens, 64 of them hidden: 25 gaps
  })

  test('tells content from text, and hidden from streamed reasoning', async () => {
    const events = [
      chatEvent({ reasoning: 'hm' }),
      chatEvent({ tool_calls: [{ index: 0, id: 'a' }] }),
      chatEvent({ content: 'x' }),
    ]
    expect(await readCall(streamed(events), 1_000)).toMatchObject({
      firstContentAtMs: 100,
      firstTextAtMs: 120,
      lastContentAtMs: 120,
      reasoningStreamed: true,
      toolCalls: 1,
    })
  })

  test('has the model of the request when the response names none', async () => {
    expect((await readCall(streamed([]), 0)).model).toBe('gpt-5')
    expect((await readCall(streamed([], { requestChunks: [] }), 0)).model).toBeUndefined()
  })

  test('a call without a response is open, and knows nothing else', async () => {
    const call = await readCall(startedWireCall(openaiChat, 'POST', url, 1_000), 1_000)
    expect(call).toEqual({
      provider: 'openai',
      api: 'chat',
      url,
      streamed: false,
      startedAtMs: 0,
      toolCalls: 0,
      reasoningStreamed: false,
    })
  })

  test('hints before the response are not its headers', async () => {
    const wire = startedWireCall(openaiChat, 'POST', url, 1_000)
    receiveHeaders(wire, 103, ['link', '</style.css>'], 1_010)
    expect((await readCall(wire, 0)).headersAtMs).toBeUndefined()
    receiveHeaders(wire, 200, [], 1_020)
    expect(await readCall(wire, 0)).toMatchObject({ headersAtMs: 1_020, status: 200 })
  })

  test.each<[string, unknown, string | undefined]>([
    ['a timeout of the headers', Object.assign(new Error('slow'), { code: 'UND_ERR_HEADERS_TIMEOUT' }), 'timeout'],
    ['a timeout of the body', Object.assign(new Error('slow'), { code: 'UND_ERR_BODY_TIMEOUT' }), 'timeout'],
    ['a time limit', new DOMException('slow', 'TimeoutError'), 'timeout'],
    ['a lost connection', Object.assign(new Error('gone'), { code: 'UND_ERR_SOCKET' }), 'connection'],
    ['refused addresses', new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })]), 'connection'],
    ['an abort', new DOMException('stop', 'AbortError'), undefined],
    ['an abort with a code of its own', Object.assign(new Error('stop'), { code: 'BENCH_AGENT_LIMIT' }), undefined],
    ['an abort for a reason that is no error', 'stop', undefined],
  ])('%s makes it fail as it should', async (_, error, errorClass) => {
    expect((await readCall(streamed(chatStream.slice(0, 2), { error }), 0)).failure?.class).toBe(errorClass)
  })

  test('the status counts before the abort that follows it', async () => {
    const error = new DOMException('This operation was aborted', 'AbortError')
    const call = await readCall(streamed([], { status: 429, error }), 0)
    expect(call.failure).toEqual({ class: 'rateLimit', message: 'HTTP 429' })
  })

  test('an error in the stream counts before the abort that follows it', async () => {
    const events = [chatEvent({ content: 'x' }), 'data: {"error":{"message":"overloaded"}}\n\n']
    const call = await readCall(streamed(events, { error: new DOMException('stop', 'AbortError') }), 0)
    expect(call.failure).toEqual({ class: 'provider', message: 'overloaded' })
  })

  test('the message of refused addresses is that of the last', async () => {
    const refused = ['::1', '127.0.0.1'].map((host) => Object.assign(new Error(`no ${host}`), { code: 'ECONNREFUSED' }))
    const call = await readCall(streamed([], { error: new AggregateError(refused) }), 0)
    expect(call.failure?.message).toBe('no 127.0.0.1')
  })

  test('reads nothing from a plain body that is none', async () => {
    const rawHeaders = { 'content-type': 'text/html' }
    const call = await readCall(streamed(['<html>', chatUsage.toString()], { rawHeaders }), 0)
    expect(call).toMatchObject({ streamed: false, toolCalls: 0 })
    expect(call.usage).toBeUndefined()
  })
})

describe('isComplete', () => {
  const open = { endedAtMs: undefined }

  test('an ended call is', () => {
    expect(isComplete(streamed([]))).toBe(true)
  })

  test('an open stream is once its last event came, in however many chunks', () => {
    expect(isComplete(streamed(chatStream, open))).toBe(true)
    expect(isComplete(streamed([...chatStream, ': ping\n\n', '\n'], open))).toBe(true)
    expect(isComplete(streamed([...chatStream.join('')], open))).toBe(true)
    expect(isComplete(streamed([chatStream.join('')], open))).toBe(true)
  })

  test('an open stream is not before', () => {
    for (let count = 0; count < chatStream.length; count++) {
      expect(isComplete(streamed(chatStream.slice(0, count), open))).toBe(false)
    }
    expect(isComplete(streamed([...chatStream.slice(0, -1).join('')], open))).toBe(false)
    expect(isComplete(streamed([chatEvent({ content: 'data: [DONE]\n\n' })], open))).toBe(false)
  })

  test('an open plain response is not', () => {
    expect(isComplete(streamed(['{}'], { ...open, rawHeaders: ['content-type', 'application/json'] }))).toBe(false)
  })
})

describe('headerOf', () => {
  const named = (rawHeaders: unknown) => headerOf(rawHeaders, 'content-encoding')

  test('reads every form in which transports give headers', () => {
    expect(named([Buffer.from('x-a'), Buffer.from('1'), Buffer.from('Content-Encoding'), Buffer.from('br')])).toBe('br')
    expect(named(['Content-Encoding', 'br', 'x-a', '1'])).toBe('br')
    expect(named({ 'x-a': '1', 'Content-Encoding': 'br' })).toBe('br')
    expect(named({ 'content-encoding': ['gzip', 'br'] })).toBe('gzip,br')
  })

  test('is absent when there is none of the name', () => {
    for (const rawHeaders of [undefined, null, 7, [], ['content-encoding'], {}])
      expect(named(rawHeaders)).toBeUndefined()
  })
})
