import { placeOf } from '../../domain/check.ts'
import { quantiles, type Statistic, statistics, supportOf } from '../../domain/distribution.ts'
import { metrics } from '../../domain/metric.ts'
import type { Metric } from '../../domain/metric-kind.ts'
import { distributionMetricNames, scenarioMetricNames } from '../../domain/metric-name.ts'
import type { Plan } from '../../domain/plan.ts'
import { type Reading, readMetric, readScore } from '../../domain/reading.ts'
import { isAnswered, isTimed, type Outcome, outcomeAt, type Samples } from '../../domain/sample.ts'
import type { StatisticThresholds, Thresholds } from '../../domain/threshold.ts'
import { isWorse } from '../../domain/worst-case.ts'
import { thresholdRate } from '../evidence/rule.ts'
import { levelAt, lookScales } from '../power/look-scale.ts'
import { rareAbove, rareBelow, type Side, sideOfMean } from './side-of-bound.ts'

/** How a threshold stands at a look. */
export interface ThresholdStanding {
  /** What it bounds: `latency p95`, `success in simple`. */
  subject: string
  /** - `kept`, `broken`: clearly, so that more runs would hardly change it
   * - `open`: neither
   */
  answer: 'kept' | 'broken' | 'open'
}

/** A look at the runs so far, as sure as the looks of an execution have to be. */
interface Look {
  samples: Samples
  /** The one-sided level at which a side counts as clear. */
  level: number
  /** How many times further out that is than for a single test. */
  scale: number
}

/**
 * How each threshold that `plan` names stands after `rounds` rounds: by the interval of its statistic at the level of a group
 * sequential test of 2.5% on each side, exact but for means, which are taken as normal. A quantile is kept only by as many runs as can
 * support it. What a single run can break (`max`, `successRatio: 1`) is never kept before the last one, and what belongs to the
 * execution as a whole is open until then.
 */
export function thresholdStandings(plan: Plan, samples: Samples, rounds: number): ThresholdStanding[] {
  const { looks = [], runs: most = rounds } = plan
  const scale = lookScales(
    thresholdRate,
    [...looks, most].map((one) => one / most),
  )[looks.indexOf(rounds)]
  if (scale === undefined) return []
  const look = { samples, level: levelAt(thresholdRate, scale), scale }
  return [
    ...standingsOfGroup(look, plan.thresholds, [...plan.cases.keys()], undefined),
    ...Object.entries(plan.categories).flatMap(([category, thresholds]) => {
      const members = [...plan.cases.keys()].filter((position) => plan.cases[position]?.category === category)
      return standingsOfGroup(look, thresholds, members, category)
    }),
  ]
}

function standingsOfGroup(
  look: Look,
  thresholds: Thresholds,
  members: readonly number[],
  category: string | undefined,
): ThresholdStanding[] {
  const { samples } = look
  const runs = [...Array(samples.length).keys()].filter((run) => members.includes(samples.caseIndex[run] ?? -1))
  const timed = runs.filter((run) => isTimed(samples, run))
  const answered = runs.filter((run) => isAnswered(samples, run))
  const place = placeOf(category)
  return [
    ...distributionMetricNames.flatMap((name) =>
      standingsOfStatistics(look, metrics[name], thresholds[name], metrics[name].label, place, () =>
        readMetric(samples, timed, name),
      ),
    ),
    ...scenarioMetricNames.flatMap((name): ThresholdStanding[] => {
      const bound = thresholds[name]
      if (bound === undefined) return []
      const answer = name === 'successRatio' ? standingOfSuccess(look, runs, bound) : 'open'
      return [{ subject: `${metrics[name].label}${place}`, answer }]
    }),
    ...Object.entries(thresholds.scores ?? {}).flatMap(([name, bounds]) =>
      standingsOfStatistics(look, { better: 'higher', unit: 'score' }, bounds, `score ${name}`, place, () =>
        readScore(samples, answered, name),
      ),
    ),
  ]
}

function standingsOfStatistics(
  look: Look,
  metric: Pick<Metric, 'better' | 'unit'>,
  bounds: StatisticThresholds | undefined,
  label: string,
  place: string,
  read: () => Reading,
): ThresholdStanding[] {
  return statistics.flatMap((statistic) => {
    const bound = bounds?.[statistic]
    if (bound === undefined) return []
    return [{ subject: `${label} ${statistic}${place}`, answer: standingOf(look, metric, statistic, bound, read()) }]
  })
}

function standingOf(
  look: Look,
  metric: Pick<Metric, 'better' | 'unit'>,
  statistic: Statistic,
  bound: number,
  reading: Reading,
): ThresholdStanding['answer'] {
  const { values, missing, bounds } = reading
  if (values.length === 0 || missing > values.length) return 'open'
  const beyond = values.filter((value) => isWorse(metric.better, value, bound)).length
  const side = sideOf(look, metric, statistic, bound, reading, beyond)
  if (side !== 'kept') return side
  // A run that was stopped would have gone on.
  const isCertain = bounds.length === 0 && values.length >= supportOf(statistic)
  return isCertain ? 'kept' : 'open'
}

function sideOf(
  { samples, level, scale }: Look,
  { better, unit }: Pick<Metric, 'better' | 'unit'>,
  statistic: Statistic,
  bound: number,
  { values, runs }: Reading,
  beyond: number,
): Side {
  if (statistic === 'mean') {
    const groups = Map.groupBy(values.keys(), (position) => samples.caseIndex[runs[position] ?? 0])
    const byCase = [...groups.values()].map((positions) => [...positions].map((position) => values[position] ?? 0))
    return sideOfMean(byCase, { bound, better, isRatio: unit === 'score', rate: thresholdRate, scale })
  }
  // The greatest value only rises and the least only falls.
  if (statistic === 'max' || statistic === 'min') {
    const breaks = (statistic === 'max') === (better === 'lower')
    if (breaks) return beyond > 0 ? 'broken' : 'open'
    return beyond < values.length ? 'kept' : 'open'
  }
  const quantile = quantiles[statistic]
  const share = better === 'lower' ? 1 - quantile : quantile
  return sideOfShare(beyond, values.length, share, level)
}

/** On which side of `share` the probability lies that makes `beyond` of `trials`. */
function sideOfShare(beyond: number, trials: number, share: number, level: number): Side {
  if (rareAbove(beyond, trials, share, level)) return 'broken'
  return rareBelow(beyond, trials, share, level) ? 'kept' : 'open'
}

function standingOfSuccess({ samples, level }: Look, runs: readonly number[], bound: number): Side {
  const outcomes = runs.map((run) => outcomeAt(samples, run))
  const judged = outcomes.filter((outcome) => outcome !== 'infrastructure')
  const failed = judged.filter((outcome) => outcome !== 'ok').length
  if (judged.length === 0) return 'open'
  const side = sideOfShare(failed, judged.length, 1 - bound, level)
  return side === 'kept' && hasSilentCase(samples, runs, outcomes) ? 'open' : side
}

// More failures in a row make it a dead one, which fails for itself.
function hasSilentCase(samples: Samples, runs: readonly number[], outcomes: readonly Outcome[]): boolean {
  const all = new Set(runs.map((run) => samples.caseIndex[run]))
  const ok = new Set(runs.filter((_, position) => outcomes[position] === 'ok').map((run) => samples.caseIndex[run]))
  return ok.size < all.size
}
