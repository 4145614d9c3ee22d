import type { Clock } from '../domain/clock.ts'
import { formatMs } from '../domain/format.ts'
import type { ActiveRun, Stop } from './active-run.ts'

/** The runs that are on. */
export interface InFlight {
  add: (run: ActiveRun) => void
  delete: (run: ActiveRun) => void
  /** Oldest first. */
  runs: () => Iterable<ActiveRun>
  /** Stops every run that is on, and every one that is added later. */
  stopAll: (stop: Stop) => void
  /** Stops watching. */
  close: () => void
}

/**
 * Keeps the runs in flight, and stops each that takes longer than `limitMs`. One timer serves them all: they have the same
 * limit, so the oldest is always the next to be late.
 *
 * @param onCount told how many runs are on whenever that changes
 */
export function watchDeadlines(clock: Clock, limitMs: number, onCount?: (inFlight: number) => void): InFlight {
  const runs = new Set<ActiveRun>()
  let cancel: (() => void) | undefined
  let ended: Stop | undefined
  const sweep = () => {
    cancel = undefined
    for (const run of runs) {
      const leftMs = run.startedMs + limitMs - clock.nowMs()
      if (leftMs > 0) {
        cancel = clock.after(leftMs, sweep)
        return
      }
      run.stop({ outcome: 'timeout', message: `latency passed its limit of ${formatMs(limitMs)}` })
      runs.delete(run)
    }
  }
  return {
    add: (run) => {
      if (ended !== undefined) return run.stop(ended)
      runs.add(run)
      onCount?.(runs.size)
      cancel ??= clock.after(limitMs, sweep)
    },
    delete: (run) => {
      runs.delete(run)
      onCount?.(runs.size)
    },
    runs: () => runs,
    stopAll: (stop) => {
      ended = stop
      for (const run of runs) run.stop(stop)
    },
    close: () => {
      cancel?.()
      cancel = undefined
    },
  }
}
