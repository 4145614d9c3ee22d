import { normalUpperTail } from './normal.ts'

/** Where the standard score of a sequential test can be while no look has stopped it: its sub-density. */
export interface Going {
  /** The share of all information at the last look, from 0 to 1. */
  ratio: number
  /** Standard scores, in ascending order. */
  points: readonly number[]
  /** The probability that each stands for; together what is left of 1. */
  masses: readonly number[]
}

/** The way to the next look. */
export interface Step {
  /** The share of all information at that look, above that at the last one. */
  ratio: number
  /** The mean of the standard score when all information is in. */
  drift: number
}

/** Before the first look. */
export const start: Going = { ratio: 0, points: [0], masses: [1] }

/** The probability, from 0 to 1, that no look has stopped so far and the next finds a standard score above `z`. */
export function probabilityAbove(going: Going, step: Step, z: number): number {
  return total(going, (point) => normalUpperTail(increment(going, step, point, z)))
}

/** The probability, from 0 to 1, that no look has stopped so far and the next finds a standard score below `z`. */
export function probabilityBelow(going: Going, step: Step, z: number): number {
  return total(going, (point) => normalUpperTail(-increment(going, step, point, z)))
}

function total({ points, masses }: Going, probability: (point: number) => number): number {
  return points.reduce((sum, point, index) => sum + (masses[index] ?? 0) * probability(point), 0)
}

// By how many of its standard deviations the new information has to differ from its mean for the score to become z.
function increment(going: Going, { ratio, drift }: Step, point: number, z: number): number {
  const gained = ratio - going.ratio
  return (z * Math.sqrt(ratio) - point * Math.sqrt(going.ratio) - drift * gained) / Math.sqrt(gained)
}

/**
 * What the next look leaves when it goes on between `low` and `high`: the recursion of P. Armitage, C. K. McPherson & B.
 * C. Rowe, "Repeated Significance Tests on Accumulating Data", Journal of the Royal Statistical Society A 132 (1969), on
 * the grid of C. Jennison & B. W. Turnbull, "Group Sequential Methods with Applications to Clinical Trials" (2000),
 * chapter 19.
 *
 * @param low may be minus infinity
 */
export function goingOn(going: Going, step: Step, low: number, high: number): Going {
  const { ratio, drift } = step
  const scale = Math.sqrt(ratio / (ratio - going.ratio) / (2 * Math.PI))
  const { points, weights } = grid(drift * Math.sqrt(ratio), low, high)
  const masses = points.map((point, index) => {
    const density = total(going, (from) => Math.exp(-0.5 * increment(going, step, from, point) ** 2))
    return (weights[index] ?? 0) * scale * density
  })
  return { ratio, points, masses }
}

/** Of the grid of Jennison & Turnbull, how many intervals a sixth of it has. */
const fineness = 20

// Dense within three standard deviations of the mean, thin beyond, cut off at both bounds; Simpson's rule between.
function grid(mean: number, low: number, high: number): { points: number[]; weights: number[] } {
  const ends = Array.from({ length: 6 * fineness - 1 }, (_, index) => mean + offset(index + 1))
  const inside = ends.filter((end) => end > low && end < high)
  if (low < high && low > Number.NEGATIVE_INFINITY) inside.unshift(low)
  if (low < high) inside.push(high)
  const points: number[] = inside.slice(0, 1)
  const weights: number[] = [0]
  for (const [index, end] of inside.slice(1).entries()) {
    const before = inside[index] ?? end
    const sixth = (end - before) / 6
    points.push((before + end) / 2, end)
    weights.push((weights.pop() ?? 0) + sixth, 4 * sixth, sixth)
  }
  return { points, weights }
}

function offset(index: number): number {
  if (index < fineness) return -3 - 4 * Math.log(fineness / index)
  if (index > 5 * fineness) return 3 + 4 * Math.log(fineness / (6 * fineness - index))
  return -3 + (3 * (index - fineness)) / (2 * fineness)
}
