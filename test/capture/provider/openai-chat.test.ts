import { describe, expect, test } from 'vitest'
import { openaiChat, openaiCompletions } from '../../../src/capture/provider/openai-chat.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { chatUsage, usage } from '../wire-server.ts'
import { readAll } from './read.ts'

function readBody(body: unknown) {
  const answer = emptyAnswer()
  openaiChat.readBody(body, answer)
  return answer
}

function readDeltas(...deltas: readonly unknown[]) {
  const answer = emptyAnswer()
  const kinds = deltas.map((delta, index) => {
    const data = JSON.stringify({ model: 'gpt-5', choices: [{ index: 0, delta }] })
    return openaiChat.readEvent({ data, atMs: index }, answer)
  })
  return { answer, kinds }
}

describe('a whole completion', () => {
  test('tells model, usage, tool calls and why the model stopped', () => {
    const calledFunction = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
    const calledText = { id: 'b', type: 'custom', custom: { name: 'g', input: 'text' } }
    const message = { role: 'assistant', content: null, tool_calls: [calledFunction, calledText] }
    const body = { model: 'gpt-5', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage: chatUsage }
    expect(readBody(body)).toEqual({
      model: 'gpt-5',
      usage,
      toolCalls: new Map([
        ['0:0', { name: 'f', input: '{"a":1}' }],
        ['0:1', { name: 'g', input: 'text' }],
      ]),
      stopReason: 'tool_calls',
      finished: false,
    })
  })

  test('counts the tool calls of every choice, and the old function call', () => {
    const called = { message: { tool_calls: [{ id: 'a' }] } }
    expect(readBody({ choices: [called, called, { message: { function_call: { name: 'f' } } }] }).toolCalls.size).toBe(
      3,
    )
  })

  test('leaves unknown what the usage does not say', () => {
    expect(readBody({ usage: { prompt_tokens: 7, completion_tokens: 2 } }).usage).toEqual({
      inputTokens: 7,
      outputTokens: 2,
    })
    expect(readBody({ usage: { prompt_tokens: 7 } }).usage).toEqual({ inputTokens: 7 })
    expect(readBody({ usage: { prompt_tokens: '7', completion_tokens: -1 } }).usage).toBeUndefined()
    expect(readBody({ usage: null }).usage).toBeUndefined()
    expect(readBody({ usage: { prompt_tokens: 0, completion_tokens: 0 } }).usage).toEqual({
      inputTokens: 0,
      outputTokens: 0,
    })
  })

  test('tells the failure of an error body', () => {
    expect(readBody({ error: { message: 'slow down', type: 'rate_limit_error' } }).failure).toEqual({
      class: 'rateLimit',
      message: 'slow down',
    })
    expect(readBody({ error: { message: 'broken', code: 500 } }).failure).toEqual({
      class: 'provider',
      message: 'broken',
    })
    expect(readBody({ error: 'broken' }).failure).toEqual({ class: 'provider', message: 'broken' })
    expect(readBody({ error: { detail: 1 } }).failure).toEqual({ class: 'provider', message: '{"detail":1}' })
    expect(readBody({ error: null }).failure).toBeUndefined()
  })

  test('tells the failure of those who have it elsewhere: Google in a list, vLLM without a name', () => {
    const quota = { code: 429, message: 'no', status: 'RESOURCE_EXHAUSTED' }
    expect(readBody([{ error: quota }]).failure).toEqual({ class: 'rateLimit', message: 'no' })
    const body = { object: 'error', message: 'too long', type: 'BadRequestError', param: null, code: 400 }
    expect(readBody(body).failure).toEqual({ class: 'provider', message: 'too long' })
  })

  test('bears names of an error that are none', () => {
    const error = { code: { toString: 1 }, type: ['429'], message: { a: 1 } }
    expect(readBody({ error }).failure).toEqual({ class: 'provider', message: JSON.stringify(error) })
  })

  test.each([undefined, null, 7, 'text', [], { choices: 'x' }, { choices: [null, { message: 7 }] }])(
    'bears %j',
    (body) => {
      expect(readBody(body)).toEqual(emptyAnswer())
    },
  )
})

describe('a stream', () => {
  test('has content where the model produced something', () => {
    const { kinds } = readDeltas(
      { role: 'assistant', content: '' },
      { reasoning_content: 'hm' },
      { reasoning: 'hm' },
      { content: 'hello' },
      { refusal: 'no' },
      { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] },
      { function_call: { name: 'f' } },
      {},
      null,
    )
    const nothing = undefined
    expect(kinds).toEqual([nothing, 'reasoning', 'reasoning', 'text', 'text', 'toolCall', 'toolCall', nothing, nothing])
  })

  test('counts a tool call once, however many deltas it takes', () => {
    const { answer } = readDeltas(
      { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{' } }] },
      { tool_calls: [{ index: 1, id: 'b', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '}' } }] },
    )
    expect([...answer.toolCalls.values()]).toEqual([{ name: 'f', input: '{}' }, { name: 'f' }])
  })

  test('counts right for servers that repeat the id, leave it out, or give all calls the same place', () => {
    const repeated = { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }
    const without = { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{}' } }] }
    const another = { tool_calls: [{ index: 0, id: 'b', function: { name: 'f', arguments: '{}' } }] }
    expect(readDeltas(repeated, repeated).answer.toolCalls.size).toBe(1)
    expect(readDeltas(without, without).answer.toolCalls.size).toBe(1)
    expect(readDeltas(repeated, another).answer.toolCalls.size).toBe(2)
  })

  test('has the last usage that it told', () => {
    const answer = emptyAnswer()
    for (const completion_tokens of [1, 2, 90]) {
      const data = JSON.stringify({ choices: [], usage: { ...chatUsage, completion_tokens } })
      openaiChat.readEvent({ data, atMs: 0 }, answer)
    }
    openaiChat.readEvent({ data: JSON.stringify({ choices: [], usage: null }), atMs: 0 }, answer)
    expect(answer.usage).toEqual(usage)
  })

  test('has the usage that Groq and Moonshot put elsewhere', () => {
    const groq = { choices: [{ delta: {}, finish_reason: 'stop' }], x_groq: { id: 'r', usage: chatUsage } }
    const moonshot = { choices: [{ delta: {}, finish_reason: 'stop', usage: chatUsage }] }
    for (const chunk of [groq, moonshot]) expect(readAll(openaiChat, chunk).answer.usage).toEqual(usage)
  })

  test('tells the thoughts and the text of Mistral apart, which are parts of a list', () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }
    const { kinds } = readDeltas(
      { content: [thinking] },
      { content: [thinking, { type: 'text', text: 'Hello' }] },
      { content: [] },
    )
    expect(kinds).toEqual(['reasoning', 'text', undefined])
  })

  test('of completions without chat has its text', () => {
    const { answer, kinds } = readAll(
      openaiCompletions,
      { object: 'text_completion', model: 'm', choices: [{ text: 'Hello', index: 0, finish_reason: null }] },
      {
        object: 'text_completion',
        model: 'm',
        choices: [{ text: '', index: 0, finish_reason: 'stop' }],
        usage: chatUsage,
      },
      '[DONE]',
    )
    expect(kinds).toEqual(['text', undefined, undefined])
    expect(answer).toMatchObject({ model: 'm', usage, stopReason: 'stop', finished: true })
  })

  test('is finished by [DONE] and by nothing else', () => {
    const { answer } = readDeltas({ content: '[DONE]' })
    openaiChat.readEvent({ data: '{"choices":[{"finish_reason":"stop","delta":{}}]}', atMs: 0 }, answer)
    expect(answer).toMatchObject({ finished: false, stopReason: 'stop' })
    openaiChat.readEvent({ data: '[DONE]', atMs: 0 }, answer)
    expect(answer.finished).toBe(true)
  })

  test('fails by an error event', () => {
    const answer = emptyAnswer()
    openaiChat.readEvent({ data: '{"error":{"message":"overloaded","code":"server_error"}}', atMs: 0 }, answer)
    expect(answer.failure).toEqual({ class: 'provider', message: 'overloaded' })
  })

  test('bears an event that was cut', () => {
    const answer = emptyAnswer()
    expect(openaiChat.readEvent({ data: '{"choices":[{"del', atMs: 0 }, answer)).toBeUndefined()
    expect(answer).toEqual(emptyAnswer())
  })
})
