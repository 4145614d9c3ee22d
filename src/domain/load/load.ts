import { formatCount, formatMs } from '../format.ts'
import type { Levels } from './level.ts'

/** One part of a load: from the level before it evenly to its own. */
export interface ClosedStage {
  /** From 0; 0 is a jump. */
  durationMs: number
  /** Runs in flight at its end, from 0. */
  concurrency: number
}

/** One part of a load: from the rate before it evenly to its own. */
export interface OpenStage {
  /** From 0; 0 is a jump. */
  durationMs: number
  /** Starts a second at its end, from 0. */
  ratePerSecond: number
}

/**
 * How far starts of an open load lie apart: all alike; as from many users who know nothing of one another; or by a gamma
 * distribution of this shape, burstier than that below 1 and steadier above.
 */
export type ArrivalProcess = 'constant' | 'poisson' | { gamma: number }

/** What waits for the next start of an open load: a timer of this thread, or a thread of its own. */
export type Pacing = 'timer' | 'precise'

/** A load that starts a run when an earlier one has ended. */
export interface ClosedLoad {
  /** Runs in flight at most, at least 1. */
  concurrency: number
  /** Starts a second at most; absent when only `concurrency` limits. */
  runsPerSecond?: number | undefined
  /** For how long runs start; absent when their number ends it. */
  durationMs?: number | undefined
  /** How many runs are in flight over time; absent when it is always `concurrency`. */
  stages?: ClosedStage[] | undefined
  /** Runs in flight before the first stage. */
  startConcurrency?: number | undefined
  /** How long runs in flight may go on after the last start; absent when only their limits end them. */
  gracefulStopMs?: number | undefined
}

/** Which part of a load is made here: the runs whose position leaves `index` − 1 when divided by `of`. */
export interface Segment {
  /** From 1 to `of`. */
  index: number
  of: number
}

/** What a record keeps of a {@link Trace}. */
export interface TraceNote {
  /** Where it comes from, as it was given. */
  file: string
  /** How many times faster than it was. */
  speed: number
  /** How many it has. */
  runs: number
}

/** Instants at which runs start, as somebody saw them. */
export interface Trace extends TraceNote {
  /** From the start of the load, rising. */
  dueAtMs: readonly number[]
  /** Sizes of what was asked and answered, where the trace has them; as many as instants. */
  inputTokens?: readonly (number | undefined)[] | undefined
  outputTokens?: readonly (number | undefined)[] | undefined
}

/** A load that starts runs at its rate, whatever becomes of the earlier ones. */
export interface OpenLoad {
  /** Starts a second, the highest of all stages; of a trace the mean. */
  ratePerSecond: number
  arrival: ArrivalProcess
  /** Of the arrivals: the same seed draws the same instants. */
  seed: number
  pacing: Pacing
  /** Runs in flight above which a start is dropped; absent when none is. */
  maxInFlight?: number | undefined
  /** For how long runs start; absent when their number ends it. */
  durationMs?: number | undefined
  /** The rate over time; absent when it is always `ratePerSecond`. */
  stages?: OpenStage[] | undefined
  /** The rate before the first stage. */
  startRatePerSecond?: number | undefined
  /** How long runs in flight may go on after the last start; absent when only their limits end them. */
  gracefulStopMs?: number | undefined
  /** Absent when a rate says when runs start. */
  trace?: Trace | undefined
  /** Absent when all runs are made here. */
  segment?: Segment | undefined
}

/** How runs reach the agent, as planned. */
export type Load = ClosedLoad | OpenLoad

/** A load as a record keeps it: of a trace only where it comes from. */
export type LoadNote = ClosedLoad | (Omit<OpenLoad, 'trace'> & { trace?: TraceNote | undefined })

/** What a record keeps of `load`. */
export function noteOf(load: Load): LoadNote {
  if (!isOpen(load) || load.trace === undefined) return load
  const { file, speed, runs } = load.trace
  return { ...load, trace: { file, speed, runs } }
}

/** Whether runs start whatever becomes of the earlier ones. */
export function isOpen<Given extends LoadNote>(load: Given): load is Exclude<Given, ClosedLoad> {
  return 'ratePerSecond' in load
}

/** Whether there is never more than one run in flight, so that memory, CPU and a late event loop are its own. */
export function isOneAtATime(load: Load): boolean {
  return isOpen(load) ? load.maxInFlight === 1 : load.concurrency === 1
}

/** Whether time ends the load, and no number of runs. */
export function isEndedByTime(load: Load): boolean {
  return isOpen(load) ? load.durationMs !== undefined || load.trace !== undefined : load.durationMs !== undefined
}

/** Runs in flight, or starts a second, over time; absent when they are always as many. */
export function levelsOf(load: LoadNote): Levels | undefined {
  if (isOpen(load)) {
    const ramps = load.stages?.map(({ durationMs, ratePerSecond }) => ({ durationMs, level: ratePerSecond }))
    return ramps && { start: load.startRatePerSecond ?? 0, ramps }
  }
  const ramps = load.stages?.map(({ durationMs, concurrency }) => ({ durationMs, level: concurrency }))
  return ramps && { start: load.startConcurrency ?? 0, ramps }
}

/** `load` in a few words, as it stands in a baseline. */
export function describeLoad(load: LoadNote): string {
  const parts = isOpen(load) ? openWords(load) : closedWords(load)
  return parts.filter((part) => part !== '').join(', ')
}

function closedWords(load: ClosedLoad): string[] {
  const { concurrency, runsPerSecond, durationMs } = load
  const levels = levelsOf(load)
  return [
    `concurrency ${levels === undefined ? `${concurrency}${forTime(durationMs)}` : levelWords(levels)}`,
    runsPerSecond === undefined ? '' : `at most ${runsPerSecond} runs/s`,
  ]
}

function openWords(load: Exclude<LoadNote, ClosedLoad>): string[] {
  const { ratePerSecond, durationMs, trace, maxInFlight, arrival, segment } = load
  const levels = levelsOf(load)
  const rate = levels === undefined ? `${ratePerSecond} runs/s${forTime(durationMs)}` : levelWords(levels, ' runs/s')
  return [
    trace === undefined ? rate : traceWords(trace),
    trace === undefined ? arrivalWords(arrival) : '',
    maxInFlight === undefined ? '' : `at most ${formatCount(maxInFlight)} in flight`,
    segment === undefined ? '' : `part ${segment.index} of ${segment.of}`,
  ]
}

function forTime(durationMs: number | undefined): string {
  return durationMs === undefined ? '' : ` for ${formatMs(durationMs)}`
}

/** What `levels` go through: `10 for 2 s, 10 to 100 over 30 s`. */
function levelWords({ start, ramps }: Levels, unit = ''): string {
  let at = start
  const parts: string[] = []
  for (const [position, { durationMs, level }] of ramps.entries()) {
    // A jump is seen by what comes after it.
    if (durationMs > 0)
      parts.push(
        `${at === level ? '' : `${at} to `}${level}${unit} ${at === level ? 'for' : 'over'} ${formatMs(durationMs)}`,
      )
    else if (position === ramps.length - 1) parts.push(`${level}${unit}`)
    at = level
  }
  return parts.join(', ')
}

function traceWords({ file, speed, runs }: TraceNote): string {
  return `${formatCount(runs)} runs as in ${file}${speed === 1 ? '' : `, ${speed} times as fast`}`
}

function arrivalWords(arrival: ArrivalProcess): string {
  if (arrival === 'constant') return ''
  return arrival === 'poisson' ? 'Poisson' : `gamma ${arrival.gamma}`
}

/**
 * When the next run may start, on the clock of `nowMs`: starts keep a distance of 1 / `runsPerSecond`, so a pause is not made
 * up for by a burst.
 *
 * @param lastStartMs start of the run before; absent for the first
 */
export function nextStartMs(load: ClosedLoad, nowMs: number, lastStartMs: number | undefined): number {
  if (load.runsPerSecond === undefined || lastStartMs === undefined) return nowMs
  return Math.max(nowMs, lastStartMs + 1000 / load.runsPerSecond)
}
