import { IdentitySchema } from './identity.ts'
import type { StudyRecord, StudyResult } from './study.ts'
import { leadMetrics, lossParts, type Sweep } from './sweep.ts'
import { CheckSchema } from './verdict-schema.ts'
import { z } from './zod.ts'

const finite = z.number()
const count = z.int().check(z.minimum(0))
const maybe = z.optional
const Interval = z.strictObject({ low: finite, high: finite })

const SweepSchema = z.strictObject({
  over: z.string(),
  levels: z.array(
    z.strictObject({
      name: z.string(),
      concurrency: maybe(count),
      execution: z.string(),
      runs: count,
      successRatio: maybe(finite),
      throughputPerSecond: maybe(finite),
      p50Ms: maybe(finite),
      p95Ms: maybe(finite),
      totalTokens: maybe(finite),
      costUsd: maybe(finite),
      eventLoopDelayMs: maybe(finite),
      efficiency: maybe(
        z.strictObject({
          ratio: finite,
          interval: maybe(Interval),
          idealPerSecond: finite,
          loss: maybe(z.partialRecord(z.enum(lossParts), finite)),
        }),
      ),
    }),
  ),
  law: maybe(
    z.strictObject({
      contentionRatio: finite,
      crosstalkRatio: finite,
      peakConcurrency: maybe(finite),
      peakPerSecond: maybe(finite),
    }),
  ),
  leads: z.array(
    z.strictObject({
      metric: z.enum(leadMetrics),
      best: count,
      next: count,
      changeRatio: finite,
      p: finite,
      isReal: z.boolean(),
    }),
  ),
}) satisfies z.ZodMiniType<Sweep>

const StudyResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sweep'), sweep: SweepSchema }),
]) satisfies z.ZodMiniType<StudyResult>

/** A study in a file, or from another process. */
export const StudySchema = z.strictObject({
  schemaVersion: z.literal(1),
  study: z.string(),
  identity: IdentitySchema,
  attempt: count,
  startedAt: z.string(),
  durationMs: finite,
  runs: count,
  spentUsd: maybe(finite),
  status: z.enum(['pass', 'fail', 'inconclusive']),
  checks: z.array(CheckSchema),
  result: StudyResultSchema,
}) satisfies z.ZodMiniType<StudyRecord>
