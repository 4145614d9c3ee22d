/**
 * The rank of every value among all, from 1, in the order given; values that tie get the mean of the ranks they share,
 * so that the ranks always add up to n (n + 1) / 2.
 *
 * M. G. Kendall, "The Treatment of Ties in Ranking Problems", Biometrika 33 (1945).
 *
 * @throws {RangeError} when a value is NaN or infinite
 */
export function midranks(values: readonly number[]): Float64Array {
  const stray = values.findIndex((value) => !Number.isFinite(value))
  if (stray !== -1) throw new RangeError(`expected finite numbers, got ${values[stray]} at index ${stray}`)
  const order = Uint32Array.from(values.keys())
  const valueAt = (place: number) => values[order[place] ?? 0]
  order.sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0))
  const ranks = new Float64Array(values.length)
  let start = 0
  while (start < order.length) {
    let end = start
    while (end < order.length && valueAt(end) === valueAt(start)) end++
    for (const index of order.subarray(start, end)) ranks[index] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}
