/**
 * Counts of numbers from 0 in buckets that grow with them, for more values than one wants to keep: latencies,
 * tokens, bytes. Its memory grows with the range of the values alone: 16 KB for each doubling from the smallest to the
 * largest, at most 2 MB, whatever their number. Count, least, greatest and mean are exact.
 *
 * A value is a power of two times 1.f in binary; its bucket is told by the power and the first 11 binary places of f. So
 * a bucket from a to b is b − a = 2⁻¹¹ · 2ᵏ wide, with 2ᵏ ≤ a. Every value in it stands for its middle, and lies at most
 * (b − a) / 2 = 2⁻¹² · 2ᵏ ≤ 2⁻¹² · a from that. **No value is off by more than 2⁻¹² of itself, 0.025%**, and neither is
 * a weighted mean of values, such as a quantile between two of them.
 *
 * Log-linear buckets: G. Tene's HdrHistogram (2012), with a binary in place of a decimal resolution.
 */
export interface LogHistogram {
  /** How many values there are, 0 among them. */
  count: number
  /** How many of them are 0. */
  zeros: number
  /** The smallest; absent when there are none. */
  min: number | undefined
  /** The largest; absent when there are none. */
  max: number | undefined
  /** Whether all are whole numbers. Then what stands for them is whole too, and exact below 4096. */
  whole: boolean
  /** The sum of all but for {@link sumRest}, which is what its roundings lost. */
  sum: number
  sumRest: number
  /** The sum of their squares but for {@link squaresRest}, which is what its roundings lost. */
  squares: number
  squaresRest: number
  /** The bucket of the first of {@link counts}, the first of a doubling. Bucket 0 begins at 2⁻⁶⁴. */
  first: number
  /** How many values are in each bucket; exact up to 2⁵³. */
  counts: Float64Array
}

// Buckets of a doubling, and the range that has buckets.
const resolution = 2 ** 11
const smallest = 2 ** -64
const beyond = 2 ** 64
// Of the first 32 bits of a number, those beside power and 11 places; and what these are for the smallest.
const shift = 9
const origin = (1023 - 64) * resolution

/** How many buckets there can be, at most. */
export const possibleBuckets: number = 128 * resolution

// Written and read within one call, never between two.
const bits = new DataView(new ArrayBuffer(8))

/** A histogram of nothing yet. */
export function logHistogram(): LogHistogram {
  return {
    count: 0,
    zeros: 0,
    min: undefined,
    max: undefined,
    whole: true,
    sum: 0,
    sumRest: 0,
    squares: 0,
    squaresRest: 0,
    first: 0,
    counts: new Float64Array(0),
  }
}

/**
 * Counts `value` in `histogram`.
 *
 * @param value 0, or from 2⁻⁶⁴ (5.4e-20) to below 2⁶⁴ (1.8e19)
 * @throws {RangeError} when `value` is anything else; it is not counted then
 */
export function record(histogram: LogHistogram, value: number): void {
  if (!isInBuckets(value)) {
    recordZero(histogram, value)
    return
  }
  const bucket = bucketOf(value)
  let at = bucket - histogram.first
  if (at < 0 || at >= histogram.counts.length) {
    widen(histogram, bucket, bucket)
    at = bucket - histogram.first
  }
  histogram.counts[at] = Number(histogram.counts[at]) + 1
  histogram.count += 1
  if (histogram.whole && Math.floor(value) !== value) histogram.whole = false
  include(histogram, value)
  addToSums(histogram, value, value * value)
}

/**
 * Adds what `from` has counted to `into`, as if `into` had recorded it: in whatever order and groups histograms are
 * merged, counts and extremes are the same, and so is the mean, within a rounding of its last place.
 */
export function merge(into: LogHistogram, from: LogHistogram): void {
  const { counts, first, min, max } = from
  if (counts.length > 0) widen(into, first, first + counts.length - 1)
  const offset = first - into.first
  for (let index = 0; index < counts.length; index++) {
    into.counts[index + offset] = Number(into.counts[index + offset]) + Number(counts[index])
  }
  const { sumRest, squaresRest } = from
  addToSums(into, from.sum, from.squares)
  into.sumRest += sumRest
  into.squaresRest += squaresRest
  into.count += from.count
  into.zeros += from.zeros
  into.whole &&= from.whole
  if (min !== undefined) include(into, min)
  if (max !== undefined) include(into, max)
}

/**
 * The `q`-quantile as `quantile` of the values themselves defines it (type 7), with the middle of its bucket for
 * each of the two values that it lies between. Off by at most 2⁻¹² of itself, 0.025%. The smallest and the largest value
 * are exact; so are all below 4096 where every value is a whole number.
 *
 * @param q from 0 (the minimum) to 1 (the maximum)
 * @throws {RangeError} when `histogram` is empty or `q` is outside 0…1
 */
export function quantileOf(histogram: LogHistogram, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`expected a quantile from 0 to 1, got ${q}`)
  const { count, min, max } = histogram
  if (min === undefined || max === undefined) throw new RangeError('expected at least one value, got none')
  const position = (count - 1) * q
  const rank = Math.floor(position)
  const below = valueOfRank(histogram, rank, min, max)
  if (position === rank) return below
  return below + (valueOfRank(histogram, rank + 1, min, max) - below) * (position - rank)
}

/** The arithmetic mean, never outside the values. Absent when there are none. */
export function meanOf({ count, min, max, sum, sumRest }: LogHistogram): number | undefined {
  if (min === undefined || max === undefined) return undefined
  return Math.min(max, Math.max(min, (sum + sumRest) / count))
}

/**
 * The sample standard deviation (denominator n − 1), √((Σx² − (Σx)² / n) / (n − 1)). Absent below two values. Its relative
 * error is about 2⁻⁵³ times the square of mean / standard deviation: 1e-8 where values spread by a ten-thousandth.
 *
 * Sums in twice the precision: T. Ogita, S. M. Rump & S. Oishi, "Accurate Sum and Dot Product", SIAM Journal on
 * Scientific Computing 26 (2005), algorithm 4.4.
 */
export function standardDeviationOf(histogram: LogHistogram): number | undefined {
  const { count, min, max, sum, sumRest, squares, squaresRest } = histogram
  if (count < 2) return undefined
  if (min === max) return 0
  const total = sum + sumRest
  const deviations = squares - (total / count) * total + squaresRest
  return Math.sqrt(Math.max(0, deviations) / (count - 1))
}

/** What stands for the values of `histogram`, smallest first, and how many there are of each. */
export function* valuesOf({ counts, first, whole, zeros }: LogHistogram): Generator<{ value: number; count: number }> {
  if (zeros > 0) yield { value: 0, count: zeros }
  for (const [index, count] of counts.entries()) if (count > 0) yield { value: middleOf(first + index, whole), count }
}

/** Whether `value` is in the range that has buckets; 0 is not. */
export function isInBuckets(value: number): boolean {
  return value >= smallest && value < beyond
}

/** The bucket of `value`, which {@link isInBuckets}. */
export function bucketOf(value: number): number {
  bits.setFloat64(0, value, true)
  return (bits.getUint32(4, true) >>> shift) - origin
}

/** Makes room in `histogram` for the buckets from `low` to `high`, by whole doublings. */
export function widen(histogram: LogHistogram, low: number, high: number): void {
  const { counts, first } = histogram
  const isEmpty = counts.length === 0
  const from = Math.floor((isEmpty ? low : Math.min(low, first)) / resolution) * resolution
  const until = Math.ceil((Math.max(high, isEmpty ? 0 : first + counts.length - 1) + 1) / resolution) * resolution
  if (until - from === counts.length) return
  histogram.counts = new Float64Array(until - from)
  if (!isEmpty) histogram.counts.set(counts, first - from)
  histogram.first = from
}

function recordZero(histogram: LogHistogram, value: number): void {
  if (value !== 0) throw new RangeError(`expected 0 or a number from 2^-64 to below 2^64, got ${value}`)
  histogram.zeros += 1
  histogram.count += 1
  include(histogram, 0)
}

// The next binary place after those that a bucket has in common is its middle.
function middleOf(bucket: number, whole: boolean): number {
  bits.setUint32(4, ((bucket + origin) << shift) | (1 << (shift - 1)), true)
  bits.setUint32(0, 0, true)
  const middle = bits.getFloat64(0, true)
  return whole ? Math.floor(middle) : middle
}

function valueOfRank(histogram: LogHistogram, rank: number, min: number, max: number): number {
  const { counts, count, first, whole, zeros } = histogram
  if (rank === 0) return min
  if (rank >= count - 1) return max
  let below = zeros
  if (rank < below) return 0
  for (let index = 0; index < counts.length; index++) {
    below += Number(counts[index])
    if (rank < below) return Math.min(max, Math.max(min, middleOf(first + index, whole)))
  }
  return max
}

function include(histogram: LogHistogram, value: number): void {
  if (histogram.min === undefined || value < histogram.min) histogram.min = value
  if (histogram.max === undefined || value > histogram.max) histogram.max = value
}

function addToSums(histogram: LogHistogram, value: number, square: number): void {
  const { sum, squares } = histogram
  histogram.sum = sum + value
  histogram.sumRest += lostBy(sum, value, histogram.sum)
  histogram.squares = squares + square
  histogram.squaresRest += lostBy(squares, square, histogram.squares)
}

/** What the rounding of `one + other` to `sum` has lost: D. E. Knuth, The Art of Computer Programming 2, section 4.2.2. */
function lostBy(one: number, other: number, sum: number): number {
  const added = sum - one
  return one - (sum - added) + (other - added)
}
