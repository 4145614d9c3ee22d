import { expect, test } from 'vitest'
import { cohere, cohereChat } from '../../../src/capture/provider/cohere.ts'
import { readAll, readBody } from './read.ts'

const reported = {
  billed_units: { input_tokens: 17, output_tokens: 12 },
  tokens: { input_tokens: 215, output_tokens: 14 },
  cached_tokens: 16,
}
const usage = { inputTokens: 215, outputTokens: 14, cachedTokens: 16 }

test('version 2 is known, and version 1 is not', () => {
  expect(cohere.recognise('/v2/chat')).toMatchObject({ provider: 'cohere', api: 'chat', sharesPath: true })
  expect(cohere.recognise('/v2/embed')).toMatchObject({ provider: 'cohere', api: 'embeddings' })
  expect(cohere.recognise('/v1/chat')).toBeUndefined()
  expect(cohere.recognise('/v2/rerank')).toBeUndefined()
})

test('a whole answer tells usage, tool calls and why the model stopped', () => {
  const message = {
    role: 'assistant',
    tool_plan: 'I will',
    tool_calls: [{ id: 'f_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
  }
  expect(readBody(cohereChat, { id: 'x', finish_reason: 'TOOL_CALL', message, usage: reported })).toEqual({
    usage,
    toolCalls: new Map([['0', { name: 'f', input: '{}' }]]),
    stopReason: 'TOOL_CALL',
    finished: false,
  })
})

test('a stream has content where the model produced something', () => {
  const { answer, kinds } = readAll(
    cohereChat,
    { type: 'message-start', id: 'x', delta: { message: { role: 'assistant', content: [] } } },
    { type: 'content-start', index: 0, delta: { message: { content: { type: 'thinking', thinking: '' } } } },
    { type: 'content-delta', index: 0, delta: { message: { content: { thinking: 'hm' } } } },
    { type: 'content-delta', index: 1, delta: { message: { content: { text: 'Hello' } } } },
    { type: 'content-end', index: 1 },
    { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I' } } },
    {
      type: 'tool-call-start',
      index: 0,
      delta: { message: { tool_calls: { function: { name: 'f', arguments: '' } } } },
    },
    { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '{"a"' } } } } },
    { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: ':1}' } } } } },
    { type: 'tool-call-end', index: 0 },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: reported } },
  )
  const nothing = undefined
  expect(kinds).toEqual([
    ...[nothing, nothing, 'reasoning', 'text', nothing],
    ...['reasoning', 'toolCall', 'toolCall', 'toolCall', nothing, nothing],
  ])
  const toolCalls = new Map([['0', { name: 'f', input: '{"a":1}' }]])
  expect(answer).toMatchObject({ usage, toolCalls, stopReason: 'COMPLETE', finished: true })
})

test('an error is a failure, in a body and at the end of a stream', () => {
  expect(readBody(cohereChat, { id: 'x', message: 'invalid api token' }).failure).toEqual({
    class: 'provider',
    message: 'invalid api token',
  })
  const { answer } = readAll(cohereChat, { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'broken' } })
  expect(answer.failure).toEqual({ class: 'provider', message: 'broken' })
})

test('embeddings have the input tokens that are billed', () => {
  const protocol = cohere.recognise('/v2/embed')
  if (protocol === undefined) throw new Error('expected a protocol')
  expect(readBody(protocol, { embeddings: {}, meta: { billed_units: { input_tokens: 2 } } }).usage).toEqual({
    inputTokens: 2,
    outputTokens: 0,
  })
})
