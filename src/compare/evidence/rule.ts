import { isDuration } from '../../domain/baseline.ts'
import type { BaselineLine, BaselineMetric } from '../../domain/finding.ts'

/** Chance at which noise alone is called a regression, for one metric of one scenario, at most. */
export const falseAlarmRate = 0.0001
/** Chance at which noise alone is called an improvement, which fails nothing. */
export const improvementRate = 0.01
/** Chance at which noise alone has a metric measured again, at most. */
export const screenRate = 0.05
/** A worsening up to this share of the baseline is not measured again. */
export const screenEffectRatio = 0.05
/** Chance at which noise alone lets the fresh runs agree with what they should confirm. */
export const confirmationRate = 0.05
/** Fresh runs that confirm, for each planned one. */
export const confirmationRatio = 1.5
/** A worsening below this share of the baseline is never a regression of a steady metric. */
export const steadyToleranceRatio = 0.05
// Timers and schedulers are no finer than 1 ms, whether a run waits for one token or for a hundred.
const smallestRunMs = 1
const smallestTokenMs = 0.01
/** Share of executions in which what could be seen is seen. */
export const powerRatio = 0.9
/** The share of the false-alarm rate that an execution may use that stops before its last run because it got clearly worse. */
export const lookShareRatio = 0.1
/** Chance at which an execution stops too early that got worse by what was to be found. */
export const missRate = 0.05
/** Chance at which an execution stops on the wrong side of a threshold, for each side. */
export const thresholdRate = 0.025
/** A worsening that looks at least this large and could not be told from noise is worth a word. */
export const unclearEffectRatio = 0.5
/** Past executions from which on a baseline is not young any more. */
export const matureExecutions = 5

// Of one scenario, whichever metric it is: 1% for a suite of fifty.
const falseAlarmRateOfScenario = 0.0002
// With one and a half fresh runs for each planned one no more than a fifth more runs, as the calibration measures.
const screenRateOfScenario = 0.145
// More tests than that see much the same.
const mostTests = 10

/** Chances at which noise alone passes the tests of a metric. */
export interface Rates {
  /** That which has it measured again. */
  screenRate: number
  /** That which calls it a regression. */
  worseRate: number
}

/** The rates of each of `tests` metrics of a scenario: the more are tested, the more often one of them would be wrong. */
export function ratesOf(tests: number): Rates {
  const counted = Math.max(1, Math.min(mostTests, tests))
  return {
    screenRate: Math.min(screenRate, screenRateOfScenario / counted),
    worseRate: Math.min(falseAlarmRate, falseAlarmRateOfScenario / counted),
  }
}

// Of a machine's drift a single execution tells nothing, and two hardly more.
const youngEffectRatios = [0.5, 0.4, 0.3, 0.25]

/** A time that got worse by less than this is never a regression; 0 of what is no time. */
export function smallestEffectMs(metric: BaselineMetric): number {
  if (!isDuration(metric)) return 0
  return metric === 'workingPerOutputTokenMs' ? smallestTokenMs : smallestRunMs
}

/** Whether `candidate` is so little off `baseline` that no clock could tell. */
export function isTiny(metric: BaselineMetric, baseline: BaselineLine, candidate: BaselineLine): boolean {
  return Math.abs(candidate.location - baseline.location) < smallestEffectMs(metric)
}

/** A worsening below this share of the baseline is never a regression of a noisy metric, of which `executions` are known. */
export function smallestEffectRatio(metric: BaselineMetric, executions: number): number {
  return (isDuration(metric) ? youngEffectRatios[executions - 1] : undefined) ?? 0.1
}
