import type { Arrival } from '../../domain/load/arrival.ts'

/** What an execution asks and tells while it goes. */
export interface RunLoop {
  /** Makes run `index`, which was due at `dueMs` on the clock. Rejects only when no further run can be made. */
  run: (index: number, dueMs: number) => Promise<void>
  /** True when no further run should start. */
  stopped: () => boolean
  /** Told of an arrival that was not started, for too many runs were in flight. */
  dropped?: ((arrival: Arrival) => void) | undefined
  /** Ends the runs in flight, whose time after the last start is over. */
  cut?: (() => void) | undefined
  /** Waits for a turn, while others are at work. @default just that */
  atRest?: ((wait: () => Promise<boolean>) => Promise<boolean>) | undefined
  /** Called between runs, every few milliseconds; the lane that calls it waits for it. */
  pause?: (() => Promise<void> | undefined) | undefined
}

/** How the runs of a load are started. */
export interface Starting extends RunLoop {
  /** Whether no further run may start. */
  isOver: () => boolean
  /** Told what a run rejected with; no further one starts. */
  fail: (error: unknown) => void
  /** Told when no further run will start. */
  allStarted: () => void
}

/** Agents that never wait run in microtasks only; without a breath, timers and the runner's own messages would starve. */
export const breathEveryMs = 8
