import { BaselineLineSchema, ComparabilitySchema } from './baseline-schema.ts'
import type { Check } from './check.ts'
import { type Distribution, statistics } from './distribution.ts'
import type { BaselineMetric, Finding } from './finding.ts'
import type { Limits } from './limit.ts'
import type { Resources } from './metric-kind.ts'
import { distributionMetricNames, limitNames, scenarioMetricNames } from './metric-name.ts'
import { type Outcome, outcomes, runValues } from './sample.ts'
import { errorClasses } from './span.ts'
import type { GroupSummary, Summary } from './summary.ts'
import type { Thresholds } from './threshold.ts'
import { RunTraceSchema } from './trace-schema.ts'
import type { Verdict, Warning } from './verdict.ts'
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
}) satisfies z.ZodMiniType<Summary>

const Status = z.enum(['pass', 'fail', 'inconclusive'])
const BaselineMetricSchema = z.string() as unknown as z.ZodMiniType<BaselineMetric>
const CheckSchema = z.strictObject({
  status: Status,
  code: z.enum([
    'threshold',
    'unknownMetric',
    'success',
    'deadCase',
    'tooFewSamples',
    'openStream',
    'provider',
    'regression',
    'missingBaseline',
    'spend',
    'stopped',
    'mistake',
  ]),
  subject: z.string(),
  metric: maybe(z.string() as unknown as z.ZodMiniType<Check['metric']>),
  category: maybe(z.string()),
  atLeast: maybe(z.boolean()),
  message: z.string(),
  remedy: maybe(z.string()),
  value: maybe(finite),
  bound: maybe(finite),
  unit: maybe(z.enum(['ms', 'tokens', 'usd', 'bytes', 'ratio', 'count', 'perSecond', 'score'])),
}) satisfies z.ZodMiniType<Check>

const WarningSchema = z.strictObject({
  code: z.enum([
    'noModelCalls',
    'unknownTokens',
    'infrastructure',
    'degraded',
    'abandoned',
    'stoppedEarly',
    'concurrent',
    'unpriced',
    'notJudged',
    'foreignCalls',
    'estimatedTokens',
    'realtime',
    'unattributed',
    'captureFault',
    'unanswered',
  ]),
  message: z.string(),
  remedy: z.string(),
}) satisfies z.ZodMiniType<Warning>

const FindingSchema = z.strictObject({
  metric: BaselineMetricSchema,
  status: z.enum(['same', 'worse', 'better', 'accepted', 'new', 'notJudged']),
  baseline: maybe(BaselineLineSchema),
  candidate: BaselineLineSchema,
  changeRatio: maybe(finite),
  p: maybe(finite),
  detectableRatio: maybe(finite),
  reason: maybe(z.string()),
}) satisfies z.ZodMiniType<Finding>

const VerdictSchema = z.strictObject({
  status: Status,
  checks: z.array(CheckSchema),
  warnings: z.array(WarningSchema),
  findings: z.array(FindingSchema),
}) satisfies z.ZodMiniType<Verdict>

const StatisticBounds = named(statistics, finite)
const ThresholdsSchema = z.strictObject({
  ...Object.fromEntries(distributionMetricNames.map((name) => [name, maybe(StatisticBounds)])),
  ...Object.fromEntries(scenarioMetricNames.map((name) => [name, maybe(finite)])),
  scores: maybe(z.record(z.string(), StatisticBounds)),
}) as unknown as z.ZodMiniType<Thresholds>

const EnvironmentSchema = z.strictObject({
  node: z.string(),
  platform: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cpuCores: count,
  memoryBytes: count,
  ci: z.boolean(),
  runnerLabel: maybe(z.string()),
  runnerImage: maybe(z.string()),
  version: z.string(),
})

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
  identity: z.strictObject({
    /** Name of the test project; empty when it has none. */
    project: z.string(),
    /** The file, relative to the project's root, with forward slashes; empty outside a test. */
    file: z.string(),
    /** Names of the suites around the scenario, outermost first. */
    suite: z.array(z.string()),
    name: z.string(),
    /** What the baseline goes by. */
    id: z.string(),
  }),
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
    runs: count,
    warmup: count,
    totalRuns: count,
    load: z.strictObject({ concurrency: count, runsPerSecond: maybe(finite) }),
    limits: z.strictObject(
      Object.fromEntries(limitNames.map((name) => [name, maybe(finite)])),
    ) as unknown as z.ZodMiniType<Limits>,
    thresholds: ThresholdsSchema,
    categories: z.record(z.string(), ThresholdsSchema),
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
    eventLoopDelayMs: maybe(finite),
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
  /** Whether a baseline is kept of it. */
  keepsBaseline: z.boolean(),
  /** Absent when they were too many to keep, or lost with their process. */
  samples: maybe(SampleColumns),
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
})
export type Results = z.infer<typeof Results>
