import { describe, expect, test } from 'vitest'
import { anthropic, anthropicMessages } from '../../../src/capture/provider/anthropic.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { readAll, readBody } from './read.ts'

const model = 'claude-sonnet-4-5-20250929'
const reported = {
  input_tokens: 50,
  cache_creation_input_tokens: 248,
  cache_read_input_tokens: 1024,
  cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
  output_tokens: 503,
  output_tokens_details: { thinking_tokens: 120 },
  service_tier: 'standard',
}
const usage = {
  inputTokens: 50 + 248 + 1024,
  outputTokens: 503,
  cachedTokens: 1024,
  cacheWriteTokens: 248,
  reasoningTokens: 120,
}

const start = (startUsage: object) => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [],
    model,
    stop_reason: null,
    usage: startUsage,
  },
})
const delta = (index: number, block: object) => ({ type: 'content_block_delta', index, delta: block })
const end = (endUsage: object, stop_reason = 'end_turn') => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage: endUsage,
})
const stop = { type: 'message_stop' }

describe('anthropic.recognise', () => {
  test.each([
    '/v1/messages',
    '/anthropic/v1/messages',
    '/messages',
    '/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
    '/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
  ])('%s is messages', (path) => {
    expect(anthropic.recognise(path)).toMatchObject({ provider: 'anthropic', api: 'messages' })
  })

  test('reads a model of Mistral on Vertex AI like chat', () => {
    const path = '/v1/projects/p/locations/us-central1/publishers/mistralai/models/mistral-medium-3:rawPredict'
    expect(anthropic.recognise(path)).toMatchObject({ provider: 'mistral', api: 'chat' })
  })

  test('knows the model that a path of Vertex AI names', () => {
    const path = '/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict'
    expect(anthropic.recognise(path)?.modelIn?.(`https://x${path}`)).toBe('claude-sonnet-4-5@20250929')
  })

  test.each([
    '/v1/messages/count_tokens',
    '/v1/messages/batches',
    '/v1/threads/thread_1/messages',
    '/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
    '/v1/projects/p/locations/l/publishers/meta/models/llama:rawPredict',
  ])('%s is nothing to follow', (path) => {
    expect(anthropic.recognise(path)).toBeUndefined()
  })
})

describe('a whole message', () => {
  test('tells model, usage, tool calls and why the model stopped', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'x' },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
      { type: 'text', text: 'Let me see.' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { key: 7 } },
    ]
    const body = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content,
      stop_reason: 'tool_use',
      usage: reported,
    }
    expect(readBody(anthropicMessages, body)).toEqual({
      model,
      usage,
      toolCalls: new Map([
        ['1', { name: 'web_search', input: {} }],
        ['4', { name: 'f', input: { key: 7 } }],
      ]),
      stopReason: 'tool_use',
      finished: false,
    })
  })

  test('without a cache has no tokens of one, and its input is whole', () => {
    expect(readBody(anthropicMessages, { usage: { input_tokens: 7, output_tokens: 2 } }).usage).toEqual({
      inputTokens: 7,
      outputTokens: 2,
    })
    const uncached = {
      input_tokens: 7,
      output_tokens: 2,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: 0,
    }
    expect(readBody(anthropicMessages, { usage: uncached }).usage).toEqual({
      inputTokens: 7,
      outputTokens: 2,
      cacheWriteTokens: 0,
    })
    expect(readBody(anthropicMessages, { usage: { service_tier: 'standard' } }).usage).toBeUndefined()
  })

  test.each([
    ['rate_limit_error', 'rateLimit'],
    ['overloaded_error', 'provider'],
    ['invalid_request_error', 'provider'],
  ])('%s is a failure of the class %s', (type, errorClass) => {
    const body = { type: 'error', error: { type, message: 'no' }, request_id: 'req_1' }
    expect(readBody(anthropicMessages, body).failure).toEqual({ class: errorClass, message: 'no' })
  })
})

describe('a stream', () => {
  test('has content where the model produced something', () => {
    const { answer, kinds } = readAll(
      anthropicMessages,
      start({ ...reported, output_tokens: 1 }),
      { type: 'ping' },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'x' }),
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      delta(1, { type: 'text_delta', text: 'Hello' }),
      delta(1, { type: 'text_delta', text: '' }),
      { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } },
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"key":' }),
      delta(2, { type: 'input_json_delta', partial_json: '7}' }),
      {
        type: 'content_block_start',
        index: 3,
        content_block: { type: 'server_tool_use', id: 's', name: 'web_search' },
      },
      end(reported, 'tool_use'),
      stop,
    )
    const nothing = undefined
    expect(kinds).toEqual([
      ...[nothing, nothing, nothing, 'reasoning', nothing, nothing],
      ...[nothing, 'text', nothing],
      ...['toolCall', nothing, 'toolCall', 'toolCall', 'toolCall', nothing, nothing],
    ])
    const toolCalls = new Map([
      ['2', { name: 'f', input: '{"key":7}' }],
      ['3', { name: 'web_search' }],
    ])
    expect(answer).toEqual({ model, usage, toolCalls, stopReason: 'tool_use', finished: true })
  })

  test('has the input of its start and the output of its end', () => {
    const { answer } = readAll(
      anthropicMessages,
      start({ input_tokens: 25, cache_read_input_tokens: 100, output_tokens: 1 }),
      end({ output_tokens: 15 }),
    )
    expect(answer.usage).toEqual({ inputTokens: 125, cachedTokens: 100, outputTokens: 15 })
  })

  test('has the figures of its end, which are of the whole message, unless they are 0', () => {
    const grown = readAll(
      anthropicMessages,
      start({ input_tokens: 25 }),
      end({ input_tokens: 9_000, output_tokens: 15 }),
    )
    expect(grown.answer.usage).toEqual({ inputTokens: 9_000, outputTokens: 15 })
    const late = readAll(anthropicMessages, start({ input_tokens: 0 }), end({ input_tokens: 25, output_tokens: 15 }))
    expect(late.answer.usage).toEqual({ inputTokens: 25, outputTokens: 15 })
    const early = readAll(anthropicMessages, start({ input_tokens: 25 }), end({ input_tokens: 0, output_tokens: 15 }))
    expect(early.answer.usage).toEqual({ inputTokens: 25, outputTokens: 15 })
  })

  test('that was cut does not know its output', () => {
    const { answer } = readAll(
      anthropicMessages,
      start({ ...reported, output_tokens: 1 }),
      delta(0, { type: 'text_delta', text: 'Hello' }),
    )
    expect(answer.usage).toMatchObject({ inputTokens: 1322 })
    expect(answer.usage?.outputTokens).toBeUndefined()
    expect(answer.finished).toBe(false)
  })

  test.each([
    ['overloaded_error', 'provider'],
    ['rate_limit_error', 'rateLimit'],
  ])('fails by an event of %s as %s', (type, errorClass) => {
    const { answer } = readAll(anthropicMessages, { type: 'error', error: { type, message: 'Overloaded' } })
    expect(answer).toMatchObject({ failure: { class: errorClass, message: 'Overloaded' }, finished: true })
  })

  test('bears an event that was cut', () => {
    expect(readAll(anthropicMessages, '{"type":"message_stop"', 'null', '7').answer).toEqual(emptyAnswer())
  })
})
