import { Advice } from './advice.ts'
import { ComparabilitySchema } from './baseline-schema.ts'
import { type Detect, detectNames } from './detect.ts'
import { type Distribution, statistics } from './distribution.ts'
import { EnvironmentSchema } from './environment-schema.ts'
import { type Fault, faultKinds } from './fault.ts'
import { FoldSchema } from './fold/fold-schema.ts'
import { HealthSchema } from './health.ts'
import { IdentitySchema } from './identity.ts'
import type { Limits } from './limit.ts'
import { LoadSchema, SeriesSchema } from './load/load-schema.ts'
import type { Resources } from './metric-kind.ts'
import { distributionMetricNames, limitNames, scenarioMetricNames } from './metric-name.ts'
import { SlowRunProfileSchema } from './profile/profile-schema.ts'
import { RecordingUseSchema } from './recording-use.ts'
import { type Outcome, outcomes, runValues } from './sample.ts'
import { errorClasses } from './span.ts'
import type { Stop } from './stop.ts'
import { StudySchema } from './study/study-schema.ts'
import type { GroupSummary, Summary } from './summary.ts'
import type { Thresholds } from './threshold.ts'
import { TokenSummarySchema } from './token-schema.ts'
import { RunTraceSchema } from './trace-schema.ts'
import { VerdictSchema } from './verdict-schema.ts'
import { z } from './zod.ts'

// Summaries, verdicts and findings are types of the functions that make them; the schemas below are held to those types
// by the compiler, and turn what comes from a file or another process back into them.

const finite = z.number()
const count = z.int().check(z.minimum(0))
const maybe = z.optional
const named = <const Names extends readonly string[], Schema extends z.ZodMiniType>(names: Names, schema: Schema) =>
  z.partialRecord(z.enum(names), schema)

const Interval = z.strictObject({ low: finite, high: finite })
const Histogram = z.strictObject({ low: finite, high: finite, counts: z.array(count) })
const DistributionSchema = z.strictObject({
  n: count,
  missing: count,
  censored: count,
  censoredFrom: maybe(finite),
  mean: finite,
  sd: maybe(finite),
  min: finite,
  p50: finite,
  p90: finite,
  p95: finite,
  p99: finite,
  'p99.9': maybe(finite),
  max: finite,
  intervals: z.strictObject({ p50: maybe(Interval), p95: maybe(Interval) }),
  histogram: Histogram,
}) satisfies z.ZodMiniType<Distribution>

const OutcomeCounts = z.record(z.enum(outcomes), count) satisfies z.ZodMiniType<Record<Outcome, number>>
const Distributions = named(distributionMetricNames, DistributionSchema) satisfies z.ZodMiniType<Summary['metrics']>
const Scores = z.record(z.string(), DistributionSchema)
const Group = z.strictObject({
  name: z.string(),
  category: maybe(z.string()),
  outcomes: OutcomeCounts,
  successRatio: maybe(finite),
  metrics: Distributions,
  scores: Scores,
}) satisfies z.ZodMiniType<GroupSummary>

const part = { name: z.string(), count, failures: count, durationMs: DistributionSchema, shareRatio: finite }

const SummarySchema = z.strictObject({
  runs: count,
  outcomes: OutcomeCounts,
  degraded: count,
  metrics: Distributions,
  scenario: named(scenarioMetricNames, finite) satisfies z.ZodMiniType<Summary['scenario']>,
  scores: Scores,
  cases: z.array(Group),
  categories: z.array(Group),
  turns: z.array(
    z.strictObject({ name: z.string(), latencyMs: DistributionSchema, ttftMs: maybe(DistributionSchema) }),
  ),
  phases: z.array(
    z.strictObject({ ...part, cpuMs: maybe(DistributionSchema), heapGrowthBytes: maybe(DistributionSchema) }),
  ),
  tools: z.array(z.strictObject(part)),
  agents: maybe(
    z.array(z.strictObject({ ...part, cpuMs: maybe(DistributionSchema), heapGrowthBytes: maybe(DistributionSchema) })),
  ),
  handoffs: maybe(z.array(z.strictObject(part))),
  tokens: maybe(TokenSummarySchema),
}) satisfies z.ZodMiniType<Summary>

const StatisticBounds = named(statistics, finite)
const ThresholdsSchema = z.strictObject({
  ...Object.fromEntries(distributionMetricNames.map((name) => [name, maybe(StatisticBounds)])),
  ...Object.fromEntries(scenarioMetricNames.map((name) => [name, maybe(finite)])),
  scores: maybe(z.record(z.string(), StatisticBounds)),
}) as unknown as z.ZodMiniType<Thresholds>

const DetectSchema = z.strictObject({
  ...Object.fromEntries(detectNames.map((name) => [name, maybe(finite)])),
  scores: maybe(z.record(z.string(), finite)),
}) as unknown as z.ZodMiniType<Detect>

const Column = z.array(z.nullable(finite))
const SampleColumns = z.strictObject({
  caseIndex: z.array(count),
  outcome: z.array(z.enum(outcomes)),
  degraded: z.array(z.boolean()),
  dueAtMs: z.array(finite),
  startedAtMs: z.array(finite),
  firstTokenAtMs: Column,
  endedAtMs: z.array(finite),
  values: named(runValues, Column),
  scores: z.record(z.string(), Column),
  calls: z.strictObject({
    index: z.array(count),
    modelTtftMs: Column,
    interTokenLatencyMs: Column,
    outputTokensPerSecond: Column,
  }),
})
/** The samples of a record: a column for each value, `null` where a run did not know it. */
export type SampleColumns = z.infer<typeof SampleColumns>

/** One scenario measured once: what leaves the process that measured it. */
export const ExecutionRecord = z.strictObject({
  schemaVersion: z.literal(1),
  /** Unique. */
  execution: z.string(),
  identity: IdentitySchema,
  /** 0-based number of the attempt, when the test was retried. */
  attempt: count,
  /** ISO 8601. */
  startedAt: z.string(),
  /** When the load started: instant 0 of the samples and traces. ISO 8601; absent when it never did. */
  loadStartedAt: maybe(z.string()),
  durationMs: finite,
  mode: z.enum(['live', 'replay']),
  about: z.strictObject({
    agent: maybe(z.string()),
    version: maybe(z.string()),
    model: maybe(z.string()),
    settings: maybe(z.record(z.string(), z.unknown())),
  }),
  /** Models seen on the wire or reported by hand. */
  models: z.array(z.string()),
  /** What must be the same for another execution to be comparable. */
  comparability: ComparabilitySchema,
  plan: z.strictObject({
    cases: z.array(z.strictObject({ name: z.string(), category: maybe(z.string()) })),
    caseHash: z.string(),
    /** Of each case, at most; absent when time ends the load. */
    runs: maybe(count),
    /** Rounds after which it may stop; absent when every run is made. */
    looks: maybe(z.array(count)),
    warmup: count,
    /** Absent when time ends the load, and how many there are depends on how long they take. */
    totalRuns: maybe(count),
    load: LoadSchema,
    /** What went wrong between the agent and its model; absent when nothing was planned. */
    faults: maybe(z.array(z.looseObject({ kind: z.enum(faultKinds) }) as unknown as z.ZodMiniType<Fault>)),
    faultSeed: maybe(count),
    limits: z.strictObject(
      Object.fromEntries(limitNames.map((name) => [name, maybe(finite)])),
    ) as unknown as z.ZodMiniType<Limits>,
    thresholds: ThresholdsSchema,
    categories: z.record(z.string(), ThresholdsSchema),
    /** What the user asks to be found; absent when nothing is asked. */
    detect: maybe(DetectSchema),
  }),
  environment: EnvironmentSchema,
  environmentKey: z.string(),
  /** The first warm-up run; absent without one. */
  coldStart: maybe(z.strictObject({ latencyMs: finite, outcome: z.enum(outcomes) })),
  /** What was spent on every run, warm-up and judging included, in US dollars; absent when unknown. */
  spentUsd: maybe(finite),
  /** How models were priced that the user's prices do not name; absent when there were none. */
  listPrices: maybe(
    z.array(
      z.strictObject({
        model: z.string(),
        matched: z.string(),
        seller: z.string(),
        listDate: maybe(z.string()),
        listVersion: maybe(z.string()),
      }),
    ),
  ),
  /** What the model calls of the check and the hooks came to, warm-up excluded; absent when it made none. */
  beside: maybe(
    z.strictObject({
      modelCalls: count,
      inputTokens: maybe(finite),
      outputTokens: maybe(finite),
      costUsd: maybe(finite),
    }),
  ),
  resources: z.strictObject({
    durationMs: finite,
    heapGrowthBytes: maybe(finite),
    peakRssBytes: maybe(finite),
    childPeakRssBytes: maybe(finite),
    childPeakPssBytes: maybe(finite),
    eventLoopDelayMs: maybe(finite),
    droppedRuns: maybe(count),
    sendLagMs: maybe(finite),
  }) satisfies z.ZodMiniType<Resources>,
  summary: SummarySchema,
  problems: z.array(
    z.strictObject({
      index: count,
      caseIndex: count,
      outcome: z.enum(outcomes),
      class: maybe(z.enum(errorClasses)),
      message: z.string(),
    }),
  ),
  verdict: VerdictSchema,
  /** The user's mistake that ended it early; absent without one. */
  mistake: maybe(z.string()),
  /** Where it ended, and why; absent when the number of its runs was fixed, or something else stopped it. */
  stop: maybe(
    z.strictObject({
      runs: count,
      mostRuns: count,
      answer: z.enum(['worse', 'notWorse', 'kept', 'broken', 'open']),
      reason: z.string(),
    }) satisfies z.ZodMiniType<Stop>,
  ),
  /** Runs made after the planned ones, to confirm what looked worse; absent when none were. */
  confirmationRuns: maybe(count),
  /** Whether a baseline is kept of it. */
  keepsBaseline: z.boolean(),
  /** Which one it is, counted from 1, of the executions up to which its test fills a baseline; absent when it fills none. */
  filling: maybe(z.strictObject({ execution: count, executions: count })),
  /** What all runs come to, when they are more than are kept one by one; absent otherwise. */
  fold: maybe(FoldSchema),
  /** What faults it met, of how many model calls that could; `past` counts those that could not. Absent when none were planned. */
  faults: maybe(z.strictObject({ calls: count, injected: z.record(z.enum(faultKinds), count), past: count })),
  /** What recordings did for it; absent where models were called and nothing was kept. */
  recordings: maybe(RecordingUseSchema),
  /** How the connections of the agent were used, warm-up included; absent where it has none of its own. */
  connections: maybe(z.strictObject({ opened: count, reused: count, waited: count, mostOpen: count })),
  /** Second by second; absent under a load of a number of runs at a time. */
  series: maybe(SeriesSchema),
  /** Absent when they were too many to keep, or lost with their process. */
  samples: maybe(SampleColumns),
  /** Slow runs that were made again under a CPU profiler, the slowest first; absent when none were. */
  profiles: maybe(z.array(SlowRunProfileSchema)),
  /** What the runs lose whose traces are kept, and what to do about it, the largest share first; absent when nothing was found. */
  advice: maybe(z.array(Advice)),
  /** Of the first runs, as many as there was room for; absent when no run called a model or named a part of itself. */
  traces: maybe(z.array(RunTraceSchema)),
})
export type ExecutionRecord = z.infer<typeof ExecutionRecord>

/** A session's results: the content of `.bench-agent/results.json`. */
export const Results = z.strictObject({
  schemaVersion: z.literal(1),
  /** ISO 8601. */
  startedAt: z.string(),
  environment: EnvironmentSchema,
  records: z.array(ExecutionRecord),
  /** Questions that took more than one execution; absent when none was asked. */
  studies: maybe(z.array(StudySchema)),
  /** How the suite is, and what to do about it; absent when nothing was measured. */
  health: maybe(HealthSchema),
  /** What times lie off as a whole, for each project and kind of machine; absent when none do. */
  shifts: maybe(
    z.array(
      z.strictObject({
        /** The common factor less one: above 0 when slower. */
        ratio: finite,
        /** Probability that what sessions differ by makes a shift this large. */
        p: finite,
        /** Scenarios that it is told from. */
        scenarios: count,
        /** Executions that failed, and would not have without it. */
        red: z.array(z.string()),
        /** Executions that were judged without it. */
        judgedWithout: z.array(z.string()),
      }),
    ),
  ),
})
export type Results = z.infer<typeof Results>
