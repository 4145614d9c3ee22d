/** How far `actual` is from `expected`, as a ratio of `expected`; the plain distance when that is 0. */
export function relativeError(actual: number | undefined, expected: number): number {
  if (actual === undefined) return Number.POSITIVE_INFINITY
  return Math.abs(actual - expected) / (Math.abs(expected) || 1)
}
