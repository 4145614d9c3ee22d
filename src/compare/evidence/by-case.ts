import { lineOf } from '../../domain/baseline.ts'
import { rankTest } from '../../stats/rank-test.ts'
import { type Contest, pool, ratioOf } from './contest.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { executionLocation, type Layout } from './layout.ts'
import { type Noise, noiseOf } from './noise.ts'
import { smallestEffectMs } from './rule.ts'

/** What one case tells. */
export interface CaseEvidence {
  /** Its position among the cases of the contest. */
  position: number
  /** By what share of its baseline it got worse. */
  ratio: number
  /** Probability that chance alone makes this case that much worse. */
  alone: number
  /** Likewise that it makes any of all cases that much worse, for the share of the error that is spent on cases. */
  worse: number
}

/** What chance alone could do, to all cases together or to one of them. */
export interface CasesEvidence extends Evidence {
  /** Empty with one case, and where nothing is known by case. */
  cases: CaseEvidence[]
}

// Two runs of a case that lie above a dozen earlier ones are within it, two equal steps of four are not.
const rankRate = 0.02

/** Of the chance of an error, what is spent on all cases together; the rest is on each by itself. */
export const togetherRatio = 0.8

/**
 * `together` with what each case tells by itself: that a case is much slower shows in no rank of all runs. The p of a case is
 * multiplied by the number of cases (Bonferroni), and both are shared out in the same way.
 *
 * @param isConfirmed whether fresh runs have to agree about the case: then the ranks of its few runs only have to be with it, else to be
 * as sure
 */
export function withCases(together: Evidence, contest: Contest, isConfirmed: boolean): CasesEvidence {
  const { metric, layout, noise } = contest
  if (layout === undefined || noise === undefined || layout.candidate.length < 2) return { ...together, cases: [] }
  const share = layout.candidate.length / (1 - togetherRatio)
  const cases = layout.candidate.map((_, position): CaseEvidence => {
    const one = caseOf(layout, position)
    const shift = executionLocation(one.candidate, one.logarithmic) ?? 0
    const known = noiseOf(metric, one, undefined)
    const located = known === undefined ? 1 : evidenceOf(shift, caseNoise(known, noise), one).worse
    const ranks = rankTest(one.candidate.flat(), one.past.flat(2), 'greater').p
    const alone = isConfirmed && ranks < rankRate ? located : Math.max(ranks, located)
    return {
      position,
      ratio: ratioOf({ logarithmic: one.logarithmic, shift }),
      alone,
      worse: Math.min(1, alone * share),
    }
  })
  return { worse: Math.min(1, together.worse / togetherRatio), better: together.better, cases }
}

function caseOf({ logarithmic, candidate, past }: Layout, position: number): Layout {
  const pick = (execution: readonly number[][]) => [execution[position] ?? []]
  return { logarithmic, candidate: pick(candidate), past: past.map(pick) }
}

// A case of few runs may vary little by luck, and drift by little: then it is what all cases tell of it.
function caseNoise(own: Noise, all: Noise): Noise {
  const wider = <Varying extends { variance: number }>(one: Varying, other: Varying) =>
    one.variance < other.variance ? other : one
  return { ...own, values: wider(own.values, all.values), drift: wider(own.drift, all.drift) }
}

/** By what share each case got worse; empty with one case, and where nothing is known by case. */
export function caseRatios({ layout }: Contest): number[] {
  if (layout === undefined || layout.candidate.length < 2) return []
  const { candidate, logarithmic } = layout
  return candidate.map((one) => ratioOf({ logarithmic, shift: executionLocation([one], logarithmic) ?? 0 }))
}

/** Where the case at `position` lies in its baseline and now, in the metric's unit. */
export function caseLocations(
  { metric, past, values }: Contest,
  position: number,
): { baseline: number; candidate: number } {
  const locate = (known: number[] | undefined) => lineOf(metric, [known ?? []]).location
  return { baseline: locate(pool(past)[position]), candidate: locate(values[position]) }
}

/** Whether the case at `position` got worse by so little that no clock could tell. */
export function isTinyCase(contest: Contest, position: number, ratio: number): boolean {
  const least = smallestEffectMs(contest.metric)
  return least > 0 && caseLocations(contest, position).baseline * ratio < least
}
