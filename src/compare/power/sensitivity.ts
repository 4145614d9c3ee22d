import { togetherRatio } from '../evidence/by-case.ts'
import { type Contest, ratioOf, shiftOfRatio } from '../evidence/contest.ts'
import {
  falseAlarmRate,
  powerRatio,
  screenEffectRatio,
  screenRate,
  smallestEffectMs,
  smallestEffectRatio,
} from '../evidence/rule.ts'
import { detectableFailures, foundFailures } from '../evidence/success.ts'
import { detectableShift, foundRatio } from './detectable.ts'
import type { PlannedRuns, Steps } from './steps.ts'
import { dropOf, failureRatioOf, successSteps } from './success-steps.ts'

/** The smallest worsening that would be found, as a share of the baseline; absent when none would, or the baseline lies at 0. */
export function detectableRatio(contest: Contest, runs: PlannedRuns): number | undefined {
  const { metric, noise, reference, line } = contest
  if (reference.location === 0) return undefined
  if (metric === 'successRatio') {
    const failureRatio = detectableFailures(successSteps(contest, runs), powerRatio)
    return failureRatio === undefined ? undefined : dropOf(contest, failureRatio)
  }
  if (noise === undefined) return undefined
  const shift = detectableShift(noise, line.n, stepsOf(contest, runs))
  if (shift === undefined) return undefined
  const ratio = ratioOf({ ...contest, shift })
  return Number.isFinite(ratio) ? ratio : undefined
}

/** Whether a worsening by `ratio` of the baseline would be found in 90% of executions. */
export function finds(contest: Contest, runs: PlannedRuns, ratio: number): boolean {
  const { metric, noise, line } = contest
  if (metric === 'successRatio') {
    const found = foundFailures(successSteps(contest, runs))
    return found !== undefined && found(failureRatioOf(contest, ratio)) >= powerRatio
  }
  if (noise === undefined) return false
  return foundRatio(noise, line.n, stepsOf(contest, runs))(shiftOfRatio(contest, ratio)) >= powerRatio
}

/** The steps in which a worsening of `contest` is found, on the scale on which it is compared. */
export function stepsOf(contest: Contest, runs: PlannedRuns): Steps {
  const { metric, reference, executions } = contest
  // What lies at 0 has no share, and no clock to be finer than.
  const tiny = reference.location === 0 ? 0 : smallestEffectMs(metric) / reference.location
  const asked = runs.looks?.askedRatio
  const { layout } = contest
  // Where each case is tested as well, all of them together have to be a little surer.
  const share = layout !== undefined && layout.candidate.length > 1 ? togetherRatio : 1
  return {
    ...runs,
    screenRate: share * (runs.screenRate ?? screenRate),
    worseRate: share * (runs.worseRate ?? falseAlarmRate),
    isRanked: layout !== undefined,
    screenShift: shiftOfRatio(contest, screenEffectRatio),
    smallestShift: shiftOfRatio(contest, Math.max(tiny, smallestEffectRatio(metric, executions))),
    askedShift: asked === undefined ? undefined : shiftOfRatio(contest, asked),
  }
}
