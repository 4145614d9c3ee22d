/**
 * Tokens of one or more model calls, counted as OpenTelemetry's GenAI conventions do: input includes cached tokens and
 * those written to a cache, output includes reasoning tokens. An absent field is unknown, which is not 0.
 *
 * @see METHODOLOGY.md#tokens
 */
export interface Usage {
  /** Tokens sent to the model, cached ones included. */
  inputTokens?: number | undefined
  /** Tokens the model produced, reasoning included. */
  outputTokens?: number | undefined
  /** The part of `inputTokens` that the provider read from its cache. */
  cachedTokens?: number | undefined
  /** The part of `inputTokens` that the provider wrote to its cache, which some charge for. */
  cacheWriteTokens?: number | undefined
  /** The part of `outputTokens` that the model spent on reasoning. */
  reasoningTokens?: number | undefined
  /** The part of all of these that a tokenizer counted, because the provider did not tell; absent when it did. */
  estimatedTokens?: number | undefined
}

const usageFields = [
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'reasoningTokens',
] as const satisfies (keyof Usage)[]

/** The sum of `usages`, field by field; a field that one of them does not know is unknown in the sum. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const sum: Usage = {}
  for (const field of usageFields) sum[field] = sumKnown(usages.map((usage) => usage[field]))
  return sum
}

/** The sum of `values`, or absent when there are none or one of them is unknown. */
export function sumKnown(values: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined
  for (const value of values) {
    if (value === undefined) return undefined
    sum = (sum ?? 0) + value
  }
  return sum
}

/** Input and output tokens together; absent when either is unknown. */
export function totalTokens(usage: Usage): number | undefined {
  return sumKnown([usage.inputTokens, usage.outputTokens])
}
