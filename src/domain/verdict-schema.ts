import { BaselineLineSchema, BaselineMetricSchema } from './baseline-schema.ts'
import type { Check } from './check.ts'
import type { Asked, CaseFinding, Finding } from './finding.ts'
import { type Impact, reasonKinds } from './impact.ts'
import { type Pattern, patternKinds } from './pattern.ts'
import { severities } from './severity.ts'
import type { Verdict, Warning } from './verdict.ts'
import { z } from './zod.ts'

const finite = z.number()
const count = z.int().check(z.minimum(0))
const maybe = z.optional

const Status = z.enum(['pass', 'fail', 'inconclusive'])
/** A check in a file, or from another process. */
export const CheckSchema = z.strictObject({
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
    'unclearRegression',
    'insensitive',
    'missingBaseline',
    'spend',
    'mistake',
    'leak',
    'needsRecording',
  ]),
  subject: z.string(),
  metric: maybe(z.string() as unknown as z.ZodMiniType<Check['metric']>),
  category: maybe(z.string()),
  atLeast: maybe(z.boolean()),
  severity: maybe(z.enum(severities)),
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
    'dropped',
    'lateStarts',
    'faultsPast',
    'replayPast',
    'sharedRecordings',
    'repeatedToolCalls',
  ]),
  message: z.string(),
  remedy: z.string(),
}) satisfies z.ZodMiniType<Warning>

const FindingSchema = z.strictObject({
  metric: BaselineMetricSchema,
  status: z.enum(['same', 'worse', 'better', 'unclear', 'accepted', 'new', 'notJudged']),
  baseline: maybe(BaselineLineSchema),
  candidate: BaselineLineSchema,
  executions: maybe(count),
  changeRatio: maybe(finite),
  sharedRatio: maybe(finite),
  ofCase: maybe(
    z.strictObject({
      position: count,
      baseline: finite,
      candidate: finite,
      changeRatio: maybe(finite),
    }) satisfies z.ZodMiniType<CaseFinding>,
  ),
  follows: maybe(z.array(BaselineMetricSchema)),
  p: maybe(finite),
  detectableRatio: maybe(finite),
  asked: maybe(
    z.strictObject({
      ratio: finite,
      planned: count,
      runs: maybe(count),
      executions: maybe(count),
      hiddenBy: maybe(z.enum(['drift', 'smallestEffect', 'noise'])),
    }) satisfies z.ZodMiniType<Asked>,
  ),
  severity: maybe(z.enum(severities)),
  reason: maybe(z.string()),
}) satisfies z.ZodMiniType<Finding>

const ImpactSchema = z.strictObject({
  metric: BaselineMetricSchema,
  cases: count,
  worse: z.array(z.strictObject({ name: z.string(), before: finite, after: finite })),
  reasons: z.array(z.strictObject({ kind: z.enum(reasonKinds), before: finite, after: finite })),
}) satisfies z.ZodMiniType<Impact>

const PatternSchema = z.strictObject({
  kind: z.enum(patternKinds),
  metric: BaselineMetricSchema,
  before: finite,
  after: finite,
  executions: count,
  since: maybe(z.string()),
  count: maybe(count),
  p: maybe(finite),
  along: maybe(BaselineMetricSchema),
}) satisfies z.ZodMiniType<Pattern>

/** A {@link Verdict} as it stands in a file. */
export const VerdictSchema = z.strictObject({
  status: Status,
  checks: z.array(CheckSchema),
  warnings: z.array(WarningSchema),
  findings: z.array(FindingSchema),
  impacts: maybe(z.array(ImpactSchema)),
  patterns: maybe(z.array(PatternSchema)),
  drift: maybe(z.strictObject({ deviation: finite, sessions: count })),
}) satisfies z.ZodMiniType<Verdict>
