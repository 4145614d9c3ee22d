import type { BaselineMetric } from '../domain/finding.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { executionLocation, type Layout } from './layout.ts'
import { type Noise, noiseOf } from './noise.ts'

/** What one case tells. */
export interface CaseEvidence {
  /** Probability that chance alone makes a case that much worse, whichever of all it is. */
  worse: number
  /** By what share of its baseline it got worse. */
  ratio: number
}

/** What chance alone could do, to all cases together or to one of them. */
export interface CasesEvidence extends Evidence {
  /** Of the case that tells most; absent with one case, and where nothing is known by case. */
  ofCase?: CaseEvidence | undefined
}

/** Of the chance of an error, what is spent on all cases together; the rest is on each by itself. */
export const togetherRatio = 0.8

/**
 * `together` joined with what each case tells by itself: that a case is much slower shows in no rank of all runs. The p of the cases is
 * the least of them times their number (Bonferroni), and that of both is shared out in the same way.
 *
 * @param together what all cases tell
 */
export function withCases(together: Evidence, metric: BaselineMetric, layout: Layout, noise: Noise): CasesEvidence {
  const { candidate, past, logarithmic } = layout
  if (candidate.length < 2) return together
  const tried = candidate.map((own, position): CaseEvidence => {
    const alone = { logarithmic, candidate: [own], past: past.map((one) => [one[position] ?? []]) }
    const shift = executionLocation(alone.candidate, logarithmic) ?? 0
    const ratio = logarithmic ? Math.expm1(shift) : shift
    const known = noiseOf(metric, alone, undefined)
    // What executions drift by is what all cases tell of it, unless this one drifts by more.
    const drift = known === undefined || known.drift.variance < noise.drift.variance ? noise.drift : known.drift
    return { ratio, worse: known === undefined ? 1 : evidenceOf(shift, { ...known, drift }, alone).worse }
  })
  const [worst = { ratio: 0, worse: 1 }] = tried.toSorted(
    (one, other) => one.worse - other.worse || other.ratio - one.ratio,
  )
  const worse = Math.min(1, (worst.worse * candidate.length) / (1 - togetherRatio))
  return {
    worse: Math.min(1, together.worse / togetherRatio, worse),
    better: together.better,
    ofCase: { worse, ratio: worst.ratio },
  }
}
