import type { BaselineMetric } from '../../domain/finding.ts'
import { isFollowing } from '../evidence/follow.ts'
import { confirmationRatio, lookShareRatio, ratesOf } from '../evidence/rule.ts'
import type { PlannedRuns } from './steps.ts'

/** How far the first step of an execution has come. */
export interface Progress {
  /** Runs of each case that were made, without those that confirm. */
  rounds: number
  /** Runs of each case that are planned, at most. */
  most: number
  /** Rounds after which it may stop, rising and below `most`; absent when every run is made. */
  looks?: readonly number[] | undefined
}

/** How an execution is planned. */
export interface PlannedRounds extends Pick<Progress, 'most' | 'looks'> {
  /** Whether what looks worse is measured again before it counts. */
  confirms: boolean
  /** What the user asks to be found, as a share of the baseline; absent when nothing is asked. */
  askedRatio?: number | undefined
  /** Metrics of the scenario that are tested. @default 1 */
  tests?: number | undefined
}

/** The runs of `plan`, counted in values of a metric of which a round brings `perRound`. */
export function plannedRuns(
  perRound: number,
  { most, looks, confirms, askedRatio, tests = 1 }: PlannedRounds,
): PlannedRuns {
  const counted = (rounds: number) => Math.max(1, Math.round(perRound * rounds))
  const planned = counted(most)
  const { screenRate, worseRate } = ratesOf(tests)
  const looksRate = worseRate * lookShareRatio
  return {
    planned,
    fresh: confirms ? Math.round(planned * confirmationRatio) : 0,
    looks:
      looks === undefined || looks.length === 0
        ? undefined
        : { runs: looks.map(counted), askedRatio, worseRate: looksRate },
    screenRate,
    // What looks may use of it, the last judgement may not.
    worseRate: looks === undefined ? worseRate : worseRate - looksRate,
  }
}

/**
 * Of the metrics that are compared, those whose answer an execution waits for: what the user asks to be found, else all that are
 * tested. Success is not waited for unless it is asked for or stands alone: where nobody lowered its threshold, the first failure
 * answers.
 */
export function awaited(
  compared: readonly BaselineMetric[],
  asked: ReadonlyMap<BaselineMetric, number>,
): Set<BaselineMetric> {
  const named = compared.filter((metric) => asked.has(metric))
  if (named.length > 0) return new Set(named)
  const tested = compared.filter((metric) => metric !== 'successRatio' && !isFollowing(metric, compared))
  return new Set(tested.length > 0 ? tested : compared)
}
