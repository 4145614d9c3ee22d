import type { TokenPart, TokenSummary } from './token-summary.ts'
import { tokenUseFields } from './token-use.ts'
import { z } from './zod.ts'

const finite = z.number()
const count = z.int().check(z.minimum(0))

const fields = z.enum([...tokenUseFields, 'wastedTokens'])

const TokenPartSchema = z.strictObject({
  name: z.string(),
  runs: count,
  modelCalls: count,
  mean: z.partialRecord(fields, finite),
  missing: z.optional(z.partialRecord(fields, count)),
  cacheHitRatio: z.optional(finite),
  tokenEfficiencyRatio: z.optional(finite),
}) satisfies z.ZodMiniType<TokenPart>

/** A {@link TokenSummary} as it stands in a record. */
export const TokenSummarySchema = z.strictObject({
  all: TokenPartSchema,
  steps: z.array(TokenPartSchema),
  phases: z.array(TokenPartSchema),
  agents: z.array(TokenPartSchema),
}) satisfies z.ZodMiniType<TokenSummary>
