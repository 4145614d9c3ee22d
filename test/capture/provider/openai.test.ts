import { describe, expect, test } from 'vitest'
import { openai } from '../../../src/capture/provider/openai.ts'
import { readBody } from './read.ts'

describe('openai.recognise', () => {
  test.each([
    ['/v1/chat/completions', 'chat'],
    ['/chat/completions', 'chat'],
    ['/openai/deployments/my-gpt/chat/completions', 'chat'],
    ['/api/v3/chat/completions', 'chat'],
    ['/v1/responses', 'responses'],
    ['/responses', 'responses'],
    ['/openai/responses', 'responses'],
    ['/openai/v1/responses', 'responses'],
    ['/api/v1/responses', 'responses'],
    ['/v1/responses/compact', 'responses'],
    ['/v1beta/openai/chat/completions', 'chat'],
    ['/v1/fim/completions', 'chat'],
    ['/v1/agents/completions', 'chat'],
    ['/v1/completions', 'completions'],
    ['/openai/deployments/my-gpt/completions', 'completions'],
    ['/v1/embeddings', 'embeddings'],
    ['/openai/deployments/my-ada/embeddings', 'embeddings'],
  ])('%s is %s', (path, api) => {
    expect(openai.recognise(path)?.api).toBe(api)
  })

  test.each([
    '/v1/responses/resp_17/cancel',
    '/v1/responses/input_tokens',
    '/forms/7/responses',
    '/v1/chat/completions/chatcmpl_17',
    '/forms/7/completions',
    '/',
    '',
  ])('%s is nothing to follow', (path) => {
    expect(openai.recognise(path)).toBeUndefined()
  })
})

test.each<[string, object, number | undefined]>([
  ['OpenAI', { model: 'text-embedding-3-small', data: [], usage: { prompt_tokens: 8, total_tokens: 8 } }, 8],
  ['Voyage', { model: 'voyage-3', data: [], usage: { total_tokens: 10 } }, 10],
  ['a server that does not say', { model: 'x', data: [] }, undefined],
])('embeddings of %s have input tokens only', (_, body, inputTokens) => {
  const protocol = openai.recognise('/v1/embeddings')
  if (protocol === undefined) throw new Error('expected a protocol')
  expect(protocol.embeds).toBe(true)
  expect(readBody(protocol, body).usage).toEqual(
    inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0 },
  )
})
