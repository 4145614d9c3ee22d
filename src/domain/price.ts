/** What one model costs. */
export interface Price {
  inputUsdPerMillionTokens: number
  outputUsdPerMillionTokens: number
  /**
   * For input tokens that the provider read from its cache.
   *
   * @default inputUsdPerMillionTokens
   */
  cachedInputUsdPerMillionTokens?: number | undefined
}

/** Prices by model id: `{ 'gpt-5': { inputUsdPerMillionTokens: 1.25, … } }`. An id without a date stands for every dated one. */
export type Prices = Readonly<Record<string, Price>>
