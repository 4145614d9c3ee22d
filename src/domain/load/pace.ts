import type { Arrival } from './arrival.ts'

/** Gives arrivals when they are due. */
export interface Pacer {
  /** The next arrival, now that it is due; a promise of it when it is not; undefined when there is none, or no further run may start. */
  next: () => Arrival | undefined | Promise<Arrival | undefined>
  /** Ends it. */
  close: () => void
}

/** Paces `arrivals`, which count from `originMs` on the clock, until `isOver`. */
export type Pace = (arrivals: Iterator<Arrival>, originMs: number, isOver: () => boolean) => Pacer
