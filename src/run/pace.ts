import type { Arrival } from '../domain/arrival.ts'
import { type Clock, sleep } from '../domain/clock.ts'

/** Gives arrivals when they are due. */
export interface Pacer {
  /** The next arrival, now that it is due; a promise of it when it is not; undefined when there is none, or no further run may start. */
  next: () => Arrival | undefined | Promise<Arrival | undefined>
  /** Ends it. */
  close: () => void
}

/** Paces `arrivals`, which count from `originMs` on the clock, until `isOver`. */
export type Pace = (arrivals: Iterator<Arrival>, originMs: number, isOver: () => boolean) => Pacer

// Whoever waits for an arrival has to see in time that it will not be started any more.
const longestWaitMs = 100

/** Waits by timers of `clock`, each set to the instant that is due: what is late is caught up with at once. */
export function timerPace(clock: Clock): Pace {
  return (arrivals, originMs, isOver) => {
    const isDue = ({ dueMs }: Arrival) => originMs + dueMs <= clock.nowMs()
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
