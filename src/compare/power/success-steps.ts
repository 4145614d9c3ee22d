import { type Contest, pool } from '../evidence/contest.ts'
import {
  falseAlarmRate,
  missRate,
  screenRate as mostScreened,
  powerRatio,
  screenEffectRatio,
  smallestEffectRatio,
} from '../evidence/rule.ts'
import {
  binomial,
  countedFailures,
  detectableFailures,
  failuresOf,
  type SuccessSteps,
  successEvidence,
  sumOf,
} from '../evidence/success.ts'
import { levelAt, lookScales } from './look-scale.ts'
import type { PlannedRuns } from './steps.ts'

/** The steps in which a drop of success is found in `contest`. */
export function successSteps(contest: Contest, runs: PlannedRuns): SuccessSteps {
  const { planned, fresh, looks, screenRate = mostScreened, worseRate = falseAlarmRate } = runs
  const { values, reference, past } = contest
  const other = past.length > 0 ? sumOf(pool(past).map(failuresOf)) : countedFailures(reference)
  // What is tested by case as well has to be as sure twice.
  const tests = past.length > 0 && values.length > 1 ? 2 : 1
  const p = (failures: number, trials: number) => tests * successEvidence([{ failures, trials }], [other]).worse
  const drop = (failures: number, trials: number) => dropOf(contest, failures / trials)
  const steps = {
    planned,
    fresh,
    isSuspect: (failures: number, trials: number) =>
      drop(failures, trials) > screenEffectRatio && p(failures, trials) < screenRate,
    isFound: (failures: number, trials: number) =>
      drop(failures, trials) > smallestEffectRatio('successRatio', 1) && p(failures, trials) < worseRate,
  }
  return looks === undefined ? steps : { ...steps, lost: lostAtLooks(successLooks(contest, runs)) }
}

/** When a look stops an execution because of its success. */
export interface SuccessLook {
  /** Runs by then. */
  runs: number
  /** Clearly worse when the probability of the failures by chance is below this. */
  worseRate: number
  /** Clearly not worse up to this many failures; absent when not even without one. */
  mostFailures?: number | undefined
}

/** When the looks of `runs` stop an execution because of its success: by exact tests, at the levels of a group sequential one. */
export function successLooks(contest: Contest, runs: PlannedRuns): SuccessLook[] {
  const { looks, planned } = runs
  if (looks === undefined) return []
  const excluded = excludedFailures(contest, runs)
  const ratios = [...looks.runs, planned].map((made) => made / planned)
  const worse = lookScales(looks.worseRate, ratios)
  const notWorse = lookScales(missRate, ratios)
  return looks.runs.map((made, look) => ({
    runs: made,
    worseRate: levelAt(looks.worseRate, worse[look] ?? Number.POSITIVE_INFINITY),
    mostFailures: mostFailures(made, excluded, levelAt(missRate, notWorse[look] ?? Number.POSITIVE_INFINITY)),
  }))
}

/** The failure ratio that should not be missed: what the user asks for, but no less than all planned runs could find. */
function excludedFailures(contest: Contest, { looks, ...runs }: PlannedRuns): number {
  const detectable = detectableFailures(successSteps(contest, runs), powerRatio) ?? 1
  return Math.max(detectable, failureRatioOf(contest, looks?.askedRatio ?? 0))
}

/** The most failures that `trials` have with a chance below `rate` when `failureRatio` of them fail; absent when not even none. */
function mostFailures(trials: number, failureRatio: number, rate: number): number | undefined {
  if (failureRatio >= 1) return trials - 1
  let most: number | undefined
  let chance = 0
  for (const [failures, probability] of binomial(trials, failureRatio).entries()) {
    chance += probability
    if (chance >= rate) return most
    most = failures
  }
  return most
}

/** No more than the share of executions that the looks stop as not worse: what each of them would stop if it was the only one. */
function lostAtLooks(looks: readonly SuccessLook[]): (failureRatio: number) => number {
  return (failureRatio) =>
    looks.reduce((lost, { runs, mostFailures: most }) => {
      if (most === undefined || failureRatio >= 1) return lost
      return (
        lost +
        binomial(runs, failureRatio)
          .slice(0, most + 1)
          .reduce((sum, probability) => sum + probability, 0)
      )
    }, 0)
}

/** The share of runs that fail when success has dropped by `ratio` of the baseline. */
export function failureRatioOf({ reference }: Contest, ratio: number): number {
  return Math.min(1, Math.max(0, 1 - (1 - ratio) * reference.location))
}

/** By what share of the baseline success has dropped when `failureRatio` of the runs fail. */
export function dropOf({ reference }: Contest, failureRatio: number): number {
  return 1 - (1 - failureRatio) / reference.location
}
