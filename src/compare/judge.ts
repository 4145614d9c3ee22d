import type { Baseline, Comparability } from '../domain/baseline.ts'
import { baselineValues, isOfAgent } from '../domain/baseline.ts'
import type { Check } from '../domain/check.ts'
import type { BaselineMetric, Finding } from '../domain/finding.ts'
import { formatCount, formatDifference, formatProbability, formatRatio, formatValue, plural } from '../domain/format.ts'
import { metrics } from '../domain/metric.ts'
import { type RunMetricName, runMetricNames } from '../domain/metric-name.ts'
import type { Plan } from '../domain/plan.ts'
import type { Samples } from '../domain/sample.ts'
import type { Summary } from '../domain/summary.ts'
import { checkCategory, checkThresholds } from '../domain/threshold.ts'
import type { Unit } from '../domain/unit.ts'
import { type Verdict, verdictOf, type Warning } from '../domain/verdict.ts'
import { compareWithBaseline } from './regression.ts'

/** An execution, as far as it has to be known to be judged. */
export interface Measured {
  plan: Plan
  samples: Samples
  summary: Summary
  comparability: Comparability
  /** Checks and warnings that arose while it ran. */
  checks: Check[]
  warnings: Warning[]
}

/** How strictly {@link judge} treats a baseline. */
export interface Acceptance {
  /** What to hold the execution against; absent when it should not be compared. */
  baseline?: Baseline | undefined
  /** Whether a worsening is accepted as a new level, as `-u` asks. */
  acceptWorse: boolean
  /** Whether a missing baseline may be written, so that it is nothing to decide about. */
  mayWrite: boolean
  /** Whether thresholds and baseline are left for matchers to judge. @default false */
  deferred?: boolean | undefined
}

/** The verdict on `measured`: its thresholds, its categories, and its baseline. */
export function judge(measured: Measured, acceptance: Acceptance): Verdict {
  const { plan, summary } = measured
  // Nothing else can be said of runs that the provider refused, or that a mistake in the test ended; and once is enough.
  if (measured.checks.some(({ code }) => code === 'provider' || code === 'mistake')) {
    const warnings = measured.warnings.filter(({ code }) => code !== 'infrastructure')
    return verdictOf(measured.checks, warnings, [])
  }
  const short = checkSampleCount(plan, summary)
  const findings =
    acceptance.baseline === undefined ? [] : compare(measured, acceptance.baseline, acceptance.acceptWorse)
  const ownChecks = [...measured.checks, ...(short === undefined ? [] : [short])]
  if (acceptance.deferred) return verdictOf(ownChecks, measured.warnings, findings)
  const checks = [
    ...ownChecks,
    ...checkThresholds(summary, plan.thresholds, plan.categories),
    ...summary.categories.flatMap((one) => checkCategory(one, plan.categories[one.name] ?? {}, summary.cases)),
    ...checkFindings(findings, acceptance.mayWrite),
  ]
  return verdictOf(checks, measured.warnings, findings)
}

/**
 * What `findings` hold against an execution: each regression, and that there was no baseline at all.
 *
 * @param mayWrite whether a missing baseline may be written, so that it is nothing to decide about
 */
export function checkFindings(findings: readonly Finding[], mayWrite: boolean): Check[] {
  return [
    ...findings.flatMap((finding) => regressionCheck(finding, findings)),
    ...(mayWrite ? [] : missingBaseline(findings)),
  ]
}

function checkSampleCount(plan: Plan, summary: Summary): Check | undefined {
  const usable = summary.runs - summary.outcomes.infrastructure
  if (usable * 2 >= plan.totalRuns) return undefined
  const broken = summary.outcomes.infrastructure
  return {
    status: 'fail',
    code: 'tooFewSamples',
    subject: 'samples',
    value: usable,
    bound: Math.ceil(plan.totalRuns / 2),
    unit: 'count',
    message: `${formatCount(usable)} of ${plural(plan.totalRuns, 'planned run')} can be judged, under half of them${broken === 0 ? '' : ` (${formatCount(broken)} broke on the infrastructure)`}.`,
    remedy: broken === 0 ? 'See what stopped the runs.' : 'Mend what the runs broke on, and run again.',
  }
}

function compare(measured: Measured, baseline: Baseline, acceptWorse: boolean): Finding[] {
  const values = baselineValues(measured.samples, measured.plan.cases.length)
  const findings = compareWithBaseline(values, measured.comparability, baseline)
  return findings.map((finding) =>
    finding.status === 'worse' && acceptWorse ? { ...finding, status: 'accepted' } : finding,
  )
}

// What a metric is computed from or follows: where that got worse, it is not reported as a second regression.
const parts: { [M in BaselineMetric]?: BaselineMetric[] } = {
  totalTokens: ['inputTokens', 'outputTokens'],
  costUsd: ['inputTokens', 'outputTokens'],
  modelCalls: ['steps'],
  toolCalls: ['steps'],
}

function regressionCheck(finding: Finding, all: readonly Finding[]): Check[] {
  const { metric, baseline, candidate } = finding
  if (finding.status !== 'worse' || baseline === undefined) return []
  const causes = parts[metric] ?? []
  if (all.some((other) => other.status === 'worse' && causes.includes(other.metric))) return []
  const { label, unit } = describeMetric(metric)
  const change = formatDifference(unit, baseline.location, candidate.location)
  const evidence = finding.p === undefined ? 'no run varies' : `p ${formatProbability(finding.p)}`
  return [
    {
      status: 'fail',
      code: 'regression',
      subject: `${label} against baseline`,
      metric,
      value: candidate.location,
      bound: baseline.location,
      unit,
      message: `${label} got worse: ${formatValue(unit, baseline.location)} → ${formatValue(unit, candidate.location)} (${change}), ${evidence}, ${plural(candidate.n, 'run')} against ${formatCount(baseline.n)}.`,
      remedy: 'Meant? Accept it as the new level with `-u`. Not meant? See what the change made the agent do more of.',
    },
  ]
}

function missingBaseline(findings: readonly Finding[]): Check[] {
  const missing = findings.filter(
    (one) => (one.status === 'new' || one.status === 'notJudged') && isOfAgent(one.metric),
  )
  if (missing.length === 0 || missing.length < findings.filter((one) => isOfAgent(one.metric)).length) return []
  const reason = missing[0]?.reason
  return [
    {
      status: 'inconclusive',
      code: 'missingBaseline',
      subject: 'baseline',
      message: `There is no baseline to compare with${reason === undefined ? '' : `: ${reason}`}.`,
      remedy: 'Run it locally and commit `__bench__/`; a CI job reads baselines and writes none.',
    },
  ]
}

/** How reports call `metric`, and what its numbers count. */
export function describeMetric(metric: BaselineMetric): { label: string; unit: Unit } {
  const name: RunMetricName | undefined = runMetricNames.find((one) => one === metric)
  if (name !== undefined) return { label: metrics[name].label, unit: metrics[name].unit }
  if (metric === 'successRatio') return { label: metrics.successRatio.label, unit: 'ratio' }
  return { label: `score ${metric.replace(/^scores\./, '')}`, unit: 'score' }
}

/** The smallest worsening of each metric that a verdict would have found, in one sentence; absent when nothing was compared. */
export function sensitivity(findings: readonly Finding[]): string | undefined {
  const judged = findings.flatMap(({ metric, detectableRatio }) =>
    detectableRatio === undefined
      ? []
      : [
          `${describeMetric(metric).label} ${detectableRatio < 1 ? `+${formatRatio(detectableRatio)}` : `× ${formatCount(1 + detectableRatio)}`}`,
        ],
  )
  return judged.length === 0 ? undefined : `Would have found in 9 of 10 executions: ${judged.join(', ')}.`
}
