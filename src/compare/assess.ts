import { lowerIsBetter } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import { type CasesEvidence, caseLocations, caseRatios, isTinyCase, withCases } from './evidence/by-case.ts'
import { type Contest, pool, ratioOf } from './evidence/contest.ts'
import { evidenceOf } from './evidence/evidence.ts'
import { isSteady } from './evidence/noise.ts'
import {
  falseAlarmRate,
  improvementRate,
  isTiny,
  screenRate as mostScreened,
  screenEffectRatio,
  smallestEffectRatio,
  steadyToleranceRatio,
  unclearEffectRatio,
} from './evidence/rule.ts'
import { countedFailures, failuresOf, successEvidence } from './evidence/success.ts'
import { detectableRatio } from './power/sensitivity.ts'
import type { PlannedRuns } from './power/steps.ts'

/** The steps in which a contest is decided. */
export interface ContestSteps extends PlannedRuns {
  /** What the fresh runs alone say of a worsening, of all cases or of the one at this position of the contest. */
  confirmation: (position: number | undefined) => Confirmation
  /** Whether fresh runs were made, so that they have to agree. */
  isConfirmed: boolean
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
export function isSuspect(contest: Contest, rate = mostScreened): boolean {
  const { metric, noise } = contest
  // What never varies needs no second look.
  if (metric !== 'successRatio' && (noise === undefined || isSteady(noise))) return false
  if (contest.cases.length === 1 && ratioOf(contest) <= screenEffectRatio) return false
  const { ratio, worse } = worseningOf(contest, evidence(contest, true), screenEffectRatio)
  return ratio > screenEffectRatio && worse < rate
}

/** That all of a contest got worse, or one case of it. */
export interface Worsening {
  /** As a share of the baseline. */
  ratio: number
  /** Probability that chance alone makes it that much worse. */
  worse: number
  /** Of the case that tells more than all together, among those of the contest; absent when none does. */
  position?: number | undefined
}

/** How much worse a contest got, and how surely: of all cases together and each that did by more than `least`, what is surest. */
export function worseningOf(contest: Contest, { worse, cases }: CasesEvidence, least: number): Worsening {
  const ratio = isTiny(contest.metric, contest.reference, contest.line)
    ? Math.min(0, ratioOf(contest))
    : ratioOf(contest)
  const [surest] = cases
    .filter((one) => one.ratio > least && !isTinyCase(contest, one.position, one.ratio))
    .sort((one, other) => one.worse - other.worse || other.ratio - one.ratio)
  if (surest === undefined || (ratio > least && worse <= surest.worse)) return { ratio, worse }
  return { ratio: surest.ratio, worse: surest.worse, position: surest.position }
}

/**
 * What noise alone could do to `contest`.
 *
 * @param isConfirmed whether fresh runs have to agree
 */
export function evidence(contest: Contest, isConfirmed: boolean): CasesEvidence {
  const { metric, values, past, reference, shift, noise, layout } = contest
  if (metric === 'successRatio')
    return successEvidence(
      values.map(failuresOf),
      past.length > 0 ? pool(past).map(failuresOf) : [countedFailures(reference)],
    )
  if (noise === undefined) return { worse: 1, better: 1, cases: [] }
  return withCases(evidenceOf(shift, noise, layout), contest, isConfirmed)
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
  if (noise !== undefined && isSteady(noise)) return { ...found, ...steadyFinding(contest, ratio) }
  const known = evidence(contest, steps.isConfirmed)
  const worsening = worseningOf(contest, known, smallestOf(contest))
  const status = noisyStatus(contest, known, worsening, steps)
  return {
    ...found,
    status,
    p: status === 'better' ? known.better : worsening.worse,
    detectableRatio: detectableRatio(contest, steps),
    ofCase: status === 'better' ? undefined : changeOfCase(contest, worsening.position),
  }
}

/** What never varies is judged as it is, all cases together and each by itself. */
function steadyFinding(contest: Contest, ratio: number): Pick<Finding, 'status' | 'detectableRatio' | 'ofCase'> {
  const detectable = { detectableRatio: steadyToleranceRatio }
  const all = statusOf(ratio, steadyToleranceRatio)
  const ratios = caseRatios(contest)
  const most = Math.max(0, ...ratios)
  if (all === 'worse' || statusOf(most, steadyToleranceRatio) !== 'worse') return { status: all, ...detectable }
  return { status: 'worse', ...detectable, ofCase: changeOfCase(contest, ratios.indexOf(most)) }
}

function changeOfCase(contest: Contest, position: number | undefined): Finding['ofCase'] {
  const place = position === undefined ? undefined : contest.cases[position]
  if (position === undefined || place === undefined) return undefined
  const { baseline, candidate } = caseLocations(contest, position)
  return { position: place, baseline, candidate, changeRatio: baseline === 0 ? undefined : candidate / baseline - 1 }
}

function changeRatioOf(contest: Contest): number | undefined {
  const { metric, reference, line } = contest
  if (reference.location === 0) return undefined
  if (!lowerIsBetter(metric)) return line.location / reference.location - 1
  // One number for what is judged and what is shown, where cases are aligned.
  return ratioOf({ ...contest, shift: contest.shift + (contest.shared ?? 0) })
}

function noisyStatus(
  contest: Contest,
  known: CasesEvidence,
  { ratio, worse, position }: Worsening,
  steps: ContestSteps,
): Finding['status'] {
  const { worseRate = falseAlarmRate, screenRate = mostScreened, confirmation } = steps
  const smallest = smallestOf(contest)
  const confirmed = ratio > smallest && worse < worseRate ? confirmation(position) : 'differs'
  if (confirmed === 'agrees') return 'worse'
  if (confirmed === 'silent') return 'unclear'
  const isLarge = !isTiny(contest.metric, contest.reference, contest.line)
  if (isLarge && ratioOf(contest) < -smallest && known.better < improvementRate) return 'better'
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
