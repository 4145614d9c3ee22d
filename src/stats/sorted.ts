declare const ascending: unique symbol

/** Finite numbers in ascending order. Only {@link sorted} makes one; every order statistic asks for one. */
export type Sorted = Float64Array & { readonly [ascending]: true }

/**
 * A copy of `values` in ascending numeric order, with −0 made 0.
 *
 * @throws {RangeError} when a value is NaN or infinite
 */
export function sorted(values: Iterable<number>): Sorted {
  const copy = new Float64Array(values)
  for (const [index, value] of copy.entries()) {
    if (!Number.isFinite(value)) throw new RangeError(`expected finite numbers, got ${value} at index ${index}`)
    copy[index] = value + 0
  }
  return copy.sort() as Sorted
}
