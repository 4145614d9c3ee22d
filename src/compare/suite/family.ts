import { lowerIsBetter } from '../../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import { holmAdjusted } from '../../stats/holm.ts'
import { followed } from '../evidence/follow.ts'
import { isTiny, screenRate, smallestEffectRatio, unclearEffectRatio } from '../evidence/rule.ts'

/** Chance at which noise alone makes even one regression of all that is judged together. */
export const familyRate = 0.01

/**
 * `findings` of each scenario judged together: the p of each worsening is adjusted for the number of tests that were made
 * (Holm 1979), so that a suite where nothing changed is red in 1% at most, however many scenarios it has. What never varies, was not
 * judged or follows others stays as it is.
 */
export function judgedTogether(findings: readonly (readonly Finding[])[]): Finding[][] {
  const tested = findings.flat().filter(isTested)
  const adjusted = holmAdjusted(tested.map(({ p = 1 }) => p))
  const byFinding = new Map(tested.map((finding, index) => [finding, adjusted[index] ?? 1]))
  return findings.map((scenario) => {
    const judged = scenario.map((finding) => rejudged(finding, byFinding.get(finding)))
    return judged.map((finding) => followed(finding, judged))
  })
}

// The p of an improvement is that of the improvement, and says that nothing got worse. Where nothing ever failed, no order of the
// runs could have shown a drop of success, so that it is no test: R. E. Tarone, Biometrics 46 (1990).
function isTested({ metric, p, status, follows, baseline, candidate }: Finding): boolean {
  if (metric === 'successRatio' && baseline?.location === 1 && candidate.location === 1) return false
  return p !== undefined && status !== 'better' && follows === undefined
}

function rejudged(finding: Finding, adjusted: number | undefined): Finding {
  if (adjusted === undefined) return finding
  const smallest = smallestEffectRatio(finding.metric, finding.executions ?? Number.POSITIVE_INFINITY)
  const ratio = judgedRatio(finding)
  const worse = ratio > smallest && adjusted <= familyRate
  const unclear = ratio > Math.max(smallest, unclearEffectRatio) && adjusted < screenRate
  return { ...finding, status: worse ? 'worse' : unclear ? 'unclear' : 'same', p: adjusted }
}

function judgedRatio(finding: Finding): number {
  const { metric, baseline, candidate, ofCase } = finding
  if (ofCase !== undefined) return worseningOf({ ...finding, changeRatio: ofCase.changeRatio })
  return baseline !== undefined && isTiny(metric, baseline, candidate) ? 0 : worseningOf(finding)
}

/** How much worse a finding is, as a share of the baseline, without what its session as a whole lies off. */
function worseningOf({ metric, changeRatio, sharedRatio = 0 }: Finding): number {
  // What left 0 is beyond every share.
  if (changeRatio === undefined) return Number.POSITIVE_INFINITY
  return direction(metric) * ((1 + changeRatio) / (1 + sharedRatio) - 1)
}

function direction(metric: BaselineMetric): 1 | -1 {
  return lowerIsBetter(metric) ? 1 : -1
}
