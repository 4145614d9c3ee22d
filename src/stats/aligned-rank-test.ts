import { midranks } from './midranks.ts'
import { mean } from './moments.ts'
import { normalUpperTail } from './normal.ts'
import { rankTest } from './rank-test.ts'

/** Values of two samples that lie on a level of their own, such as those of one case. */
export interface Block {
  candidate: readonly number[]
  baseline: readonly number[]
}

/**
 * The p-value of the aligned rank test that the candidate's values tend to be less than the baseline's, whatever the levels
 * of the blocks. Values are ranked by how far they lie from the mean of their block; the mean and the variance of the
 * candidate's ranks are those of all ways to choose as many values from each block. With one block it is {@link rankTest}.
 * Blocks that lack one side tell nothing; 1 when no block has both.
 *
 * J. L. Hodges & E. L. Lehmann, "Rank Methods for Combination of Independent Experiments in Analysis of Variance", Annals of
 * Mathematical Statistics 33 (1962).
 *
 * @throws {RangeError} when a value is NaN or infinite
 */
export function alignedRankTest(blocks: readonly Block[]): number {
  const told = blocks.filter(({ candidate, baseline }) => candidate.length > 0 && baseline.length > 0)
  const [only] = told
  if (only === undefined) return 1
  if (told.length === 1) return rankTest(only.candidate, only.baseline, 'less').p
  const centred = told.map(({ candidate, baseline }) => {
    const values = [...candidate, ...baseline]
    const centre = mean(values)
    return values.map((value) => value - centre)
  })
  const ranks = midranks(centred.flat())
  let [start, deviation, variance] = [0, 0, 0]
  for (const { candidate, baseline } of told) {
    const size = candidate.length + baseline.length
    const own = ranks.subarray(start, start + size)
    const middle = mean(own)
    deviation += own.subarray(0, candidate.length).reduce((sum, rank) => sum + rank - middle, 0)
    const squares = own.reduce((sum, rank) => sum + (rank - middle) ** 2, 0)
    variance += (candidate.length * baseline.length * squares) / (size * (size - 1))
    start += size
  }
  return variance === 0 ? 1 : normalUpperTail(-(deviation + 0.5) / Math.sqrt(variance))
}
