import { lowerIsBetter } from '../src/domain/baseline.ts'
import type { BaselineMetric } from '../src/domain/finding.ts'
import { mean } from '../src/stats/moments.ts'
import { rankTest } from '../src/stats/rank-test.ts'
import { welchTest } from '../src/stats/welch.ts'

/** A rule of another tool, which holds an execution against the latest one that was stored. */
export interface PeerRule {
  /** Part of the names of its lines. */
  name: string
  /** What it is, and who has it. */
  label: string
  /** Whether `own` values of a metric are called worse than those `before`. */
  isWorse: (metric: BaselineMetric, own: readonly number[], before: readonly number[]) => boolean
}

const rate = 0.05

/** The rules that come with other tools. Two-sided tests flag improvements, too; only worsenings are counted. */
export const peerRules: readonly PeerRule[] = [
  {
    name: 'mean_10',
    label: 'mean > 10% (pytest-benchmark)',
    isWorse: (metric, own, before) => meanRatio(metric, own, before) > 1.1,
  },
  {
    name: 'twice',
    label: 'mean > 2 × (github-action-benchmark)',
    isWorse: (metric, own, before) => meanRatio(metric, own, before) > 2,
  },
  {
    name: 'mann_whitney',
    label: 'Mann–Whitney 5% (benchstat)',
    isWorse: (metric, own, before) => {
      const { u, p } = rankTest(own, before, 'two-sided')
      const isGreater = u > (own.length * before.length) / 2
      return p < rate && isGreater === lowerIsBetter(metric)
    },
  },
  {
    name: 'welch',
    label: 'Welch on means 5%',
    isWorse: (metric, own, before) => {
      const test = lowerIsBetter(metric) ? welchTest(own, before) : welchTest(before, own)
      return test !== undefined && test.p < rate / 2
    },
  },
]

/** How many times as bad the mean is. */
function meanRatio(metric: BaselineMetric, own: readonly number[], before: readonly number[]): number {
  return lowerIsBetter(metric) ? mean(own) / mean(before) : mean(before) / mean(own)
}
