import { z } from '../domain/zod.ts'

const usd = z.number().check(z.minimum(0))

/** Prices by model, as a user gives them. */
export const PricesSchema = z.record(
  z.string(),
  z.strictObject({
    inputUsdPerMillionTokens: usd,
    outputUsdPerMillionTokens: usd,
    cachedInputUsdPerMillionTokens: z.optional(usd),
  }),
)
