import type { Baseline } from '../../domain/baseline.ts'
import { askedRatios } from '../../domain/detect.ts'
import type { BaselineMetric } from '../../domain/finding.ts'
import { studentQuantile } from '../../stats/student.ts'
import { evidence, worseningOf } from '../assess.ts'
import { type Contest, ratioOf } from '../evidence/contest.ts'
import { standardError } from '../evidence/evidence.ts'
import { isSteady } from '../evidence/noise.ts'
import {
  falseAlarmRate,
  isTiny,
  missRate,
  screenEffectRatio,
  screenRate,
  smallestEffectRatio,
  steadyToleranceRatio,
} from '../evidence/rule.ts'
import { failuresOf, sumOf } from '../evidence/success.ts'
import { excludedShift } from '../power/detectable.ts'
import { awaited, type Progress, plannedRuns } from '../power/progress.ts'
import { stepsOf } from '../power/sensitivity.ts'
import { notWorseShifts, worseShifts } from '../power/sequential-power.ts'
import type { PlannedRuns } from '../power/steps.ts'
import { successLooks } from '../power/success-steps.ts'
import { type Candidate, contestsOf, testsOf } from '../regression.ts'

/** How a metric stands at a look. */
export interface Standing {
  metric: BaselineMetric
  /**
   * - `worse`: clearly worse than the baseline
   * - `notWorse`: clearly not worse by what is to be found; told of what is waited for
   * - `open`: neither
   */
  answer: 'worse' | 'notWorse' | 'open'
  /** Whether the execution goes on while it is open. */
  isAwaited: boolean
}

/**
 * How each metric of an execution stands that may end now, after `progress.rounds` rounds, though not all were made. Over all looks
 * the chance that noise alone makes one `worse` is a tenth of the rule's false-alarm rate, and the chance that one is `notWorse`
 * which got worse by what is to be found is 5%: O'Brien and Fleming's bounds, of which those against going on do not bind. What is to
 * be found is what the user asks, or what all planned runs could find. Empty when nothing can be compared.
 *
 * @see METHODOLOGY.md#stopping-early
 */
export function standingsOf(candidate: Candidate, baseline: Baseline, progress: Progress): Standing[] {
  const asked = askedRatios(candidate.detect ?? {})
  const contests = contestsOf(candidate, baseline).flatMap((one) => ('status' in one ? [] : [one]))
  const judged = contests.filter(({ metric, noise }) => metric === 'successRatio' || noise !== undefined)
  const waited = awaited(
    judged.map(({ metric }) => metric),
    asked,
  )
  const tests = testsOf(judged)
  const look = progress.looks?.indexOf(progress.rounds) ?? -1
  return judged.map((contest) => {
    const { metric } = contest
    const plan = { ...progress, confirms: candidate.confirms, askedRatio: asked.get(metric), tests }
    const runs = plannedRuns(contest.line.n / progress.rounds, plan)
    const isAwaited = waited.has(metric)
    return { metric, answer: answerOf(contest, runs, look, isAwaited), isAwaited }
  })
}

function answerOf(contest: Contest, runs: PlannedRuns, look: number, isAwaited: boolean): Standing['answer'] {
  const { metric, noise, reference, line, shift } = contest
  if (metric === 'successRatio') return answerOfSuccess(contest, runs, look, isAwaited)
  if (noise === undefined) return 'open'
  if (isSteady(noise)) return ratioOf(contest) > steadyToleranceRatio ? 'worse' : 'notWorse'
  const steps = stepsOf(contest, runs)
  const excluded = excludedShift(noise, line.n, steps)
  // No look is less strict than a single test would be, and most metrics stand far from both bounds.
  const { error, degrees } = standardError(noise, true)
  const mayBeSame = isAwaited && shift <= excluded + studentQuantile(missRate, degrees) * error
  // Of many cases one may have got worse, which is little of the whole.
  const { cases, worse } = evidence(contest, true)
  const isOneWorse = cases.some((one) => one.ratio > screenEffectRatio && one.worse < screenRate)
  const mayBeWorse =
    shift > steps.smallestShift && !isTiny(metric, reference, line) && worse < (runs.worseRate ?? falseAlarmRate)
  const at = {
    noise,
    runs: line.n,
    planned: steps.planned,
    looks: steps.looks?.runs ?? [],
    worseRate: steps.looks?.worseRate ?? 0,
  }
  if (mayBeSame && !isOneWorse && shift <= (notWorseShifts(at, excluded)[look] ?? Number.NEGATIVE_INFINITY))
    return 'notWorse'
  return mayBeWorse && shift > (worseShifts(at)[look] ?? Number.POSITIVE_INFINITY) ? 'worse' : 'open'
}

function answerOfSuccess(contest: Contest, runs: PlannedRuns, look: number, isAwaited: boolean): Standing['answer'] {
  const smallest = smallestEffectRatio(contest.metric, contest.executions)
  const { ratio, worse } = worseningOf(contest, evidence(contest, true), smallest)
  const mayBeWorse = ratio > smallest && worse < (runs.looks?.worseRate ?? 0)
  if (!isAwaited && !mayBeWorse) return 'open'
  const bound = successLooks(contest, runs)[look]
  if (bound === undefined) return 'open'
  const { failures } = sumOf(contest.values.map(failuresOf))
  // Few failures in all may be those of one case that is dead.
  if (failures <= (bound.mostFailures ?? -1) && worse >= screenRate) return 'notWorse'
  return mayBeWorse && worse < bound.worseRate ? 'worse' : 'open'
}
