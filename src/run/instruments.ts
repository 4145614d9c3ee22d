import { callsOutsideRuns, currentOwner } from '../capture/attribution.ts'
import { observeFrameworks } from '../capture/framework/all.ts'
import { type CaptureFaults, captureFaults } from '../capture/guard.ts'
import { observe } from '../capture/observe.ts'
import type { Clock } from '../domain/clock.ts'
import { isOneAtATime } from '../domain/load/load.ts'
import type { Resources } from '../domain/metric-kind.ts'
import type { Plan } from '../domain/plan.ts'
import type { Samples } from '../domain/sample.ts'
import { ActiveRun } from '../measure/active-run.ts'
import { type InFlight, watchDeadlines } from '../measure/deadline.ts'
import { type LateInterval, type LoopWatch, watchEventLoop } from '../measure/event-loop.ts'
import { guardProcess } from '../measure/guard.ts'
import { type HeapReading, heapAfterCollection } from '../measure/memory.ts'
import { watchResidentSet } from '../measure/resident-set.ts'
import { theilSenSlope } from '../stats/theil-sen.ts'
import { sharesProcess } from './load/turn.ts'

/** Everything that watches while an execution goes. */
export interface Instruments {
  inFlight: InFlight
  /** Reads the heap when its turn has come; call it between runs. */
  readHeap: (runsDone: number) => void
  /** Hears frameworks that the agent loaded in the meantime; call it after the first runs. */
  hearFrameworks: () => void
  /** Does `work`, whose time is not held against the event loop, and is not the runs'. */
  without: (work: () => void) => void
  /** What `wait` comes to, in whose time others are at work: what they do to the process is not held against it. */
  atRest: <Result>(wait: () => Promise<Result>) => Promise<Result>
  /** Model calls since the start that belonged to no run. */
  callsOutside: () => number
  /** What went wrong in watching since the start. */
  faults: () => CaptureFaults
  /** Stops watching; call it once, whatever happened. */
  close: () => Readings
}

/** What was watched. */
export interface Readings extends Omit<Resources, 'durationMs'> {
  /** Time that reading the heap took away from the runs, in milliseconds. */
  pausedMs: number
  late: LateInterval[]
  blocked: LateInterval[]
}

// Below this, an execution is too short for its heap to say anything, unless a threshold asks for it.
const heapWorthMs = 500
// With fewer, a slope is mostly the noise of one reading.
const fewestReadings = 5
// With fewer, what is compiled and cached along the way looks like growth.
const heapWorthRuns = 30

/**
 * Starts to watch model calls, frameworks, time limits, stray errors, event loop and memory.
 *
 * @param from file or folder whose packages the agent uses
 */
export function startInstruments(
  plan: Plan,
  clock: Clock,
  from: string,
  onCount?: ((inFlight: number) => void) | undefined,
  onResidentSet?: ((bytes: number) => void) | undefined,
): Instruments {
  const inFlight = watchDeadlines(clock, plan.limits.latencyMs, onCount)
  const stops = [observe(), observeFrameworks(from)]
  let outsideBefore = callsOutsideRuns()
  let faultsBefore = captureFaults().count
  const unguard = guardProcess({ claim: (error) => claim(inFlight, error) })
  const loop = watchEventLoop(clock, isOneAtATime(plan.load))
  const stopResidentSet = watchResidentSet(clock, onResidentSet)
  const isShared = sharesProcess()
  const heap = heapReader(plan, clock, loop)
  let closed = false
  let pausedMs = 0
  return {
    inFlight,
    readHeap: heap.read,
    without: (work) => {
      const beforeMs = clock.nowMs()
      loop.without(work)
      pausedMs += clock.nowMs() - beforeMs
    },
    atRest: async (wait) => {
      loop.pause()
      const [outside, faults] = [callsOutsideRuns(), captureFaults().count]
      try {
        return await wait()
      } finally {
        outsideBefore += callsOutsideRuns() - outside
        faultsBefore += captureFaults().count - faults
        loop.resume()
      }
    },
    hearFrameworks: () => {
      if (!closed) stops.push(observeFrameworks(from))
    },
    callsOutside: () => callsOutsideRuns() - outsideBefore,
    faults: () => ({ ...captureFaults(), count: captureFaults().count - faultsBefore }),
    close: () => {
      const peakRssBytes = stopResidentSet()
      const { delayP99Ms, late, blocked } = loop.stop()
      unguard()
      closed = true
      for (const stop of stops) stop()
      inFlight.close()
      return {
        peakRssBytes: isShared ? undefined : peakRssBytes,
        eventLoopDelayMs: delayP99Ms,
        heapGrowthBytes: heap.growthBytes(),
        pausedMs: pausedMs + heap.pausedMs(),
        late,
        blocked,
      }
    },
  }
}

interface HeapReader {
  read: (runsDone: number) => void
  growthBytes: () => number | undefined
  pausedMs: () => number
}

// Reads after each sixth of the runs, for a slope takes five points: the first sixth is left to caches that fill and code that
// is compiled. Collecting stops every run in flight, so that with several at once it is done only when asked for.
function heapReader(plan: Plan, clock: Clock, loop: LoopWatch): HeapReader {
  const startedMs = clock.nowMs()
  const asked = plan.thresholds.heapGrowthBytes !== undefined
  const { totalRuns = 0 } = plan
  const marks = [...new Set([1, 2, 3, 4, 5, 6].map((part) => Math.ceil((totalRuns * part) / 6)))]
  const due = totalRuns > 0 && !sharesProcess() && (asked || isOneAtATime(plan.load)) ? marks : []
  const readings: HeapReading[] = []
  let pausedMs = 0
  return {
    read: (runsDone) => {
      const next = due[0]
      if (next === undefined || runsDone < next) return
      if (!asked && (totalRuns < heapWorthRuns || clock.nowMs() - startedMs < heapWorthMs)) {
        due.length = 0
        return
      }
      while (due[0] !== undefined && due[0] <= runsDone) due.shift()
      const beforeMs = clock.nowMs()
      // Our own pause is no delay of the agent's.
      loop.without(() => readings.push({ runs: runsDone, bytes: heapAfterCollection() }))
      pausedMs += clock.nowMs() - beforeMs
    },
    pausedMs: () => pausedMs,
    growthBytes: () => {
      const runs = readings.map((reading) => reading.runs)
      const bytes = readings.map((reading) => reading.bytes)
      // Of an execution that ended early there are fewer, which only a threshold has to live with.
      const slope = runs.length < (asked ? 2 : fewestReadings) ? undefined : theilSenSlope(runs, bytes)?.slope
      // A heap that shrinks has not grown.
      return slope === undefined ? undefined : Math.max(0, slope)
    },
  }
}

function claim(inFlight: InFlight, error: unknown): boolean {
  const sink = currentOwner()
  // What happens in the scope of a check is no run's doing, least of all that of another one in flight.
  if (sink !== undefined && !(sink instanceof ActiveRun)) return false
  const [first, ...others] = inFlight.runs()
  const run = sink ?? (others.length === 0 ? first : undefined)
  if (run === undefined) return false
  run.fail(error)
  return true
}

/** Marks the samples that overlap with a time at which the event loop was late. */
export function markDegraded(samples: Samples, late: readonly LateInterval[], originMs: number): void {
  for (let index = 0; index < samples.length; index++) {
    const fromMs = (samples.startedAtMs[index] ?? 0) + originMs
    const toMs = (samples.endedAtMs[index] ?? 0) + originMs
    if (late.some((interval) => interval.fromMs < toMs && interval.toMs > fromMs)) samples.degraded[index] = 1
  }
}
