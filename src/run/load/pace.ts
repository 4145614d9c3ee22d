import { type Clock, sleep } from '../../domain/clock.ts'
import type { Arrival } from '../../domain/load/arrival.ts'
import { isOpen, type Load } from '../../domain/load/load.ts'
import type { Pace } from '../../domain/load/pace.ts'

// Whoever waits for an arrival has to see in time that it will not be started any more.
const longestWaitMs = 100

/** Waits by timers of `clock`, each set to the instant that is due: what is late is caught up with at once. */
export function timerPace(clock: Clock): Pace {
  return (arrivals, originMs, isOver) => {
    let knownMs = originMs
    const isDue = ({ dueMs }: Arrival) => {
      const atMs = originMs + dueMs
      // Reading the clock would be a good part of what it takes to catch up.
      if (atMs > knownMs) knownMs = clock.nowMs()
      return atMs <= knownMs
    }
    const waited = async (arrival: Arrival) => {
      while (!isDue(arrival)) {
        if (isOver()) return undefined
        await sleep(clock, Math.min(Math.max(0, originMs + arrival.dueMs - clock.nowMs()), longestWaitMs))
      }
      return arrival
    }
    return {
      next: () => {
        const { value, done } = arrivals.next()
        if (done === true) return undefined
        return isDue(value) ? value : waited(value)
      },
      close: () => undefined,
    }
  }
}

/** What waits for the arrivals of `load` where it wants more than a timer; absent otherwise. For one execution of it. */
export async function precisePaceOf(load: Load, clock: Clock): Promise<Pace | undefined> {
  if (!isOpen(load) || load.pacing !== 'precise') return undefined
  // Others shall not load it.
  const { precisePace } = await import('../../measure/precise-pace.ts')
  return precisePace(clock)
}
