/** A stretch of time on one clock. */
export interface TimeInterval {
  startMs: number
  /** At or after `startMs`. */
  endMs: number
}

/** How long at least one of `intervals` was on, in milliseconds: what overlaps counts once. */
export function coveredMs(intervals: readonly TimeInterval[]): number {
  let covered = 0
  let reachedMs = Number.NEGATIVE_INFINITY
  for (const { startMs, endMs } of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    if (endMs <= reachedMs) continue
    covered += endMs - Math.max(startMs, reachedMs)
    reachedMs = endMs
  }
  return covered
}
