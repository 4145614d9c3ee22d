import type { Usage } from '../../domain/usage.ts'
import { countAt } from './json.ts'

/**
 * Usage as Chat Completions reports it, in the names of OpenAI and of those who speak its protocol; absent when it is
 * none.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage
 * @see https://api-docs.deepseek.com/guides/kv_cache (`prompt_cache_hit_tokens`)
 * @see https://openrouter.ai/docs/use-cases/usage-accounting (`cache_write_tokens`)
 */
export function openaiUsage(usage: unknown): Usage | undefined {
  const inputTokens = countAt(usage, 'prompt_tokens')
  const outputTokens = countAt(usage, 'completion_tokens')
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  const cachedTokens =
    countAt(usage, 'prompt_tokens_details', 'cached_tokens') ??
    countAt(usage, 'prompt_cache_hit_tokens') ??
    countAt(usage, 'cached_tokens') ??
    countAt(usage, 'cache_read_input_tokens')
  const cacheWriteTokens =
    countAt(usage, 'prompt_tokens_details', 'cache_write_tokens') ?? countAt(usage, 'cache_creation_input_tokens')
  return {
    ...withUncounted(inputTokens, outputTokens, countAt(usage, 'total_tokens'), cachedTokens, cacheWriteTokens),
    cachedTokens,
    cacheWriteTokens,
    reasoningTokens: countAt(usage, 'completion_tokens_details', 'reasoning_tokens'),
  }
}

/**
 * The total says what is missing in its parts: xAI and Google leave reasoning out of the completion, and gateways to
 * Anthropic leave what was cached out of the prompt.
 *
 * @see https://docs.x.ai/docs/key-information/consumption-and-rate-limits
 */
function withUncounted(
  inputTokens: number | undefined,
  outputTokens: number | undefined,
  totalTokens: number | undefined,
  cachedTokens = 0,
  cacheWriteTokens = 0,
): Pick<Usage, 'inputTokens' | 'outputTokens'> {
  if (inputTokens === undefined || outputTokens === undefined || totalTokens === undefined) {
    return { inputTokens, outputTokens }
  }
  const uncountedTokens = totalTokens - inputTokens - outputTokens
  if (uncountedTokens <= 0) return { inputTokens, outputTokens }
  return uncountedTokens === cachedTokens + cacheWriteTokens
    ? { inputTokens: inputTokens + uncountedTokens, outputTokens }
    : { inputTokens, outputTokens: outputTokens + uncountedTokens }
}
