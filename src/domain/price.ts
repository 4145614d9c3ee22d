/** What a model charges per million tokens. */
export interface Rates {
  inputUsdPerMillionTokens: number
  outputUsdPerMillionTokens: number
  /**
   * For input tokens that the provider read from its cache.
   *
   * @default inputUsdPerMillionTokens
   */
  cachedInputUsdPerMillionTokens?: number | undefined
  /**
   * For input tokens that the provider wrote to its cache.
   *
   * @default inputUsdPerMillionTokens
   */
  cacheWriteUsdPerMillionTokens?: number | undefined
  /**
   * For output tokens that the model spent on reasoning.
   *
   * @default outputUsdPerMillionTokens
   */
  reasoningUsdPerMillionTokens?: number | undefined
}

/** What one model costs. */
export interface Price extends Rates {
  /**
   * Rates of long prompts: those of the last tier whose `aboveInputTokens` a call's input exceeds hold for all of its tokens. What
   * a tier does not name stays as it is.
   *
   * @default none
   */
  tiers?: readonly (Partial<Rates> & { aboveInputTokens: number })[] | undefined
}

/** Prices by model id: `{ 'gpt-5': { inputUsdPerMillionTokens: 1.25, … } }`. An id without a date stands for every dated one. */
export type Prices = Readonly<Record<string, Price>>
