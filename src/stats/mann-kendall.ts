import { normalUpperTail } from './normal.ts'

/** The outcome of {@link mannKendall}. */
export interface MannKendall {
  /** Pairs in which the later value is the greater one, less those in which it is the smaller one. */
  s: number
  /**
   * The standard score of `s`, corrected for ties and for continuity by one; above 0 when the values rise. Always of the
   * normal approximation, even when `p` is exact.
   */
  z: number
  /** The two-sided p-value, from 0 to 1. */
  p: number
  /** Kendall's rank correlation with time, corrected for ties (tau-b): from −1, always falling, to 1, always rising. */
  tau: number
}

/** The number of values up to which the exact null distribution is used. */
const exactCount = 50

/**
 * Mann and Kendall's test of whether `values`, in the order they were measured, tend to rise or to fall. Absent below 4
 * values.
 *
 * `p` comes from the exact null distribution when no values tie and there are at most 50, else from the normal
 * approximation. When all values are the same, `s`, `z` and `tau` are 0 and `p` is 1. Values that depend on the one
 * before give trends where there are none.
 *
 * H. B. Mann, "Nonparametric Tests against Trend", Econometrica 13 (1945); ties: M. G. Kendall, "Rank Correlation
 * Methods" (1975), chapters 3 and 4.
 *
 * @throws {RangeError} when a value is NaN or infinite
 */
export function mannKendall(values: readonly number[]): MannKendall | undefined {
  const stray = values.findIndex((value) => !Number.isFinite(value))
  if (stray !== -1) throw new RangeError(`expected finite numbers, got ${values[stray]} at index ${stray}`)
  const count = values.length
  if (count < 4) return undefined

  const s = risesLessFalls(values)
  const tied = [...Map.groupBy(values, (value) => value).values()].map((group) => group.length)
  if (tied.length === 1) return { s, z: 0, p: 1, tau: 0 }
  const z = (Math.sign(s) * Math.max(0, Math.abs(s) - 1)) / Math.sqrt(scoreVariance(count, tied))
  const isExact = tied.length === count && count <= exactCount
  const p = isExact ? exactP(s, count) : Math.min(1, 2 * normalUpperTail(Math.abs(z)))
  const untied = tied.reduce((left, own) => left - pairs(own), pairs(count))
  return { s, z, p, tau: s / Math.sqrt(untied * pairs(count)) }
}

function risesLessFalls(values: readonly number[]): number {
  let s = 0
  for (const [index, value] of values.entries()) {
    for (let before = 0; before < index; before++) s += Math.sign(value - Number(values[before]))
  }
  return s
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2
}

function scoreVariance(count: number, tied: readonly number[]): number {
  const pairing = (own: number) => (pairs(own) * (2 * own + 5)) / 9
  return tied.reduce((left, own) => left - pairing(own), pairing(count))
}

// Of all orders, the share with at most as many falls as the rarer direction has, or as many rises. The number of orders
// with each number of falls is multiplied up one value at a time.
function exactP(s: number, count: number): number {
  const last = (pairs(count) - Math.abs(s)) / 2
  let shares = new Float64Array(last + 1)
  shares[0] = 1
  for (let size = 2; size <= count; size++) {
    const next = new Float64Array(last + 1)
    let window = 0
    for (let falls = 0; falls <= last; falls++) {
      window += (shares[falls] ?? 0) - (shares[falls - size] ?? 0)
      next[falls] = window / size
    }
    shares = next
  }
  const tail = shares.reduce((total, share) => total + share, 0)
  return Math.min(1, 2 * tail)
}
