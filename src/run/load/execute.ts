import type { Clock } from '../../domain/clock.ts'
import { isOpen, type Load } from '../../domain/load/load.ts'
import type { Pace } from '../../domain/load/pace.ts'
import { executeClosed } from './closed-load.ts'
import { executeOpen } from './open-load.ts'
import { timerPace } from './pace.ts'
import type { RunLoop, Starting } from './run-loop.ts'
import { takingTurns } from './turn.ts'

/** How many runs {@link execute} makes, and what waits for them. */
export interface Extent {
  /** How many end the load; where time would, it starts over until they are made. Absent when time ends it. */
  runs?: number | undefined
  /** What waits for arrivals. @default a timer of the clock */
  pace?: Pace | undefined
}

/** Makes runs under `load`, from 0 on, until they are as many as planned or its time is over. Resolves when the last of them has ended. */
export async function execute(load: Load, extent: Extent, given: RunLoop, clock: Clock): Promise<void> {
  const loop = takingTurns(given)
  let uncut: (() => void) | undefined
  let failure: { error: unknown } | undefined
  const course: Starting = {
    ...loop,
    isOver: () => failure !== undefined || loop.stopped(),
    fail: (error) => {
      failure ??= { error }
    },
    allStarted: () => {
      if (load.gracefulStopMs !== undefined) uncut ??= clock.after(load.gracefulStopMs, () => loop.cut?.())
    },
  }
  // All of them, for whoever is told that it is over must not have runs going on behind it.
  if (isOpen(load)) await executeOpen(load, extent.runs, course, extent.pace ?? timerPace(clock), clock)
  else await executeClosed(load, extent.runs, course, clock)
  uncut?.()
  if (failure !== undefined) throw failure.error
}
