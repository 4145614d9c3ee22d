import { describe, expect, test } from 'vitest'
import { recognise } from '../../../src/capture/provider/all.ts'
import { openaiChat } from '../../../src/capture/provider/openai-chat.ts'
import { isComplete, readCall } from '../../../src/capture/read/read-call.ts'
import {
  headerOf,
  receiveChunk,
  receiveHeaders,
  sendChunk,
  startedWireCall,
  type WireCall,
} from '../../../src/capture/wire-call.ts'
import { interTokenLatencyMs, modelTtftMs } from '../../../src/domain/span.ts'
import { frame } from '../provider/amazon-frames.ts'
import { chatEvent, chatStream, chatUsage, usage } from '../wire-server.ts'

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

/** A call at `path`, whose response of the content type came in `chunks`, as `streamed` has it. */
function answered(
  path: string,
  contentType: string,
  chunks: readonly (string | Buffer)[],
  rest: Partial<WireCall> = {},
) {
  const protocol = recognise(path)
  if (protocol === undefined) throw new Error('expected a protocol')
  const wire = streamed([], { protocol, url: `http://127.0.0.1:1${path}`, rawHeaders: ['content-type', contentType] })
  for (const [index, chunk] of chunks.entries()) receiveChunk(wire, Buffer.from(chunk), 1_100 + 10 * index)
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
      givenUp: true,
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

  test('reads lines of JSON', async () => {
    const line = { model: 'qwen3:8b', message: { content: 'Grüße' }, done: false }
    const end = { model: 'qwen3:8b', done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 2 }
    const text = `${JSON.stringify(line)}\n${JSON.stringify(line)}\n${JSON.stringify(end)}\n`
    const chunks = [text.slice(0, 90), text.slice(90, 150), text.slice(150)]
    const call = await readCall(answered('/api/chat', 'application/x-ndjson', chunks), 1_000)
    expect(call).toMatchObject({
      provider: 'ollama',
      api: 'chat',
      streamed: true,
      firstTextAtMs: 100,
      lastContentAtMs: 110,
      usage: { inputTokens: 7, outputTokens: 2 },
    })
    expect(call.failure).toBeUndefined()
  })

  test('reads the list that a stream of Gemini is without alt=sse, and its error', async () => {
    const path = '/v1beta/models/gemini-2.5-pro:streamGenerateContent'
    const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 2 }
    const part = { candidates: [{ content: { parts: [{ text: 'Hello' }] } }], usageMetadata }
    const end = { candidates: [{ finishReason: 'STOP' }], usageMetadata }
    const chunks = [`[${JSON.stringify(part)}`, `,\r\n${JSON.stringify(part)}`, `,\r\n${JSON.stringify(end)}]`]
    expect(await readCall(answered(path, 'application/json; charset=UTF-8', chunks), 1_000)).toMatchObject({
      streamed: true,
      firstTextAtMs: 100,
      lastContentAtMs: 110,
      usage: { inputTokens: 7, outputTokens: 2 },
    })
    const error = JSON.stringify([{ error: { code: 429, message: 'Quota exceeded', details: [{ retryDelay: '2s' }] } }])
    expect(
      await readCall(answered(path, 'application/json', [error], { status: 429, requestChunks: [] }), 0),
    ).toMatchObject({
      streamed: false,
      model: 'gemini-2.5-pro',
      failure: { class: 'rateLimit', message: 'Quota exceeded' },
      retryAfterMs: 2_000,
    })
  })

  test("reads the messages of Amazon's event stream", async () => {
    const path = '/model/anthropic.claude-sonnet-4-5-v1%3A0/converse-stream'
    const chunks = [
      frame('messageStart', { role: 'assistant' }),
      frame('contentBlockDelta', { delta: { text: 'Grüße' }, contentBlockIndex: 0 }),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } }),
    ]
    const wire = answered(path, 'application/vnd.amazon.eventstream', chunks, { requestChunks: [] })
    expect(await readCall(wire, 1_000)).toMatchObject({
      provider: 'bedrock',
      model: 'anthropic.claude-sonnet-4-5-v1:0',
      streamed: true,
      firstTextAtMs: 110,
      usage: { inputTokens: 7, outputTokens: 2 },
    })
    const cut = Object.assign(wire, { chunks: chunks.slice(0, 2), arrivalsAtMs: [1_100, 1_110] })
    expect((await readCall(cut, 1_000)).failure?.class).toBe('connection')
  })

  test('knows calls that generate nothing', async () => {
    const body = JSON.stringify({ model: 'text-embedding-3-small', usage: { prompt_tokens: 8, total_tokens: 8 } })
    expect(await readCall(answered('/v1/embeddings', 'application/json', [body]), 0)).toMatchObject({
      api: 'embeddings',
      embeds: true,
      usage: { inputTokens: 8, outputTokens: 0 },
      toolCalls: 0,
    })
  })

  test.each<[string, string, object, string, string]>([
    ['OpenAI', '/v1/responses', { error: { message: 'slow', type: 'requests' } }, 'slow', 'rateLimit'],
    [
      'Anthropic',
      '/v1/messages',
      { type: 'error', error: { type: 'rate_limit_error', message: 'slow' } },
      'slow',
      'rateLimit',
    ],
    ['Gemini', '/v1/models/m:generateContent', { error: { code: 429, message: 'slow' } }, 'slow', 'rateLimit'],
    ['Bedrock', '/model/m/converse', { message: 'slow' }, 'slow', 'rateLimit'],
    ['Cohere', '/v2/chat', { message: 'slow' }, 'slow', 'rateLimit'],
    ['nobody', '/v1/messages', { detail: 'slow' }, 'HTTP 429', 'rateLimit'],
  ])('a refusal of %s has its message and how long to wait', async (_, path, body, message, errorClass) => {
    const rawHeaders = ['content-type', 'application/json', 'retry-after', '20']
    const wire = answered(path, '', [JSON.stringify(body)], { rawHeaders, status: 429 })
    expect(await readCall(wire, 0)).toMatchObject({ failure: { class: errorClass, message }, retryAfterMs: 20_000 })
  })

  test('an answer that succeeded asks for no wait', async () => {
    const rawHeaders = ['content-type', 'text/event-stream', 'retry-after', '20']
    expect((await readCall(streamed(chatStream, { rawHeaders }), 0)).retryAfterMs).toBeUndefined()
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

  test('an open stream of other framings is once its last event came, and not before', () => {
    const line = { model: 'm', message: { content: 'x' }, done: false }
    const lines = [line, line, { ...line, done: true }].map((part) => `${JSON.stringify(part)}\n`)
    const frames = [frame('messageStart', {}), frame('messageStop', {}), frame('metadata', {})]
    const list = ['[{"candidates":[{}]}', ',{"candidates":[{"finishReason":"STOP"}]}', ']']
    for (const [path, contentType, chunks] of [
      ['/api/chat', 'application/x-ndjson', lines],
      ['/model/m/converse-stream', 'application/vnd.amazon.eventstream', frames],
      ['/v1/models/m:streamGenerateContent', 'application/json', list],
    ] as const) {
      expect(isComplete(answered(path, contentType, chunks, open)), path).toBe(true)
      expect(isComplete(answered(path, contentType, chunks.slice(0, 1), open)), path).toBe(false)
      const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)))
      const halves = [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)]
      expect(isComplete(answered(path, contentType, halves, open)), path).toBe(true)
    }
  })

  test('an open list is read from its start, for a string that was cut looks like the list itself', () => {
    const chunks = [
      '[{"candidates":[{"content":{"parts":[{"text":"',
      '{} {} {} "}]}}]},{"candidates":[{"finishReason":"STOP"}]}]',
    ]
    expect(isComplete(answered('/v1/models/m:streamGenerateContent', 'application/json', chunks, open))).toBe(true)
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
