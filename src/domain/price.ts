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

/** Rates of long prompts; what they do not name stays as it is. */
export type PriceTier = { [Rate in keyof Rates]?: Rates[Rate] | undefined } & {
  /** The tier holds for calls with more input tokens than this, cached ones included. */
  aboveInputTokens: number
}

/** What one model costs. */
export interface Price extends Rates {
  /**
   * From the lowest to the highest: the last one that a call's input exceeds holds for all of its tokens.
   *
   * @default none
   */
  tiers?: readonly PriceTier[] | undefined
}

/** Prices by model id: `{ 'gpt-5': { inputUsdPerMillionTokens: 1.25, … } }`. An id without a date stands for every dated one. */
export type Prices = Readonly<Record<string, Price>>
