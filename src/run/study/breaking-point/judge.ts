import { quantiles, supportOf } from '../../../domain/distribution.ts'
import type {
  Binding,
  BreakingPointSearch,
  Failures,
  Objective,
  Probe,
  ProbeObjective,
  ProbeRequest,
  ProbeSoFar,
} from '../../../domain/study/breaking-point.ts'
import { mannKendall } from '../../../stats/mann-kendall.ts'
import { normalQuantile } from '../../../stats/normal.ts'
import { binomialUpperTail } from './binomial.ts'

const defaultFailureRatio = 0.01
/** One-sided, as the fewest values that support a quantile are counted: .95 ** 59 is below it. */
const usualError = 0.05
// By chance in 1 of 100 probes, were the instants independent. They are not, so it also has to be by much.
const risingZ = 2.3
const risingRatio = 1.3

/** The share of judged runs that may lie beyond the bound of `objective`; absent for a mean, which has none. */
function allowedShare(objective: Objective): number | undefined {
  if (objective.metric === 'failureRatio') return objective.bound
  return objective.statistic === 'mean' ? undefined : 1 - quantiles[objective.statistic]
}

/** The share of runs that may fail. */
function allowedFailures({ objectives, failureRatio = defaultFailureRatio }: BreakingPointSearch): number {
  const named = objectives.flatMap((one) => (one.metric === 'failureRatio' ? one.bound : []))
  return named.length === 0 ? failureRatio : Math.min(...named)
}

/** The fewest runs that can tell how every objective stands. */
export function fewestJudged({ objectives }: BreakingPointSearch): number {
  return Math.max(...objectives.map((one) => (one.metric === 'failureRatio' ? 1 : supportOf(one.statistic))))
}

function countFailures({ error, timeout, dropped }: Failures): number {
  return error + timeout + dropped
}

/** What `probe` breaks; absent when it keeps everything. */
export function brokenBy(search: BreakingPointSearch, probe: Probe): Binding | undefined {
  if (countFailures(probe.failures) > allowedFailures(search) * probe.runs) return 'failures'
  const objective = search.objectives.findIndex((one, index) => isMissed(one, probe.objectives[index]))
  if (objective !== -1) return { objective }
  return isRising(probe) ? 'inFlight' : undefined
}

function isMissed(objective: Objective, told: ProbeObjective | undefined): boolean {
  if (objective.metric === 'failureRatio') return (told?.over ?? 0) > objective.bound * (told?.n ?? 0)
  return told?.value === undefined || told.value > objective.bound
}

/** Whether runs in flight became more and more: by a trend, and by nearly a third from the first third of the instants to the last. */
export function isRising({ inFlight }: Probe): boolean {
  const third = Math.floor(inFlight.length / 3)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const isMuch = sum(inFlight.slice(-third)) > risingRatio * sum(inFlight.slice(0, third))
  return isMuch && (mannKendall(inFlight)?.z ?? 0) >= risingZ
}

/** What `probe` clearly breaks, though it has few runs; absent when that is nothing. */
export function clearlyBrokenBy(search: BreakingPointSearch, probe: Probe): Binding | undefined {
  if (failsClearly(search, probe)) return 'failures'
  const objective = search.objectives.findIndex((one, index) => standingOf(one, probe.objectives[index]) === 'missed')
  return objective === -1 ? undefined : { objective }
}

/** Whether more runs failed than chance explains. */
export function failsClearly(
  search: BreakingPointSearch,
  { failures, runs }: Pick<Probe, 'failures' | 'runs'>,
): boolean {
  return binomialUpperTail(countFailures(failures), runs, allowedFailures(search)) < usualError
}

/**
 * Whether more runs failed, or lie beyond a bound, than may of all that are asked for, so that the rest cannot mend it. A closed load is
 * to tell a throughput, to which no bound matters: it is hopeless by failures only.
 */
export function isHopeless(
  search: BreakingPointSearch,
  { load, runs, leaveOut }: Omit<ProbeRequest, 'isHopeless'>,
): (soFar: ProbeSoFar) => boolean {
  const failuresAllowed = allowedFailures(search) * runs
  const overAllowed = search.objectives.map((objective) => {
    const share = 'concurrency' in load ? undefined : allowedShare(objective)
    // One more than its share may lie beyond an interpolated quantile that does not.
    return share === undefined ? Number.POSITIVE_INFINITY : share * (runs - leaveOut) + 1
  })
  return ({ objectives, failures }) =>
    countFailures(failures) > failuresAllowed ||
    overAllowed.some((allowed, index) => (objectives[index]?.over ?? 0) > allowed)
}

/** How what was measured stands to an objective. */
export type Standing = 'kept' | 'missed' | 'unclear'

/**
 * How `told` stands to `objective`: clear when the bound lies outside of the limit of the statistic.
 *
 * @param error how often the limit may be wrong
 */
export function standingOf(
  objective: Objective,
  told: ProbeObjective | undefined,
  error: number = usualError,
): Standing {
  if (told === undefined || told.n === 0) return 'unclear'
  const { n, over, value, deviation } = told
  const allowed = allowedShare(objective)
  if (allowed !== undefined) {
    if (binomialUpperTail(over, n, allowed) < error) return 'missed'
    return 1 - binomialUpperTail(over + 1, n, allowed) < error ? 'kept' : 'unclear'
  }
  if (value === undefined || deviation === undefined) return 'unclear'
  const distance = (objective.bound - value) / (deviation / Math.sqrt(n))
  const far = normalQuantile(1 - error)
  return distance > far ? 'kept' : distance < -far ? 'missed' : 'unclear'
}
