import type { ArrivalProcess, ClosedStage, OpenStage, Pacing, Trace } from './load.ts'

interface Ending {
  /** How long runs in flight may go on after the last start. @default until their own limits */
  gracefulStopMs?: number | undefined
}

interface Opening extends Ending {
  /** How far starts lie apart. @default 'constant' */
  arrival?: ArrivalProcess | undefined
  /** Of the arrivals. @default 1 */
  seed?: number | undefined
  /** Runs in flight above which a start is dropped, and counted. @default none is */
  maxInFlight?: number | undefined
  /** What waits for the next start. @default 'timer' */
  pacing?: Pacing | undefined
  /** Which part of the load is made here, such as '2/8': every eighth run, from the second on. @default all of it */
  segment?: string | undefined
}

/** So many runs in flight, for so long. */
export interface ClosedShape extends Ending {
  /** Runs in flight, 1 or more. */
  concurrency: number
  /** Starts a second at most, above 0. @default no limit */
  runsPerSecond?: number | undefined
  /** For how long runs start. @default until `runs` of each case are made */
  durationMs?: number | undefined
}

/** Runs in flight that change over time. */
export interface ClosedStages extends Ending {
  stages: ClosedStage[]
  /** Runs in flight before the first stage. @default 0 */
  startConcurrency?: number | undefined
}

/** So many starts a second, whatever becomes of the earlier ones. */
export interface OpenShape extends Opening {
  /** Starts a second, above 0. */
  ratePerSecond: number
  /** For how long runs start. @default until `runs` of each case are made */
  durationMs?: number | undefined
}

/** A rate that changes over time. */
export interface OpenStages extends Opening {
  stages: OpenStage[]
  /** Starts a second before the first stage. @default 0 */
  startRatePerSecond?: number | undefined
}

/** Runs that start when somebody's runs started; made by `trace`. */
export interface TraceShape extends Ending, Pick<Opening, 'maxInFlight' | 'pacing' | 'segment'> {
  /** Where it comes from, as it was given. */
  readonly path: string
  /** How many times faster than it was. */
  readonly speed: number
  /** For how long runs start. @default until the trace ends */
  durationMs?: number | undefined
  /** Reads it, relative to `directory`. @throws BenchAgentError that lists every mistake in the file */
  readonly read: (directory: string) => Promise<Trace>
}

/** How runs reach the agent, as a user says it. */
export type LoadShape = ClosedShape | ClosedStages | OpenShape | OpenStages | TraceShape

/** Whether `load` ends by time, and no number of runs. */
export function isTimed(load: LoadShape | undefined): boolean {
  return load !== undefined && ('stages' in load || 'read' in load || load.durationMs !== undefined)
}

/** Whether `load` follows a file. */
export function isTraced(load: LoadShape | undefined): load is TraceShape {
  return load !== undefined && 'read' in load
}

/** A level of a load, one way or the other. */
export type LoadLevel = { concurrency: number } | { ratePerSecond: number }

type Shaped<Level extends LoadLevel> = Level extends { concurrency: number } ? ClosedStages : OpenStages

/**
 * A load that grows evenly from nothing to `to` and stays there.
 *
 * @example load: rampUp({ to: { ratePerSecond: 20 }, rampMs: 30_000, holdMs: 60_000 })
 */
export function rampUp<Level extends LoadLevel>(shape: { to: Level; rampMs: number; holdMs?: number }): Shaped<Level> {
  const { to, rampMs, holdMs = 0 } = shape
  return staged<Level>([
    [rampMs, to],
    [holdMs, to],
  ])
}

/**
 * A load that stays at `from`, jumps to `to`, stays there, jumps back and stays again.
 *
 * @example load: spike({ from: { concurrency: 2 }, to: { concurrency: 20 }, beforeMs: 30_000, holdMs: 30_000, afterMs: 60_000 })
 */
export function spike<Level extends LoadLevel>(shape: {
  from: NoInfer<Level>
  to: Level
  beforeMs: number
  holdMs: number
  afterMs: number
}): Shaped<Level> {
  const { from, to, beforeMs, holdMs, afterMs } = shape
  return staged<Level>([
    [0, from],
    [beforeMs, from],
    [0, to],
    [holdMs, to],
    [0, from],
    [afterMs, from],
  ])
}

/**
 * A load that is always the same.
 *
 * @example load: sustained({ at: { ratePerSecond: 5 }, durationMs: 600_000 })
 */
export function sustained<Level extends LoadLevel>(shape: { at: Level; durationMs: number }): Shaped<Level> {
  const { at, durationMs } = shape
  return staged<Level>([
    [0, at],
    [durationMs, at],
  ])
}

function staged<Level extends LoadLevel>(parts: [durationMs: number, level: LoadLevel][]): Shaped<Level> {
  const stages = parts.flatMap(([durationMs, level], position) =>
    durationMs === 0 && position === parts.length - 1 ? [] : [{ durationMs, ...level }],
  )
  // Which of both kinds it is follows from the level, which the compiler does not follow into the body.
  return { stages } as unknown as Shaped<Level>
}
