import { describe, expect, test } from 'vitest'
import { ollama, ollamaChat, ollamaGenerate } from '../../../src/capture/provider/ollama.ts'
import { emptyAnswer } from '../../../src/capture/provider/provider.ts'
import { readAll, readBody } from './read.ts'

const end = {
  model: 'qwen3:8b',
  created_at: '2026-01-01T00:00:00Z',
  done: true,
  done_reason: 'stop',
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 26,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
}
const usage = { inputTokens: 26, outputTokens: 282 }
const part = (message: object) => ({
  model: 'qwen3:8b',
  created_at: 'x',
  message: { role: 'assistant', ...message },
  done: false,
})

describe('ollama.recognise', () => {
  test.each([
    ['/api/chat', 'chat'],
    ['/api/generate', 'generate'],
    ['/api/embed', 'embeddings'],
    ['/api/embeddings', 'embeddings'],
    ['/ollama/api/chat', 'chat'],
  ])('%s is %s, unless the body says otherwise', (path, api) => {
    expect(ollama.recognise(path)).toMatchObject({ provider: 'ollama', api, sharesPath: true })
  })

  test.each(['/api/show', '/api/pull', '/api/chat/completions', '/v1/chat'])('%s is nothing to follow', (path) => {
    expect(ollama.recognise(path)).toBeUndefined()
  })
})

test('a whole answer tells model, usage, tool calls and why the model stopped', () => {
  const message = { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] }
  expect(readBody(ollamaChat, { ...end, message, prompt_eval_cached_count: 20 })).toEqual({
    model: 'qwen3:8b',
    usage: { ...usage, cachedTokens: 20 },
    toolCalls: new Map([['0', { name: 'f', input: { a: 1 } }]]),
    stopReason: 'stop',
    finished: true,
  })
  expect(readBody(ollamaGenerate, { ...end, response: 'Hello', context: [1, 2] }).usage).toEqual(usage)
})

test('a prompt whose tokens are left out is unknown, not 0', () => {
  const { prompt_eval_count: _, ...rest } = end
  expect(readBody(ollamaChat, rest).usage).toEqual({ outputTokens: 282 })
})

test('a stream has content where the model produced something', () => {
  const { answer, kinds } = readAll(
    ollamaChat,
    part({ content: '', thinking: 'hm' }),
    part({ content: 'Hello' }),
    part({ content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] }),
    part({ content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] }),
    { ...end, message: { role: 'assistant', content: '' } },
  )
  expect(kinds).toEqual(['reasoning', 'text', 'toolCall', 'toolCall', undefined])
  expect(answer).toMatchObject({ usage, finished: true, stopReason: 'stop' })
  expect(answer.toolCalls.size).toBe(2)
})

test('a stream of a completion has its text and its thoughts', () => {
  const { kinds } = readAll(
    ollamaGenerate,
    { model: 'qwen3:8b', response: '', thinking: 'hm', done: false },
    { model: 'qwen3:8b', response: 'Hello', done: false },
    { ...end, response: '' },
  )
  expect(kinds).toEqual(['reasoning', 'text', undefined])
})

test('an error is a failure, in a body and in the middle of a stream', () => {
  const failure = { class: 'provider', message: 'model runner has unexpectedly stopped' }
  expect(readBody(ollamaChat, { error: failure.message }).failure).toEqual(failure)
  const { answer } = readAll(ollamaChat, part({ content: 'Hel' }), { error: failure.message })
  expect(answer).toMatchObject({ failure, finished: true })
})

test('embeddings have input tokens only', () => {
  const protocol = ollama.recognise('/api/embed')
  if (protocol === undefined) throw new Error('expected a protocol')
  const body = { model: 'nomic-embed-text', embeddings: [[0.1]], prompt_eval_count: 8 }
  expect(readBody(protocol, body)).toMatchObject({
    model: 'nomic-embed-text',
    usage: { inputTokens: 8, outputTokens: 0 },
  })
})

test('a line that was cut is borne', () => {
  expect(readAll(ollamaChat, '{"done":tr', 'null').answer).toEqual(emptyAnswer())
})
