import type { ActiveRun } from './active-run.ts'

/** What the runs in flight have spent so far, as far as it is known, in US dollars. */
export interface Meter {
  /** Notes what `run` has spent since it started. */
  set: (run: ActiveRun, usd: number) => void
  /** Forgets a run that is over: from then on it is counted by who measured it. */
  delete: (run: ActiveRun) => void
  totalUsd: () => number
}

/** A meter that tells `onSpent` whenever a run in flight has spent more. */
export function startMeter(onSpent: () => void): Meter {
  const spent = new Map<ActiveRun, number>()
  return {
    set: (run, usd) => {
      spent.set(run, usd)
      onSpent()
    },
    delete: (run) => {
      spent.delete(run)
    },
    totalUsd: () => [...spent.values()].reduce((sum, usd) => sum + usd, 0),
  }
}
