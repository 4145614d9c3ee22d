import { type Check, placeOf } from './check.ts'
import { type Distribution, type Statistic, statistics, supportOf } from './distribution.ts'
import { formatChange, formatCount, formatValue, plural } from './format.ts'
import { metrics } from './metric.ts'
import type { Metric } from './metric-kind.ts'
import {
  type DistributionMetricName,
  distributionMetricNames,
  type ScenarioMetricName,
  scenarioMetricNames,
} from './metric-name.ts'
import type { Outcome } from './sample.ts'
import { checkSuccess, deadCases } from './success.ts'
import type { GroupSummary, Summary } from './summary.ts'
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

/**
 * Judges `summary` by `thresholds`; `successRatio` counts as 1 when it is not named.
 *
 * @param categories thresholds of the categories, which are judged apart: the cases of one with a `successRatio` of its own
 * are held to that one, and to the scenario's only where the scenario names one
 */
export function checkThresholds(
  summary: Summary,
  thresholds: Thresholds,
  categories: Record<string, Thresholds> = {},
): Check[] {
  const { cases } = summary
  const common = cases.filter(({ category }) => !hasOwnSuccess(category, categories))
  const { successRatio = 1 } = thresholds
  const apart = thresholds.successRatio === undefined && common.length < cases.length
  return [
    ...checkGroup(summary, { ...thresholds, successRatio: apart ? undefined : successRatio }, cases),
    ...(apart ? checkCommon(common, successRatio) : []),
    ...deadCases(common, successRatio),
  ]
}

/** Whether `category` is one of `categories` that has a `successRatio` of its own. */
export function hasOwnSuccess(category: string | undefined, categories: Record<string, Thresholds>): boolean {
  return category !== undefined && categories[category]?.successRatio !== undefined
}

/** Judges the success of the cases that no category judges by its own; when there are none, there is nothing to judge. */
function checkCommon(cases: readonly GroupSummary[], bound: number): Check[] {
  if (cases.length === 0) return []
  const outcomes = { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 }
  for (const one of cases) for (const name of Object.keys(outcomes) as Outcome[]) outcomes[name] += one.outcomes[name]
  const successRatio = metrics.successRatio.read(outcomes)
  return [
    checkSuccess({ outcomes, scenario: successRatio === undefined ? {} : { successRatio } }, bound, undefined, cases),
  ]
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
  const checks: Check[] = []
  for (const name of distributionMetricNames) {
    const metric = metrics[name]
    const where = nameWorstCase(name, cases, metric)
    checks.push(...checkDistribution({ ...metric, name, category, where }, judged.metrics[name], thresholds[name]))
  }
  for (const name of scenarioMetricNames) {
    const bound = thresholds[name]
    if (bound === undefined) continue
    checks.push(
      name === 'successRatio'
        ? checkSuccess(judged, bound, category, cases)
        : checkValue(name, judged.scenario[name], bound, category),
    )
  }
  for (const [name, bounds] of Object.entries(thresholds.scores ?? {})) {
    const score = { name: `scores.${name}`, label: `score ${name}`, unit: 'score', better: 'higher', category } as const
    checks.push(...checkDistribution(score, judged.scores[name], bounds))
  }
  return checks
}

/** A metric of a group of runs. */
interface Judgeable extends Pick<Metric, 'unit' | 'better' | 'label'> {
  name: NonNullable<Check['metric']>
  category: string | undefined
  /** Where it is worst, in one sentence; absent when nothing stands out. */
  where?: string | undefined
}

type Facts = Pick<Check, 'code' | 'subject' | 'metric' | 'category' | 'unit' | 'bound'> & { unit: Unit; bound: number }

function checkDistribution(
  metric: Judgeable,
  distribution: Distribution | undefined,
  bounds: StatisticThresholds | undefined,
): Check[] {
  return statistics.flatMap((statistic) => {
    const bound = bounds?.[statistic]
    if (bound === undefined) return []
    const { name, label, unit, category } = metric
    const subject = `${label} ${statistic}${placeOf(category)}`
    const facts: Facts = { code: 'threshold', subject, metric: name, category, unit, bound }
    const value = distribution?.[statistic]
    if (distribution === undefined || distribution.missing > distribution.n) return [unknown(facts, distribution)]
    if (value === undefined) return [unsupported(facts, statistic, distribution)]
    return [compare(metric, statistic, facts, value, distribution)]
  })
}

function compare(
  { better, where }: Judgeable,
  statistic: Statistic,
  facts: Facts,
  value: number,
  distribution: Distribution,
): Check {
  const { subject, bound, unit } = facts
  const atLeast = isLowerBound(distribution, statistic, value)
  const shown = `${atLeast ? '≥ ' : ''}${formatValue(unit, value)}`
  const found = { ...facts, value, ...(atLeast ? { atLeast } : {}) }
  if (isWorse(better, value, bound))
    return {
      ...found,
      status: 'fail',
      message: `${subject} is ${shown}, ${worseWord(better)} its threshold of ${formatValue(unit, bound)} (${overshoot(value, bound)}${countOf(distribution)}).`,
      remedy: `${where === undefined ? '' : `${where} `}Find what changed, or set the threshold to what you accept.`,
    }
  if (distribution.n < supportOf(statistic)) return unsupported(found, statistic, distribution, shown)
  if (atLeast)
    return {
      ...found,
      status: 'inconclusive',
      message: `${subject} is ${shown}, which cannot tell whether it holds ${formatValue(unit, bound)}: ${plural(distribution.censored, 'run')} of ${formatCount(distribution.n)} ended at a limit.`,
      remedy: 'Mend what ran into the limits, or let the limits lie above the thresholds.',
    }
  return {
    ...found,
    status: 'pass',
    message: `${subject} is ${shown}, within its threshold of ${formatValue(unit, bound)} (${countOf(distribution)}).`,
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
  facts: Facts & { value?: number },
  statistic: Statistic,
  distribution: Distribution,
  shown?: string,
): Check {
  const told = shown === undefined ? 'cannot be told:' : `is ${shown}, but`
  return {
    ...facts,
    status: 'inconclusive',
    message: `${facts.subject} ${told} ${countOf(distribution)} cannot support it: it takes ${formatCount(supportOf(statistic))}.`,
    remedy: 'Let more runs come to an end: see what stopped or broke the others.',
  }
}

function unknown(facts: Facts, distribution: Distribution | undefined): Check {
  const { subject, bound, unit } = facts
  const seen =
    distribution === undefined
      ? 'no run'
      : `only ${formatCount(distribution.n)} of ${formatCount(distribution.n + distribution.missing)} runs`
  return {
    ...facts,
    code: 'unknownMetric',
    status: 'fail',
    message: `${subject} has a threshold of ${formatValue(unit, bound)} and is unknown: ${seen} told it.`,
    remedy: unknownRemedy(facts),
  }
}

function unknownRemedy({ metric, unit }: Facts): string {
  if (metric === 'ttftMs' || metric === 'modelTtftMs' || metric === 'interTokenLatencyMs') {
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
  category: string | undefined,
): Check {
  const { label, unit, better } = metrics[name]
  const subject = `${label}${placeOf(category)}`
  const facts: Facts = { code: 'threshold', subject, metric: name, category, unit, bound }
  if (value === undefined) return unknown(facts, undefined)
  const perRun = name === 'heapGrowthBytes' ? ' per run' : ''
  if (!isWorse(better, value, bound)) {
    return {
      ...facts,
      value,
      status: 'pass',
      message: `${subject} is ${formatValue(unit, value)}${perRun}, within its threshold of ${formatValue(unit, bound)}.`,
    }
  }
  return {
    ...facts,
    value,
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
