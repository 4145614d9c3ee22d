import { groupSequentialBounds } from '../../stats/group-sequential.ts'
import { normalQuantile, normalUpperTail } from '../../stats/normal.ts'

/** A look that knows less than this many times as much as the one before has nothing to add. */
export const leastGain = 1.02

/**
 * How many times further out the bound of each look lies than that of a single test, so that a test that looks several times is
 * wrong with the chance `rate` over all of them: by O'Brien and Fleming's bounds with Lan and DeMets' spending, see
 * `groupSequentialBounds`. The scale rather than the level, for all looks of a test share one estimate of the spread, whose error
 * must not be paid for again at each (C. Jennison & B. W. Turnbull, "Group Sequential Methods with Applications to Clinical Trials"
 * (2000), chapter 4). Absent for a look that knows hardly more than one before.
 *
 * @param rate above 0 and below 0.5
 * @param informationRatios of the looks: the share of what all runs tell, rising to 1
 */
export function lookScales(rate: number, informationRatios: readonly number[]): (number | undefined)[] {
  const used: number[] = []
  for (const ratio of informationRatios) if (ratio >= leastGain * (used.at(-1) ?? 0)) used.push(ratio)
  const spent = used.map((ratio, position) => (position === used.length - 1 ? 1 : ratio))
  const single = -normalQuantile(rate)
  const bounds = groupSequentialBounds({ alpha: rate, informationRatios: spent })
  return informationRatios.map((ratio) => {
    const bound = bounds[used.indexOf(ratio)]
    return bound === undefined ? undefined : bound.efficacyZ / single
  })
}

/** The level of a look whose bound lies `scale` times further out than that of a single test with level `rate`. */
export function levelAt(rate: number, scale: number): number {
  return normalUpperTail(-normalQuantile(rate) * scale)
}
