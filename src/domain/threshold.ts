import { formatChange, formatCount, formatRatio, formatValue, plural } from './format.ts'
import {
  type DistributionMetricName,
  distributionMetricNames,
  type Metric,
  metrics,
  type ScenarioMetricName,
  scenarioMetricNames,
} from './metric.ts'
import { type Distribution, type GroupSummary, type Statistic, type Summary, statistics, supportOf } from './summary.ts'
import type { Unit } from './unit.ts'

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

/** Judges `summary` by `thresholds`; `successRatio` counts as 1 when it is not named. */
export function checkThresholds(summary: Summary, thresholds: Thresholds): Check[] {
  return checkGroup(summary, { successRatio: 1, ...withoutUnset(thresholds) }, summary.cases)
}

/** Judges one category of a scenario by its own thresholds. */
export function checkCategory(category: GroupSummary, thresholds: Thresholds, cases: readonly GroupSummary[]): Check[] {
  const scenario = category.successRatio === undefined ? {} : { successRatio: category.successRatio }
  const members = cases.filter((one) => one.category === category.name)
  return checkGroup({ ...category, scenario }, thresholds, members, category.name)
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
        slowestCase(name, cases, metric),
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
  if (thresholds.successRatio !== undefined) checks.push(...deadCases(cases, thresholds.successRatio))
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
    if (distribution === undefined || value === undefined || distribution.missing > distribution.n) {
      return [unknown(subject, metric.unit, bound, distribution)]
    }
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
  const atLeast = distribution.censoredFrom !== undefined && value >= distribution.censoredFrom
  const broken = isWorse(metric.better, value, bound)
  const count = `${plural(distribution.n, 'value')}${distribution.missing > 0 ? `, ${formatCount(distribution.missing)} unknown` : ''}`
  const shown = `${atLeast ? '≥ ' : ''}${formatValue(metric.unit, value)}`
  const facts = { code: 'threshold', subject, value, bound, unit: metric.unit } as const
  const needed = supportOf(statistic)
  if (!broken && distribution.n < needed) {
    return {
      ...facts,
      status: 'inconclusive',
      message: `${subject} is ${shown}, but ${count} cannot support it: it takes ${formatCount(needed)}.`,
      remedy: 'Let more runs come to an end: see what stopped or broke the others.',
    }
  }
  if (!broken)
    return {
      ...facts,
      status: 'pass',
      message: `${subject} is ${shown}, within its threshold of ${formatValue(metric.unit, bound)} (${count}).`,
    }
  return {
    ...facts,
    status: 'fail',
    message: `${subject} is ${shown}, ${worseWord(metric.better)} its threshold of ${formatValue(metric.unit, bound)} (${overshoot(value, bound)}${count}).`,
    remedy: `${where === undefined ? '' : `${where} `}Find what changed, or set the threshold to what you accept.`,
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

function checkSuccess(judged: Judged, bound: number, place: string, cases: readonly GroupSummary[]): Check {
  const subject = `success${place}`
  const value = judged.scenario.successRatio
  const { ok, wrong, error, timeout, limit } = judged.outcomes
  const facts = { code: 'success', subject, bound, unit: 'ratio' } as const
  if (value === undefined) {
    return {
      ...facts,
      status: 'fail',
      message: `${subject} is unknown: no run came to an end that the agent is answerable for.`,
      remedy: 'Mend the infrastructure that the runs broke on, and run again.',
    }
  }
  const runs = `${formatCount(ok)} of ${plural(ok + wrong + error + timeout + limit, 'run')} ok`
  if (value >= bound)
    return { ...facts, value, status: 'pass', message: `${subject} is ${formatRatio(value)} (${runs}).` }
  const broken = Object.entries({ wrong, error, timeout, limit })
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
  const failing = cases
    .filter((one) => one.successRatio !== undefined && one.successRatio < bound)
    .map((one) => `"${one.name}"`)
  return {
    ...facts,
    value,
    status: 'fail',
    message: `${subject} is ${formatRatio(value)}, under its threshold of ${formatRatio(bound)} (${runs}; ${broken.join(', ')}).`,
    remedy: `${failing.length === 0 ? '' : `Look at ${listed(failing)}. `}Mend what broke${bound === 1 ? ', or state the success that you accept: `thresholds: { successRatio: 0.95 }`.' : ', or set the threshold to what you accept.'}`,
  }
}

/**
 * Cases with not one ok run, where that would happen by chance in less than 1% if the case succeeded as often as `bound`
 * demands: (1 − bound)^n < 0.01.
 */
function deadCases(cases: readonly GroupSummary[], bound: number): Check[] {
  return cases.flatMap((one) => {
    const { ok, wrong, error, timeout, limit } = one.outcomes
    const runs = wrong + error + timeout + limit
    if (ok > 0 || runs === 0 || (1 - bound) ** runs >= 0.01) return []
    return [
      {
        status: 'fail' as const,
        code: 'deadCase' as const,
        subject: `case "${one.name}"`,
        message: `case "${one.name}" never succeeded (${plural(runs, 'run')}).`,
        remedy: 'Mend this case, or give it a category with a `successRatio` of its own.',
      },
    ]
  })
}

function slowestCase(name: DistributionMetricName, cases: readonly GroupSummary[], metric: Metric): string | undefined {
  const known = cases.flatMap((one) => {
    const mean = one.metrics[name]?.mean
    return mean === undefined ? [] : [{ name: one.name, mean }]
  })
  if (known.length < 2) return undefined
  const worst = known.reduce((most, one) => (isWorse(metric.better, one.mean, most.mean) ? one : most))
  return `The worst case is "${worst.name}" (mean ${formatValue(metric.unit, worst.mean)}).`
}

function isWorse(better: 'lower' | 'higher', value: number, bound: number): boolean {
  return better === 'lower' ? value > bound : value < bound
}

function worseWord(better: 'lower' | 'higher'): string {
  return better === 'lower' ? 'over' : 'under'
}

function overshoot(value: number, bound: number): string {
  return bound === 0 ? '' : `${formatChange(value / bound - 1)}, `
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

function withoutUnset(thresholds: Thresholds): Thresholds {
  return Object.fromEntries(Object.entries(thresholds).filter(([, bound]) => bound !== undefined))
}
