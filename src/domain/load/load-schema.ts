import type { TimeSeries } from '../time-series.ts'
import { z } from '../zod.ts'
import type { LoadNote } from './load.ts'

const count = z.int().check(z.minimum(0))
const level = z.number().check(z.minimum(0))
const maybe = z.optional
const lasting = { durationMs: maybe(level), gracefulStopMs: maybe(level) }

/** A load in a record. */
export const LoadSchema = z.union([
  z.strictObject({
    concurrency: count,
    runsPerSecond: maybe(level),
    stages: maybe(z.array(z.strictObject({ durationMs: level, concurrency: level }))),
    startConcurrency: maybe(level),
    ...lasting,
  }),
  z.strictObject({
    ratePerSecond: level,
    arrival: z.union([z.literal('constant'), z.literal('poisson'), z.strictObject({ gamma: level })]),
    seed: count,
    pacing: z.enum(['timer', 'precise']),
    maxInFlight: maybe(count),
    stages: maybe(z.array(z.strictObject({ durationMs: level, ratePerSecond: level }))),
    startRatePerSecond: maybe(level),
    segment: maybe(z.strictObject({ index: count, of: count })),
    trace: maybe(z.strictObject({ file: z.string(), speed: level, runs: count })),
    ...lasting,
  }),
]) satisfies z.ZodMiniType<LoadNote>

const counts = z.array(count)
const known = z.array(z.nullable(z.number()))

/** A {@link TimeSeries} in a record. */
export const SeriesSchema = z.strictObject({
  started: counts,
  ended: counts,
  failed: counts,
  dropped: counts,
  inFlight: counts,
  p50Ms: known,
  p95Ms: known,
  outputTokens: known,
  rssBytes: known,
}) satisfies z.ZodMiniType<TimeSeries>
