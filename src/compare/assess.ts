import { lowerIsBetter } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import { type CasesEvidence, withCases } from './by-case.ts'
import { type Contest, pool, ratioOf } from './contest.ts'
import { evidenceOf } from './evidence.ts'
import type { Noise } from './noise.ts'
import {
  falseAlarmRate,
  improvementRate,
  isTiny,
  screenEffectRatio,
  screenRate,
  smallestEffectRatio,
  steadyToleranceRatio,
  unclearEffectRatio,
} from './rule.ts'
import { detectableRatio } from './sensitivity.ts'
import type { PlannedRuns } from './steps.ts'
import { countedFailures, failuresOf, successEvidence } from './success.ts'

/** The steps in which a contest is decided. */
export interface ContestSteps extends PlannedRuns {
  /** What the fresh runs alone say of a worsening. */
  confirmation: () => Confirmation
}

/**
 * - `agrees`: that it is one; also where none were to be asked
 * - `differs`: that noise could have made it
 * - `silent`: nothing, because they brought no value
 */
export type Confirmation = 'agrees' | 'differs' | 'silent'

/**
 * Whether fresh runs should say that it got worse.
 *
 * @param rate chance at which noise alone says that they should
 */
export function isSuspect(contest: Contest, rate = screenRate): boolean {
  const { metric, noise } = contest
  // What never varies needs no second look.
  if (metric !== 'successRatio' && (noise === undefined || isSteady(noise))) return false
  if (contest.cases.length === 1 && ratioOf(contest) <= screenEffectRatio) return false
  const { ratio, worse } = worseningOf(contest, evidence(contest), screenEffectRatio)
  return ratio > screenEffectRatio && worse < rate
}

/** How much worse a contest got, and how surely; where all of it did not by more than `least`, the case that tells most. */
export function worseningOf(
  contest: Contest,
  { worse, ofCase }: CasesEvidence,
  least: number,
): { ratio: number; worse: number } {
  const ratio = ratioOf(contest)
  return ratio > least || ofCase === undefined ? { ratio, worse } : ofCase
}

/** Whether nothing ever varied, so that every difference is one. */
export function isSteady({ values, drift }: Noise): boolean {
  return values.variance === 0 && drift.variance === 0
}

/** What noise alone could do to `contest`. */
export function evidence({ metric, values, past, reference, shift, noise, layout }: Contest): CasesEvidence {
  if (metric === 'successRatio')
    return successEvidence(
      values.map(failuresOf),
      past.length > 0 ? pool(past).map(failuresOf) : [countedFailures(reference)],
    )
  if (noise === undefined) return { worse: 1, better: 1 }
  const together = evidenceOf(shift, noise, layout)
  return layout === undefined ? together : withCases(together, metric, layout, noise)
}

/** What comes of `contest`. */
export function findingOf(contest: Contest, steps: ContestSteps): Finding {
  const { metric, line, reference, noise } = contest
  if (metric !== 'successRatio' && noise === undefined) {
    const reason = 'one run says nothing about noise; measure two or more'
    return { metric, status: 'notJudged', candidate: line, reason }
  }
  const ratio = ratioOf(contest)
  const sharedRatio = contest.shared === undefined ? undefined : Math.expm1(contest.shared)
  const found = {
    metric,
    baseline: reference,
    candidate: line,
    executions: contest.executions,
    changeRatio: changeRatioOf(contest),
    sharedRatio,
  }
  if (noise !== undefined && isSteady(noise))
    return { ...found, status: statusOf(ratio, steadyToleranceRatio), detectableRatio: steadyToleranceRatio }
  const known = evidence(contest)
  const status = noisyStatus(contest, known, steps)
  return {
    ...found,
    status,
    p: status === 'better' ? known.better : worseningOf(contest, known, smallestOf(contest)).worse,
    detectableRatio: detectableRatio(contest, steps),
  }
}

function changeRatioOf(contest: Contest): number | undefined {
  const { metric, reference, line } = contest
  if (reference.location === 0) return undefined
  if (!lowerIsBetter(metric)) return line.location / reference.location - 1
  // One number for what is judged and what is shown, where cases are aligned.
  return ratioOf({ ...contest, shift: contest.shift + (contest.shared ?? 0) })
}

function noisyStatus(contest: Contest, known: CasesEvidence, steps: ContestSteps): Finding['status'] {
  const { worseRate = falseAlarmRate, confirmation } = steps
  if (isTiny(contest.metric, contest.reference, contest.line)) return 'same'
  const smallest = smallestOf(contest)
  if (ratioOf(contest) < -smallest && known.better < improvementRate) return 'better'
  const { ratio, worse } = worseningOf(contest, known, smallest)
  const confirmed = ratio > smallest && worse < worseRate ? confirmation() : 'differs'
  if (confirmed === 'agrees') return 'worse'
  if (confirmed === 'silent') return 'unclear'
  return ratio > Math.max(smallest, unclearEffectRatio) && worse < screenRate ? 'unclear' : 'same'
}

function smallestOf({ metric, executions }: Contest): number {
  return smallestEffectRatio(metric, executions)
}

// Beyond this there is only the rounding error of logarithms, which would put 21 beyond 5% of 20.
const roundingRatio = 1e-12

function statusOf(worseRatio: number, tolerance: number): 'worse' | 'better' | 'same' {
  const bound = tolerance + roundingRatio
  return worseRatio > bound ? 'worse' : worseRatio < -bound ? 'better' : 'same'
}
