import { exponential, gamma, random } from '../stats/random.ts'
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
  let index = 0
  for (const dueMs of instants(load)) {
    if (segment === undefined || index % segment.of === segment.index - 1) yield { index, dueMs }
    index += 1
  }
}

/** How many runs `load` wants; absent when nothing ends it. */
export function countArrivals(load: OpenLoad): number | undefined {
  if (load.durationMs === undefined && load.trace === undefined) return undefined
  let count = 0
  for (const _ of arrivals(load)) count += 1
  return count
}

function* instants(load: OpenLoad): Generator<number> {
  const { trace, durationMs = Number.POSITIVE_INFINITY } = load
  if (trace !== undefined) {
    for (const dueMs of trace.dueAtMs) if (dueMs < durationMs) yield dueMs
    return
  }
  const levels = levelsOf(load)
  if (levels === undefined && load.arrival === 'constant') {
    for (let count = 0; ; count++) {
      const dueMs = (count * 1000) / load.ratePerSecond
      if (dueMs >= durationMs) return
      yield dueMs
    }
  }
  for (const count of counts(load.arrival, load.seed)) {
    const dueMs = levels === undefined ? (count * 1000) / load.ratePerSecond : instantOf(levels, count)
    if (dueMs === undefined || dueMs >= durationMs) return
    yield dueMs
  }
}

/** Rising numbers that lie 1 apart on average. */
function* counts(arrival: ArrivalProcess, seed: number): Generator<number> {
  if (arrival === 'constant') {
    for (let count = 0; ; count++) yield count
  }
  const next = random(seed)
  const gap = arrival === 'poisson' ? () => exponential(next) : () => gamma(next, arrival.gamma) / arrival.gamma
  let count = 0
  for (;;) {
    count += gap()
    yield count
  }
}
