import { normalQuantile, normalUpperTail } from './normal.ts'
import { goingOn, probabilityAbove, probabilityBelow, start } from './sequential-score.ts'

/** A one-sided test that looks at its data more than once. */
export interface GroupSequentialDesign {
  /** The probability, above 0 and below 0.5, that any look rejects when nothing shifted. */
  alpha: number
  /**
   * The probability that some look rejects when the shift is the one that the test is made for: above `alpha` and below
   * 1. Only the bounds for futility depend on it.
   *
   * @default 0.9
   */
  power?: number | undefined
  /** The share of all information, usually of all runs, that each look has: rising, above 0, and 1 at the last look. */
  informationRatios: readonly number[]
  /**
   * Whether to give bounds for futility too.
   *
   * @default false
   */
  futility?: boolean | undefined
}

/** When to stop at one look. */
export interface SequentialBound {
  /** Reject when the standard score of all data so far is at least this. */
  efficacyZ: number
  /**
   * Stop without rejecting when it is at most this; at the last look the same as `efficacyZ`. Absent without futility.
   */
  futilityZ?: number | undefined
}

/**
 * The bounds of a group sequential test in the manner of O'Brien and Fleming: very high at early looks, hardly above
 * those of a single test at the last, so that looking costs little power. The chance of a false rejection over all looks
 * is `alpha`, whichever looks there are.
 *
 * Up to an information ratio t, the error a = alpha is spent as far as 2 − 2Φ(z / √t), with z = Φ⁻¹(1 − a/2). The bounds
 * for futility spend a = 1 − power in the same way, under the shift that all looks together find with that power. They do
 * not bind: the bounds for efficacy do not count on them, so that `alpha` holds when they are ignored, too. A bound is
 * right to 1e-5 when each look has at least 2% more information than the one before; beyond 40 it is cut off.
 *
 * K. K. G. Lan & D. L. DeMets, "Discrete Sequential Boundaries for Clinical Trials", Biometrika 70 (1983); futility: S.
 * Pampallona, A. A. Tsiatis & K. Kim, "Interim Monitoring of Group Sequential Trials Using Spending Functions for the
 * Type I and Type II Error Probabilities", Drug Information Journal 35 (2001).
 *
 * @throws {RangeError} when a field of the design is outside its range
 */
export function groupSequentialBounds(design: GroupSequentialDesign): SequentialBound[] {
  const { alpha, power = 0.9, informationRatios, futility = false } = design
  requireDesign(alpha, power, informationRatios)
  const efficacy = efficacyBounds(alpha, informationRatios)
  if (!futility) return efficacy.map((efficacyZ) => ({ efficacyZ }))
  const against = { efficacy, beta: 1 - power, informationRatios }
  const single = normalQuantile(power) - normalQuantile(alpha)
  // The error that is left for the last look falls as the drift grows.
  const surplus = (drift: number) => score(futilityBounds(drift, against).left) - score(lastSpending(against))
  let most = single + 0.5
  while (surplus(most) > 0) most *= 1.5
  const { bounds } = futilityBounds(root(surplus, 0, most), against)
  return efficacy.map((efficacyZ, look) => ({ efficacyZ, futilityZ: bounds[look] ?? efficacyZ }))
}

/**
 * The probability, from 0 to 1, that some look rejects before one stops for futility.
 *
 * C. Jennison & B. W. Turnbull, "Group Sequential Methods with Applications to Clinical Trials" (2000), chapter 19.
 *
 * @param bounds one for each look, such as {@link groupSequentialBounds} returns
 * @param informationRatios of the same looks: rising, above 0, and 1 at the last
 * @param drift the shift in its standard errors at the last look; 0 when nothing shifted
 * @throws {RangeError} when `informationRatios` are not such, or not as many as the bounds
 */
export function groupSequentialPower(
  bounds: readonly SequentialBound[],
  informationRatios: readonly number[],
  drift: number,
): number {
  requireRatios(informationRatios)
  if (bounds.length !== informationRatios.length) {
    throw new RangeError(`expected as many bounds as ratios, got ${bounds.length} and ${informationRatios.length}`)
  }
  let rejected = 0
  let going = start
  for (const [look, { efficacyZ, futilityZ = Number.NEGATIVE_INFINITY }] of bounds.entries()) {
    const step = { ratio: informationRatios[look] ?? 1, drift }
    rejected += probabilityAbove(going, step, efficacyZ)
    going = goingOn(going, step, futilityZ, efficacyZ)
  }
  return Math.min(1, rejected)
}

interface Spending {
  efficacy: readonly number[]
  beta: number
  informationRatios: readonly number[]
}

function efficacyBounds(alpha: number, informationRatios: readonly number[]): number[] {
  const bounds: number[] = []
  let going = start
  for (const [look, ratio] of informationRatios.entries()) {
    const step = { ratio, drift: 0 }
    const spending = spent(alpha, ratio) - spent(alpha, informationRatios[look - 1] ?? 0)
    const bound = root((z) => score(spending) - score(probabilityAbove(going, step, z)), -10, 40)
    bounds.push(bound)
    going = goingOn(going, step, Number.NEGATIVE_INFINITY, bound)
  }
  return bounds
}

// Of all looks but the last, and the probability under the drift that the last does not reject.
function futilityBounds(drift: number, { efficacy, beta, informationRatios }: Spending) {
  const bounds: number[] = []
  let going = start
  for (const [look, ratio] of informationRatios.slice(0, -1).entries()) {
    const step = { ratio, drift }
    const most = efficacy[look] ?? 0
    const spending = spent(beta, ratio) - spent(beta, informationRatios[look - 1] ?? 0)
    const excess = (z: number) => score(probabilityBelow(going, step, z)) - score(spending)
    const bound = excess(most) <= 0 ? most : root(excess, -40, most)
    bounds.push(bound)
    going = goingOn(going, step, bound, most)
  }
  const left = probabilityBelow(going, { ratio: 1, drift }, efficacy.at(-1) ?? 0)
  return { bounds, left }
}

function lastSpending({ beta, informationRatios }: Spending): number {
  return beta - spent(beta, informationRatios.at(-2) ?? 0)
}

function spent(error: number, ratio: number): number {
  return ratio === 0 ? 0 : 2 * normalUpperTail(-normalQuantile(error / 2) / Math.sqrt(ratio))
}

// Probabilities as standard scores, in which what is to be solved is almost a line.
function score(probability: number): number {
  return normalQuantile(Math.min(1 - 1e-15, Math.max(1e-300, probability)))
}

// Of a function that rises or falls throughout, by the Illinois method: M. Dowell & P. Jarratt, BIT 11 (1971).
function root(of: (at: number) => number, low: number, high: number): number {
  let [left, right] = [low, high]
  let [atLeft, atRight] = [of(left), of(right)]
  for (let tried = 0; tried < 100 && Math.abs(right - left) > 1e-10; tried++) {
    const middle = right - (atRight * (right - left)) / (atRight - atLeft)
    const atMiddle = of(middle)
    if (Math.abs(atMiddle) < 1e-11) return middle
    if (atMiddle * atRight < 0) {
      left = right
      atLeft = atRight
    } else {
      atLeft /= 2
    }
    right = middle
    atRight = atMiddle
  }
  return right
}

function requireDesign(alpha: number, power: number, informationRatios: readonly number[]): void {
  if (!(alpha > 0 && alpha < 0.5)) throw new RangeError(`expected an alpha above 0 and below 0.5, got ${alpha}`)
  if (!(power > alpha && power < 1)) {
    throw new RangeError(`expected a power above alpha and below 1, got ${power} with alpha ${alpha}`)
  }
  requireRatios(informationRatios)
}

function requireRatios(ratios: readonly number[]): void {
  const isRising = ratios.every((ratio, look) => ratio > (ratios[look - 1] ?? 0))
  if (isRising && ratios.at(-1) === 1) return
  throw new RangeError(`expected information ratios that rise from above 0 to 1, got ${ratios.join(', ') || 'none'}`)
}
