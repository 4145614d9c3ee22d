import type { Baseline, Comparability } from '../domain/baseline.ts'
import { baselineValues, isOfAgent } from '../domain/baseline.ts'
import type { Check } from '../domain/check.ts'
import { askedRatios } from '../domain/detect.ts'
import type { Asked, BaselineMetric, Finding } from '../domain/finding.ts'
import { formatCount, formatDifference, formatProbability, formatRatio, formatValue, plural } from '../domain/format.ts'
import { metrics } from '../domain/metric.ts'
import { type RunMetricName, runMetricNames } from '../domain/metric-name.ts'
import type { Plan } from '../domain/plan.ts'
import type { Samples } from '../domain/sample.ts'
import type { Stop } from '../domain/stop.ts'
import type { Summary } from '../domain/summary.ts'
import { checkCategory, checkThresholds } from '../domain/threshold.ts'
import type { Unit } from '../domain/unit.ts'
import { type Verdict, verdictOf, type Warning } from '../domain/verdict.ts'
import { toldWith } from './evidence/follow.ts'
import { explained } from './explain/explain.ts'
import { insensitiveFindings, remedyOf } from './power/insensitive.ts'
import { compareWithBaseline } from './regression.ts'

/** An execution, as far as it has to be known to be judged. */
export interface Measured {
  plan: Plan
  samples: Samples
  summary: Summary
  comparability: Comparability
  /** Position of the first run that was made to confirm what the others showed; absent when none was. */
  confirmedFrom?: number | undefined
  /** Where it ended; absent when the number of its runs was fixed. */
  stop?: Stop | undefined
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
  // Nothing else can be said of runs that the provider refused, that a mistake in the test ended, or that were never recorded; and
  // once is enough.
  if (measured.checks.some(({ code }) => code === 'provider' || code === 'mistake' || code === 'needsRecording')) {
    const warnings = measured.warnings.filter(({ code }) => code !== 'infrastructure')
    return verdictOf(measured.checks, warnings, [])
  }
  const short = checkSampleCount(measured.stop?.runs ?? plan.totalRuns ?? summary.runs, summary)
  const findings =
    acceptance.baseline === undefined ? [] : compare(measured, acceptance.baseline, acceptance.acceptWorse)
  const ownChecks = [...measured.checks, ...(short === undefined ? [] : [short])]
  if (acceptance.deferred)
    return explained(verdictOf(ownChecks, measured.warnings, findings), measured, acceptance.baseline)
  const checks = [
    ...ownChecks,
    ...checkThresholds(summary, plan.thresholds, plan.categories),
    ...summary.categories.flatMap((one) => checkCategory(one, plan.categories[one.name] ?? {}, summary.cases)),
    ...checkFindings(findings, acceptance.mayWrite, namesOf(plan)),
    ...unheardChecks(plan, findings),
  ]
  return explained(verdictOf(checks, measured.warnings, findings), measured, acceptance.baseline)
}

/**
 * What `findings` hold against an execution: each regression, and that there was no baseline at all.
 *
 * @param mayWrite whether a missing baseline may be written, so that it is nothing to decide about
 * @param caseNames of the plan, in its order
 */
export function checkFindings(findings: readonly Finding[], mayWrite: boolean, caseNames: readonly string[]): Check[] {
  return [
    ...findings.flatMap((finding) => regressionCheck(finding, findings, caseNames)),
    ...findings.flatMap((finding) => unclearCheck(finding, caseNames)),
    ...insensitiveFindings(findings).map(insensitiveCheck),
    ...(mayWrite ? [] : missingBaseline(findings)),
  ]
}

function namesOf({ cases }: Measured['plan']): string[] {
  return cases.map(({ name }) => name)
}

function checkSampleCount(planned: number, summary: Summary): Check | undefined {
  const usable = summary.runs - summary.outcomes.infrastructure
  if (usable * 2 >= planned) return undefined
  const broken = summary.outcomes.infrastructure
  return {
    status: 'fail',
    code: 'tooFewSamples',
    subject: 'samples',
    value: usable,
    bound: Math.ceil(planned / 2),
    unit: 'count',
    message: `${formatCount(usable)} of ${plural(planned, 'planned run')} can be judged, under half of them${broken === 0 ? '' : ` (${formatCount(broken)} broke on the infrastructure)`}.`,
    remedy: broken === 0 ? 'See what stopped the runs.' : 'Mend what the runs broke on, and run again.',
  }
}

function compare(measured: Measured, baseline: Baseline, acceptWorse: boolean): Finding[] {
  const { samples, plan, comparability, confirmedFrom, stop } = measured
  const rounds = (confirmedFrom ?? samples.length) / plan.cases.length
  const candidate = {
    values: baselineValues(samples, plan.cases.length),
    comparability,
    fresh: confirmedFrom === undefined ? undefined : baselineValues(samples, plan.cases.length, confirmedFrom),
    confirms: true,
    progress: {
      rounds,
      most: plan.runs ?? rounds,
      looks: stop === undefined ? undefined : plan.looks,
    },
    detect: plan.detect,
  }
  const findings = compareWithBaseline(candidate, baseline)
  return findings.map((finding) =>
    finding.status === 'worse' && acceptWorse ? { ...finding, status: 'accepted' } : finding,
  )
}

function regressionCheck(finding: Finding, all: readonly Finding[], caseNames: readonly string[]): Check[] {
  const { metric, baseline, candidate } = finding
  if (finding.status !== 'worse' || baseline === undefined) return []
  // What follows others is told with them.
  if (
    finding.follows !== undefined ||
    all.some((other) => other.status === 'worse' && toldWith(metric).includes(other.metric))
  )
    return []
  const { label, unit } = describeMetric(metric)
  const evidence = finding.p === undefined ? 'no run varies' : `p ${formatProbability(finding.p)}`
  return [
    {
      status: 'fail',
      code: 'regression',
      subject: `${label} against baseline`,
      metric,
      ...placesOf(finding),
      unit,
      message: `${label} got worse${changeText(finding, caseNames)}, ${evidence}, ${plural(candidate.n, 'run')} against ${formatCount(baseline.n)}.`,
      remedy: 'Meant? Accept it as the new level with `-u`. Not meant? See what the change made the agent do more of.',
    },
  ]
}

/** Where all runs lay and lie, or those of the one case that tells. */
function placesOf({ baseline, candidate, ofCase }: Finding): { value: number; bound: number } {
  if (ofCase !== undefined) return { value: ofCase.candidate, bound: ofCase.baseline }
  return { value: candidate.location, bound: baseline?.location ?? 0 }
}

function changeText(finding: Finding, caseNames: readonly string[]): string {
  const { unit } = describeMetric(finding.metric)
  const { value, bound } = placesOf(finding)
  const where = finding.ofCase === undefined ? '' : ` in case ${caseNames[finding.ofCase.position] ?? ''}`
  return `${where}: ${formatValue(unit, bound)} → ${formatValue(unit, value)} (${formatDifference(unit, bound, value)})`
}

function unclearCheck(finding: Finding, caseNames: readonly string[]): Check[] {
  const { metric, status, follows, baseline, p, detectableRatio } = finding
  if (status !== 'unclear' || follows !== undefined || baseline === undefined) return []
  const { label, unit } = describeMetric(metric)
  const found =
    detectableRatio === undefined ? '' : `. 9 of 10 executions would find ${formatIncrease(detectableRatio)} or more`
  return [
    {
      status: 'inconclusive',
      code: 'unclearRegression',
      subject: `${label} against baseline`,
      metric,
      ...placesOf(finding),
      unit,
      message: `${label} looks worse${changeText(finding, caseNames)}. It is not sure enough to fail (p ${formatProbability(p ?? 1)})${found}.`,
      remedy: 'Run it again, with more `runs`; every accepted execution makes the baseline surer, too.',
    },
  ]
}

function insensitiveCheck(finding: Finding & { asked: Asked }): Check {
  const { metric, detectableRatio, asked } = finding
  const { label } = describeMetric(metric)
  const found =
    detectableRatio === undefined ? `no worsening of ${label}` : `${label} ${formatIncrease(detectableRatio)}`
  return {
    status: 'inconclusive',
    code: 'insensitive',
    subject: `${label} against baseline`,
    metric,
    value: detectableRatio,
    bound: asked.ratio,
    unit: 'ratio',
    message: `${plural(asked.planned, 'run')} of each case find ${found}${detectableRatio === undefined ? '' : ' or more'}, and \`detect\` asks for ${formatIncrease(asked.ratio)}.`,
    remedy: remedyOf(finding),
  }
}

/** What the user asks to be found of metrics that no run told, though there is something to compare with. */
function unheardChecks({ detect }: Plan, findings: readonly Finding[]): Check[] {
  if (findings.every(({ status }) => status === 'new' || status === 'notJudged')) return []
  return [...askedRatios(detect)].flatMap(([metric, ratio]) => {
    if (metric === 'workingPerOutputTokenMs' || findings.some((finding) => finding.metric === metric)) return []
    const { label } = describeMetric(metric)
    return [
      {
        status: 'inconclusive',
        code: 'insensitive',
        subject: `${label} against baseline`,
        metric,
        message: `No run told its ${label}, so that no worsening of it can be found, and \`detect\` asks for ${formatIncrease(ratio)}.`,
        remedy: 'Let the runs tell it (METHODOLOGY.md says how), or take it out of `detect`.',
      },
    ]
  })
}

/** A worsening by a share: `+40%`, from a doubling on `× 2.5`. */
function formatIncrease(ratio: number): string {
  return ratio < 1 ? `+${formatRatio(ratio)}` : `× ${formatCount(1 + ratio)}`
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
  const judged = findings.flatMap(({ metric, detectableRatio, asked }) =>
    detectableRatio === undefined
      ? []
      : [`${describeMetric(metric).label} ${formatIncrease(detectableRatio)}${askedText(asked)}`],
  )
  return judged.length === 0 ? undefined : `Would have found in 9 of 10 executions: ${judged.join(', ')}.`
}

function askedText(asked: Asked | undefined): string {
  if (asked?.runs === undefined || asked.executions !== undefined) return ''
  return ` (${formatIncrease(asked.ratio)} takes ${plural(asked.runs, 'run')} of each case)`
}
