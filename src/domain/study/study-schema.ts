import { IdentitySchema } from '../identity.ts'
import { distributionMetricNames } from '../metric-name.ts'
import { CheckSchema } from '../verdict-schema.ts'
import { z } from '../zod.ts'
import { type BreakingPointStudy, caps } from './breaking-point.ts'
import type { Soak } from './soak.ts'
import { type Stress, stressNames } from './stress.ts'
import { configurationDoubts, type StudyRecord, type StudyResult } from './study.ts'
import { leadMetrics, lossParts, type Sweep } from './sweep.ts'

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
      censoredFromMs: maybe(finite),
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

const ProbeLoadSchema = z.union([z.strictObject({ concurrency: count }), z.strictObject({ ratePerSecond: finite })])
const BindingSchema = z.union([z.strictObject({ objective: count }), z.enum(['failures', 'inFlight', 'throughput'])])
const BreakingPointSchema = z.strictObject({
  objectives: z.array(
    z.union([
      z.strictObject({ metric: z.literal('failureRatio'), bound: finite }),
      z.strictObject({
        metric: z.enum(distributionMetricNames),
        statistic: z.enum(['mean', 'p50', 'p90', 'p95', 'p99', 'p99.9']),
        bound: finite,
      }),
    ]),
  ),
  answer: z.discriminatedUnion('answer', [
    z.strictObject({
      answer: z.literal('found'),
      sustainedPerSecond: finite,
      failingPerSecond: finite,
      bound: BindingSchema,
      shape: z.enum(['smooth', 'cliff']),
      interval: Interval,
    }),
    z.strictObject({ answer: z.literal('notReached'), atLeastPerSecond: finite, cap: z.enum(caps) }),
    z.strictObject({
      answer: z.literal('refused'),
      reason: z.enum(['insideNoise', 'missedUnloaded', 'failsUnloaded', 'cap', 'nothingSustained']),
      objective: maybe(count),
      cap: maybe(z.enum(caps)),
    }),
  ]),
  probes: z.array(
    z.strictObject({
      load: ProbeLoadSchema,
      runs: count,
      durationMs: finite,
      throughputPerSecond: maybe(finite),
      values: z.array(z.nullable(finite)),
      mostInFlight: finite,
      failures: z.strictObject({ error: count, timeout: count, dropped: count }),
      broken: maybe(BindingSchema),
      endedEarly: z.boolean(),
    }),
  ),
}) satisfies z.ZodMiniType<BreakingPointStudy>

const SlopeSchema = z.strictObject({ slope: finite, low: finite, high: finite })
const SoakSchema = z.strictObject({
  runsPerCycle: count,
  cycles: z.array(z.strictObject({ heldBytes: finite, usedBytes: finite, rssBytes: finite })),
  initialBytes: finite,
  peakBytes: finite,
  finalBytes: finite,
  growthBytes: finite,
  freedBytes: finite,
  firstHalf: maybe(SlopeSchema),
  secondHalf: maybe(SlopeSchema),
  verdict: z.enum(['leak', 'steady', 'unclear']),
  boundBytes: finite,
}) satisfies z.ZodMiniType<Soak>

const StressSchema = z.strictObject({
  usual: z.strictObject({ concurrency: count, runs: count, p50Ms: finite, p95Ms: finite, modelCalls: maybe(finite) }),
  outcomes: z.array(
    z.strictObject({
      scenario: z.enum(stressNames),
      sentence: z.string(),
      execution: z.string(),
      runs: count,
      bounds: z.strictObject({ successRatio: finite, slowdownRatio: finite, recoveryMs: maybe(finite) }),
      successRatio: maybe(finite),
      slowdownRatio: maybe(finite),
      recoveryMs: maybe(finite),
      recovered: maybe(z.boolean()),
      watchedMs: maybe(finite),
      amplificationRatio: maybe(finite),
      breaksAt: maybe(z.string()),
      score: finite,
    }),
  ),
  resilienceScore: finite,
  advice: z.array(z.string()),
}) satisfies z.ZodMiniType<Stress>

const StudyResultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sweep'), sweep: SweepSchema }),
  z.strictObject({ kind: z.literal('configurations'), sweep: SweepSchema, doubt: maybe(z.enum(configurationDoubts)) }),
  z.strictObject({ kind: z.literal('breakingPoint'), breakingPoint: BreakingPointSchema }),
  z.strictObject({ kind: z.literal('soak'), soak: SoakSchema }),
  z.strictObject({ kind: z.literal('stress'), stress: StressSchema }),
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
