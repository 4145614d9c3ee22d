import { expect, test } from 'vitest'
import { openaiUsage } from '../../../src/capture/provider/openai-usage.ts'

test.each<[string, object, object]>([
  [
    'OpenAI',
    {
      prompt_tokens: 2600,
      completion_tokens: 300,
      total_tokens: 2900,
      prompt_tokens_details: { cached_tokens: 2000, cache_write_tokens: 400, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 64, audio_tokens: 0 },
    },
    { inputTokens: 2600, outputTokens: 300, cachedTokens: 2000, cacheWriteTokens: 400, reasoningTokens: 64 },
  ],
  [
    'OpenRouter',
    {
      completion_tokens: 2,
      completion_tokens_details: { reasoning_tokens: 0 },
      cost: 0.95,
      cost_details: { upstream_inference_cost: 19 },
      prompt_tokens: 194,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 100, audio_tokens: 0 },
      total_tokens: 196,
    },
    { inputTokens: 194, outputTokens: 2, cachedTokens: 0, cacheWriteTokens: 100, reasoningTokens: 0 },
  ],
  [
    'DeepSeek',
    {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
      completion_tokens_details: { reasoning_tokens: 12 },
    },
    { inputTokens: 100, outputTokens: 20, cachedTokens: 64, reasoningTokens: 12 },
  ],
  [
    'Moonshot',
    { prompt_tokens: 1336, completion_tokens: 31, total_tokens: 1367, cached_tokens: 1280 },
    { inputTokens: 1336, outputTokens: 31, cachedTokens: 1280 },
  ],
  [
    'xAI, whose completion leaves reasoning out',
    {
      prompt_tokens: 10_120,
      completion_tokens: 1499,
      total_tokens: 14_428,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 2809 },
    },
    { inputTokens: 10_120, outputTokens: 1499 + 2809, cachedTokens: 128, reasoningTokens: 2809 },
  ],
  [
    'Google for clients of OpenAI, whose completion leaves thoughts out and does not count them',
    { prompt_tokens: 20, completion_tokens: 424, total_tokens: 1016 },
    { inputTokens: 20, outputTokens: 996 },
  ],
  [
    'a gateway to Bedrock, whose prompt leaves out what was cached',
    {
      prompt_tokens: 368,
      completion_tokens: 19,
      total_tokens: 10_923,
      cache_read_input_tokens: 10_536,
      cache_creation_input_tokens: 0,
    },
    { inputTokens: 10_904, outputTokens: 19, cachedTokens: 10_536, cacheWriteTokens: 0 },
  ],
  [
    'vLLM',
    { prompt_tokens: 7, total_tokens: 9, completion_tokens: 2, prompt_tokens_details: null },
    { inputTokens: 7, outputTokens: 2 },
  ],
  [
    'a total that is too small',
    { prompt_tokens: 7, total_tokens: 7, completion_tokens: 2 },
    { inputTokens: 7, outputTokens: 2 },
  ],
])('the usage of %s', (_, reported, usage) => {
  expect(openaiUsage(reported)).toEqual(usage)
})

test.each([undefined, null, 7, {}, { total_tokens: 9 }, { prompt_tokens: -1, completion_tokens: Number.NaN }])(
  '%j is none',
  (reported) => {
    expect(openaiUsage(reported)).toBeUndefined()
  },
)
