import { formatChange, formatCount, formatValue, plural } from './format.ts'
import {
  type DistributionMetricName,
  distributionMetricNames,
  type Metric,
  metrics,
  type ScenarioMetricName,
  scenarioMetricNames,
} from './metric.ts'
import { checkSuccess, deadCases } from './success.ts'
import { type Distribution, type GroupSummary, type Statistic, type Summary, statistics, supportOf } from './summary.ts'
import type { Unit } from './unit.ts'
import { isWorse, nameWorstCase } from './worst-case.ts'

/** The worst value that each statistic may have: the highest where lower is better, else the lowest. */
export type StatisticThresholds = { [S in Statistic]?: number | undefined }

/** What a scenario's summary must hold. A metric named here that turns out unknown fails. */
export type Thresholds = { [M in DistributionMetricName]?: StatisticThresholds | undefined } & {
  [M in ScenarioMetricName]?: number | undefined
} & {
  /** Scores by name, 0..1, higher is better: the lowest value allowed. */
  scores?: Record<string, StatisticThresholds> | undefined
}

/** One thing that was judged. */
export interface Check {
  status: 'pass' | 'fail' | 'inconclusive'
  /** What kind of check: stable, for machines. */
  code: CheckCode
  /** What was judged: `latency p95`, `tokens mean in simple`. */
  subject: string
  /** The whole finding in one sentence. */
  message: string
  /** What to do; absent when the check passed. */
  remedy?: string | undefined
  /** What was found; absent when unknown. */
  value?: number | undefined
  /** What was allowed; absent when the check has no number. */
  bound?: number | undefined
  /** What the numbers count; absent when there are none. */
  unit?: Unit | undefined
}

/** What kind of thing a {@link Check} judged. */
export type CheckCode =
  | 'threshold'
  | 'unknownMetric'
  | 'success'
  | 'deadCase'
  | 'tooFewSamples'
  | 'openStream'
  | 'provider'
  | 'regression'
  | 'missingBaseline'
  | 'spend'
  | 'stopped'

/**
 * Judges `summary` by `thresholds`; `successRatio` counts as 1 when it is not named.
 *
 * @param categories thresholds of the categories, which are judged apart: where one has a `successRatio` of its own, its cases
 * may die by that one alone
 */
export function checkThresholds(
  summary: Summary,
  thresholds: Thresholds,
  categories: Record<string, Thresholds> = {},
): Check[] {
  const { cases } = summary
  const { successRatio = 1 } = thresholds
  const common = cases.filter(
    ({ category }) => category === undefined || categories[category]?.successRatio === undefined,
  )
  return [...checkGroup(summary, { ...thresholds, successRatio }, cases), ...deadCases(common, successRatio)]
}

/** Judges one category of a scenario by its own thresholds. */
export function checkCategory(category: GroupSummary, thresholds: Thresholds, cases: readonly GroupSummary[]): Check[] {
  const scenario = category.successRatio === undefined ? {} : { successRatio: category.successRatio }
  const members = cases.filter((one) => one.category === category.name)
  return [
    ...checkGroup({ ...category, scenario }, thresholds, members, category.name),
    ...(thresholds.successRatio === undefined ? [] : deadCases(members, thresholds.successRatio)),
  ]
}

interface Judged {
  outcomes: Summary['outcomes']
  metrics: Summary['metrics']
  scenario: Summary['scenario']
  scores: Summary['scores']
}

function checkGroup(
  judged: Judged,
  thresholds: Thresholds,
  cases: readonly GroupSummary[],
  category?: string,
): Check[] {
  const place = category === undefined ? '' : ` in ${category}`
  const checks: Check[] = []
  for (const name of distributionMetricNames) {
    const bounds = thresholds[name]
    if (bounds === undefined) continue
    const metric = metrics[name]
    checks.push(
      ...checkDistribution(
        metric,
        `${metric.label}`,
        place,
        judged.metrics[name],
        bounds,
        nameWorstCase(name, cases, metric),
      ),
    )
  }
  for (const name of scenarioMetricNames) {
    const bound = thresholds[name]
    if (bound === undefined) continue
    checks.push(
      name === 'successRatio'
        ? checkSuccess(judged, bound, place, cases)
        : checkValue(name, judged.scenario[name], bound, place),
    )
  }
  for (const [name, bounds] of Object.entries(thresholds.scores ?? {})) {
    const metric = { unit: 'score', better: 'higher', label: `score ${name}` } as const
    checks.push(...checkDistribution(metric, metric.label, place, judged.scores[name], bounds, undefined))
  }
  return checks
}

type Judgeable = Pick<Metric, 'unit' | 'better' | 'label'>

function checkDistribution(
  metric: Judgeable,
  label: string,
  place: string,
  distribution: Distribution | undefined,
  bounds: StatisticThresholds,
  where: string | undefined,
): Check[] {
  return statistics.flatMap((statistic) => {
    const bound = bounds[statistic]
    if (bound === undefined) return []
    const subject = `${label} ${statistic}${place}`
    const value = distribution?.[statistic]
    if (distribution === undefined || distribution.missing > distribution.n) {
      return [unknown(subject, metric.unit, bound, distribution)]
    }
    if (value === undefined) return [unsupported(subject, statistic, metric.unit, bound, distribution)]
    return [compare(metric, statistic, subject, value, bound, distribution, where)]
  })
}

function compare(
  metric: Judgeable,
  statistic: Statistic,
  subject: string,
  value: number,
  bound: number,
  distribution: Distribution,
  where: string | undefined,
): Check {
  const atLeast = isLowerBound(distribution, statistic, value)
  const shown = `${atLeast ? '≥ ' : ''}${formatValue(metric.unit, value)}`
  const facts = { code: 'threshold', subject, value, bound, unit: metric.unit } as const
  if (isWorse(metric.better, value, bound))
    return {
      ...facts,
      status: 'fail',
      message: `${subject} is ${shown}, ${worseWord(metric.better)} its threshold of ${formatValue(metric.unit, bound)} (${overshoot(value, bound)}${countOf(distribution)}).`,
      remedy: `${where === undefined ? '' : `${where} `}Find what changed, or set the threshold to what you accept.`,
    }
  if (distribution.n < supportOf(statistic))
    return unsupported(subject, statistic, metric.unit, bound, distribution, { value, shown })
  if (atLeast)
    return {
      ...facts,
      status: 'inconclusive',
      message: `${subject} is ${shown}, which cannot tell whether it holds ${formatValue(metric.unit, bound)}: ${plural(distribution.censored, 'run')} of ${formatCount(distribution.n)} ended at a limit.`,
      remedy: 'Mend what ran into the limits, or let the limits lie above the thresholds.',
    }
  return {
    ...facts,
    status: 'pass',
    message: `${subject} is ${shown}, within its threshold of ${formatValue(metric.unit, bound)} (${countOf(distribution)}).`,
  }
}

// Order statistics below the lowest bound are exact; a mean has every bound in it.
function isLowerBound({ censoredFrom }: Distribution, statistic: Statistic, value: number): boolean {
  return censoredFrom !== undefined && (statistic === 'mean' || value >= censoredFrom)
}

function countOf({ n, missing }: Distribution): string {
  return `${plural(n, 'value')}${missing > 0 ? `, ${formatCount(missing)} unknown` : ''}`
}

function unsupported(
  subject: string,
  statistic: Statistic,
  unit: Unit,
  bound: number,
  distribution: Distribution,
  found?: { value: number; shown: string },
): Check {
  const told = found === undefined ? 'cannot be told:' : `is ${found.shown}, but`
  return {
    status: 'inconclusive',
    code: 'threshold',
    subject,
    value: found?.value,
    bound,
    unit,
    message: `${subject} ${told} ${countOf(distribution)} cannot support it: it takes ${formatCount(supportOf(statistic))}.`,
    remedy: 'Let more runs come to an end: see what stopped or broke the others.',
  }
}

function unknown(subject: string, unit: Unit, bound: number, distribution: Distribution | undefined): Check {
  const seen =
    distribution === undefined
      ? 'no run'
      : `only ${formatCount(distribution.n)} of ${formatCount(distribution.n + distribution.missing)} runs`
  return {
    status: 'fail',
    code: 'unknownMetric',
    subject,
    bound,
    unit,
    message: `${subject} has a threshold of ${formatValue(unit, bound)} and is unknown: ${seen} told it.`,
    remedy: unknownRemedy(unit, subject),
  }
}

function unknownRemedy(unit: Unit, subject: string): string {
  if (subject.startsWith('TTFT') || subject.startsWith('model TTFT') || subject.startsWith('inter-token')) {
    return 'Let the agent stream, and return the stream or read it to its end; or remove the threshold.'
  }
  if (unit === 'usd') return 'Give the prices of the models that were called (`prices`), or remove the threshold.'
  if (unit === 'tokens' || unit === 'count') {
    return 'Let the agent call its model over HTTP in this process (streams of OpenAI chat completions tell their tokens only with `stream_options: { include_usage: true }`), report by hand with `run.usage({ inputTokens, outputTokens })`, or remove the threshold.'
  }
  if (unit === 'score') return 'Call `score(name, value)` in the check of every run, or remove the threshold.'
  return 'Remove the threshold, or let the scenario measure it (METHODOLOGY.md says when it does).'
}

function checkValue(
  name: Exclude<ScenarioMetricName, 'successRatio'>,
  value: number | undefined,
  bound: number,
  place: string,
): Check {
  const { label, unit, better } = metrics[name]
  const subject = `${label}${place}`
  if (value === undefined) return unknown(subject, unit, bound, undefined)
  const facts = { code: 'threshold', subject, value, bound, unit } as const
  const perRun = name === 'heapGrowthBytes' ? ' per run' : ''
  if (!isWorse(better, value, bound)) {
    return {
      ...facts,
      status: 'pass',
      message: `${subject} is ${formatValue(unit, value)}${perRun}, within its threshold of ${formatValue(unit, bound)}.`,
    }
  }
  return {
    ...facts,
    status: 'fail',
    message: `${subject} is ${formatValue(unit, value)}${perRun}, ${worseWord(better)} its threshold of ${formatValue(unit, bound)} (${overshoot(value, bound).replace(/, $/, '')}).`,
    remedy:
      name === 'heapGrowthBytes'
        ? 'Something keeps what a run allocates: look for caches, listeners and histories that grow with each call of the agent.'
        : 'Find what changed, or set the threshold to what you accept.',
  }
}

function worseWord(better: 'lower' | 'higher'): string {
  return better === 'lower' ? 'over' : 'under'
}

function overshoot(value: number, bound: number): string {
  return bound === 0 ? '' : `${formatChange(value / bound - 1)}, `
}
