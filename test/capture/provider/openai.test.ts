import { describe, expect, test } from 'vitest'
import { openai } from '../../../src/capture/provider/openai.ts'

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
  ])('%s is %s', (path, api) => {
    expect(openai.recognise(path)?.api).toBe(api)
  })

  test.each([
    '/v1/responses/resp_17/cancel',
    '/v1/responses/input_tokens',
    '/forms/7/responses',
    '/v1/chat/completions/chatcmpl_17',
    '/v1/embeddings',
    '/v1/completions',
    '/',
    '',
  ])('%s is nothing to follow', (path) => {
    expect(openai.recognise(path)).toBeUndefined()
  })
})
