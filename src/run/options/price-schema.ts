import { z } from '../../domain/zod.ts'

const usd = z.number().check(z.minimum(0))
const maybeUsd = z.optional(usd)

const ratesShape = {
  inputUsdPerMillionTokens: usd,
  outputUsdPerMillionTokens: usd,
  cachedInputUsdPerMillionTokens: maybeUsd,
  cacheWriteUsdPerMillionTokens: maybeUsd,
  reasoningUsdPerMillionTokens: maybeUsd,
}

const TierSchema = z
  .strictObject({
    aboveInputTokens: z.int().check(z.positive()),
    ...ratesShape,
    inputUsdPerMillionTokens: maybeUsd,
    outputUsdPerMillionTokens: maybeUsd,
  })
  .check(
    z.refine(({ aboveInputTokens: _, ...rates }) => Object.values(rates).some((rate) => rate !== undefined), {
      error: `a tier with a rate: ${Object.keys(ratesShape).join(', ')}`,
      // A misspelt rate is mistake enough.
      when: ({ issues }) => issues.length === 0,
    }),
  )

const TiersSchema = z.array(TierSchema).check(
  z.refine(
    // The last one that a call reaches holds.
    (tiers) => tiers.every((tier, at) => at === 0 || tier.aboveInputTokens > (tiers[at - 1]?.aboveInputTokens ?? 0)),
    'a list of tiers from the lowest aboveInputTokens to the highest',
  ),
)

/** Prices by model, as a user gives them. */
export const PricesSchema = z.record(z.string(), z.strictObject({ ...ratesShape, tiers: z.optional(TiersSchema) }))
