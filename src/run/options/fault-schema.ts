import { type Fault, faultKinds, faultStatuses } from '../../domain/fault.ts'
import { longestTimerMs } from '../../domain/limit.ts'
import { z } from '../../domain/zod.ts'

const count = z.int().check(z.minimum(0))
const atLeastOne = z.int().check(z.minimum(1))
// A timer that is set for longer fires at once.
const durationMs = z.number().check(z.minimum(0), z.maximum(longestTimerMs))
const instantMs = z.number().check(z.minimum(0))

const WindowSchema = z
  .strictObject({ fromMs: instantMs, toMs: instantMs })
  .check(z.refine(({ fromMs, toMs }) => fromMs < toMs, 'a time that ends after it begins'))

const BurstSchema = z
  .strictObject({ everyCalls: atLeastOne, calls: atLeastOne })
  .check(z.refine(({ everyCalls, calls }) => calls <= everyCalls, 'at most `everyCalls` calls of every `everyCalls`'))

const timingShape = {
  rate: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  burst: z.optional(BurstSchema),
  schedule: z.optional(z.array(WindowSchema).check(z.minLength(1))),
  calls: z.optional(z.array(count).check(z.minLength(1))),
  provider: z.optional(z.string().check(z.minLength(1))),
}

const kind = <Kind extends Fault['kind']>(...kinds: readonly [Kind, ...Kind[]]) => z.enum(kinds)
const retryAfterMs = z.optional(durationMs)
const afterChunks = z.optional(count)

const effects = [
  z.strictObject({ ...timingShape, kind: kind('rateLimit'), retryAfterMs }),
  z.strictObject({ ...timingShape, kind: kind('serverError'), status: z.literal(faultStatuses), retryAfterMs }),
  z.strictObject({
    ...timingShape,
    kind: kind('connectionRefused', 'connectionReset', 'malformedChunk', 'truncatedJson', 'timeout'),
  }),
  z.strictObject({ ...timingShape, kind: kind('slowFirstToken'), delayMs: durationMs }),
  z.strictObject({ ...timingShape, kind: kind('stalledStream'), afterChunks, stallMs: z.optional(durationMs) }),
  z.strictObject({ ...timingShape, kind: kind('cutStream'), afterChunks }),
] as const

const timings = ['rate', 'burst', 'schedule', 'calls'] as const

const FaultSchema = z
  .discriminatedUnion('kind', effects, `a fault whose kind is one of ${faultKinds.join(', ')}`)
  .check(
    z.refine((fault) => timings.filter((timing) => fault[timing] !== undefined).length === 1, {
      error: `a fault with exactly one of ${timings.join(', ')}`,
      // A misspelt one is mistake enough.
      when: ({ issues }) => issues.length === 0,
    }),
  )

/** Faults as a user gives them. */
export const FaultsSchema = z.array(FaultSchema).check(
  z.refine((faults) => [...new Set(faults.map(({ provider }) => provider))].every((one) => sumOf(faults, one) <= 1), {
    error: 'faults whose rates come to 1 at most for every provider',
    when: ({ issues }) => issues.length === 0,
  }),
)

/** The rates of the faults that calls of `provider` meet, together. */
function sumOf(faults: readonly z.infer<typeof FaultSchema>[], provider: string | undefined): number {
  const met = faults.filter((fault) => fault.provider === undefined || fault.provider === provider)
  // 0.7 + 0.2 + 0.1 is a hair less than 1, and 0.1 + 0.7 + 0.2 a hair more.
  return Math.fround(met.reduce((sum, { rate = 0 }) => sum + rate, 0))
}
