/** How runs reach the agent. A closed load starts a run when an earlier one has ended. */
export interface Load {
  /** Runs in flight at most, at least 1. */
  concurrency: number
  /** Starts a second at most; absent when only `concurrency` limits. */
  runsPerSecond?: number | undefined
}

/** `load` in a few words, as it stands in a baseline. */
export function describeLoad(load: Load): string {
  const rate = load.runsPerSecond === undefined ? '' : `, at most ${load.runsPerSecond} runs/s`
  return `concurrency ${load.concurrency}${rate}`
}

/**
 * When the next run may start, on the clock of `nowMs`: starts keep a distance of 1 / `runsPerSecond`, so a pause is not made
 * up for by a burst.
 *
 * @param lastStartMs start of the run before; absent for the first
 */
export function nextStartMs(load: Load, nowMs: number, lastStartMs: number | undefined): number {
  if (load.runsPerSecond === undefined || lastStartMs === undefined) return nowMs
  return Math.max(nowMs, lastStartMs + 1000 / load.runsPerSecond)
}
