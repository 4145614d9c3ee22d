import { describe, expect, test } from 'vitest'
import { openaiResponses } from '../../../src/capture/provider/openai-responses.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'

const usage = { inputTokens: 1200, outputTokens: 90, cachedTokens: 1024, cacheWriteTokens: 128, reasoningTokens: 64 }
const response = {
  id: 'resp_1',
  model: 'gpt-5-2025-08-07',
  status: 'completed',
  error: null,
  output: [
    { type: 'reasoning' },
    { type: 'function_call', name: 'f', arguments: '{}' },
    { type: 'web_search_call' },
    { type: 'message' },
  ],
  usage: {
    input_tokens: 1200,
    input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 128 },
    output_tokens: 90,
    output_tokens_details: { reasoning_tokens: 64 },
  },
}

function readEvents(...events: readonly object[]) {
  const answer = emptyAnswer()
  const kinds = events.map((event, index) =>
    openaiResponses.readEvent({ data: JSON.stringify(event), atMs: index }, answer),
  )
  return { answer, kinds }
}

describe('a whole response', () => {
  test('tells model, usage, tool calls and how it ended', () => {
    const answer = emptyAnswer()
    openaiResponses.readBody(response, answer)
    expect(answer).toEqual({
      id: 'resp_1',
      model: 'gpt-5-2025-08-07',
      usage,
      toolCalls: new Map<string, object>([
        ['1', { name: 'f', input: '{}' }],
        ['2', {}],
      ]),
      stopReason: 'completed',
      finished: false,
    })
  })

  test('tells the failure of an error body and of a failed response', () => {
    const error = { code: 'rate_limit_exceeded', message: 'slow down' }
    for (const body of [{ error }, { ...response, status: 'failed', error }]) {
      const answer = emptyAnswer()
      openaiResponses.readBody(body, answer)
      expect(answer.failure).toEqual({ class: 'rateLimit', message: 'slow down' })
    }
  })

  test.each([undefined, null, 7, 'text', [], { output: 'x' }, { output: [null, 7] }])('bears %j', (body) => {
    const answer = emptyAnswer()
    openaiResponses.readBody(body, answer)
    expect(answer).toEqual(emptyAnswer())
  })
})

describe('a stream', () => {
  test('has content where the model produced something', () => {
    const { kinds } = readEvents(
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
      { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } },
      { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
      { type: 'response.reasoning_text.delta', delta: 'hm' },
      { type: 'response.output_item.added', output_index: 1, item: { type: 'message' } },
      { type: 'response.output_text.delta', delta: 'hello' },
      { type: 'response.output_text.delta', delta: '' },
      { type: 'response.refusal.delta', delta: 'no' },
      { type: 'response.output_text.done', text: 'hello' },
      { type: 'response.output_item.added', output_index: 2, item: { type: 'function_call', name: 'f' } },
      { type: 'response.function_call_arguments.delta', delta: '{}' },
      { type: 'response.custom_tool_call_input.delta', delta: 'x' },
      { type: 'response.completed', response },
    )
    const nothing = undefined
    expect(kinds).toEqual([
      ...[nothing, nothing, 'reasoning', 'reasoning', nothing],
      ...['text', nothing, 'text', nothing],
      ...['toolCall', 'toolCall', 'toolCall', nothing],
    ])
  })

  test('has the arguments of a tool call when it is done', () => {
    const { answer, kinds } = readEvents(
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'function_call', name: 'f', arguments: '' },
      },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":1}' },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'function_call', arguments: '{"a":1}' } },
    )
    expect([...answer.toolCalls.values()]).toEqual([{ name: 'f', input: '{"a":1}' }])
    expect(kinds).toEqual(['toolCall', 'toolCall', undefined])
  })

  test('counts a tool call once, though the last event tells it again', () => {
    const item = { type: 'function_call' }
    expect(readEvents({ type: 'response.output_item.added', output_index: 1, item }).answer.toolCalls.size).toBe(1)
    const { answer } = readEvents(
      { type: 'response.output_item.added', output_index: 1, item },
      { type: 'response.completed', response },
    )
    expect(answer.toolCalls.size).toBe(2)
  })

  test.each(['completed', 'incomplete', 'failed'])('is finished by response.%s', (status) => {
    const before = readEvents({ type: 'response.in_progress', response: { ...response, status: 'in_progress' } })
    expect(before.answer).toMatchObject({ finished: false })
    expect(before.answer.stopReason).toBeUndefined()
    const { answer } = readEvents({ type: `response.${status}`, response: { ...response, status } })
    expect(answer).toMatchObject({ finished: true, stopReason: status, usage })
  })

  test('an answer that stopped at its longest has not failed', () => {
    const incomplete = { ...response, status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    expect(readEvents({ type: 'response.incomplete', response: incomplete }).answer.failure).toBeUndefined()
  })

  test('fails by an error event, in either form, and by response.failed', () => {
    const failure = { class: 'provider', message: 'broken' }
    const error = { code: 'server_error', message: 'broken' }
    for (const event of [
      { type: 'error', ...error },
      { type: 'error', error },
      { type: 'response.failed', response: { ...response, status: 'failed', error } },
    ]) {
      expect(readEvents(event).answer).toMatchObject({ failure, finished: true })
    }
  })

  test('is not finished by a last event that was cut', () => {
    const answer = emptyAnswer()
    const data = JSON.stringify({ type: 'response.completed', response }).slice(0, -5)
    expect(openaiResponses.readEvent({ name: 'response.completed', data, atMs: 0 }, answer)).toBeUndefined()
    expect(answer).toEqual(emptyAnswer())
  })
})
