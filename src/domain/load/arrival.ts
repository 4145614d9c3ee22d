import { exponential, gamma, random } from '../../stats/random.ts'
import { instantOf } from './level.ts'
import { type ArrivalProcess, levelsOf, type OpenLoad } from './load.ts'

/** A start that an open load wants. */
export interface Arrival {
  /** 0-based position among all arrivals of the load, those of other segments included. */
  index: number
  /** From the start of the load. */
  dueMs: number
}

/**
 * The starts that `load` wants, in order: a process of one start a second on average, on a time that goes by at the load's rate.
 * Never ends where neither time nor a trace ends the load.
 *
 * Time change of a Poisson process: D. J. Daley & D. Vere-Jones, An Introduction to the Theory of Point Processes (2003), 7.4.
 */
export function* arrivals(load: OpenLoad): Generator<Arrival> {
  const { segment } = load
  const nextDueMs = instants(load)
  for (let index = 0; ; index++) {
    const dueMs = nextDueMs()
    if (dueMs === undefined) return
    if (segment === undefined || index % segment.of === segment.index - 1) yield { index, dueMs }
  }
}

/** How many runs `load` wants; absent when nothing ends it. */
export function countArrivals(load: OpenLoad): number | undefined {
  if (load.durationMs === undefined && load.trace === undefined) return undefined
  let count = 0
  for (const _ of arrivals(load)) count += 1
  return count
}

/** Gives one instant after the other, and nothing after the last. */
function instants(load: OpenLoad): () => number | undefined {
  const { trace, durationMs = Number.POSITIVE_INFINITY } = load
  const within = (dueMs: number | undefined) => (dueMs !== undefined && dueMs < durationMs ? dueMs : undefined)
  const nextCount = counts(trace === undefined ? load.arrival : 'constant', load.seed)
  if (trace !== undefined) return () => within(trace.dueAtMs[nextCount()])
  const levels = levelsOf(load)
  if (levels === undefined) return () => within((nextCount() * 1000) / load.ratePerSecond)
  return () => within(instantOf(levels, nextCount()))
}

/** Gives rising numbers that lie 1 apart on average. */
function counts(arrival: ArrivalProcess, seed: number): () => number {
  let count = 0
  if (arrival === 'constant') return () => count++
  const next = random(seed)
  const gap = arrival === 'poisson' ? () => exponential(next) : () => gamma(next, arrival.gamma) / arrival.gamma
  return () => {
    count += gap()
    return count
  }
}
