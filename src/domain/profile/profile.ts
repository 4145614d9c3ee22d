import type { Outcome } from '../sample.ts'

/** Which runs are made again under a CPU profiler; at least one of the two. */
export interface ProfileOptions {
  /** Runs that took longer than this many milliseconds, above 0. @default any run */
  slowerThanMs?: number | undefined
  /** How many of them at most, the slowest first, 1 to 20. @default 3 */
  slowest?: number | undefined
}

/** Which runs are made again under a CPU profiler. */
export interface ProfilePlan {
  /** Absent when any run may be. */
  slowerThanMs?: number | undefined
  slowest: number
}

/** A function of a profile, as a record tells of it. */
export interface ProfiledFunction {
  /** Empty for one without a name. */
  name: string
  /**
   * Where it is written, as `src/rank.ts:12`: relative to the project where it lies there; `node:…` for what is Node's own. Absent
   * for what is written nowhere.
   */
  place?: string | undefined
  /** While it was at work itself, in milliseconds. */
  selfMs: number
  /** While it, or what it called, was at work, in milliseconds. */
  totalMs: number
}

/** Where the time of the thread went while it was profiled. */
export interface ProfiledTime {
  /** Milliseconds that the profile covers. */
  durationMs: number
  /** How often it was looked at what runs. */
  samples: number
  /** From one look to the next, in microseconds. */
  intervalUs: number
  /** While nothing ran: the thread waited, in milliseconds. */
  idleMs: number
  /** While memory was cleaned up, in milliseconds. */
  garbageCollectionMs: number
  /** While something ran that is no function of JavaScript, in milliseconds. */
  nativeMs: number
  /** While bench-agent itself ran, in milliseconds. */
  ownMs: number
  /** Most time of their own first, then most time altogether; {@link mostFunctions} at most. */
  functions: ProfiledFunction[]
}

/** A slow run that was made again under a CPU profiler. Nothing of that is in any other value of its record but what it cost. */
export interface SlowRunProfile {
  /** The slow run's position in the samples. */
  index: number
  /** Position of its case in the plan. */
  caseIndex: number
  /** How long it took when it was measured, in milliseconds. */
  latencyMs: number
  /** How long it took when it was made again, in milliseconds; absent when it was not. */
  profiledMs?: number | undefined
  /** How it ended when it was made again; absent when it was not. */
  outcome?: Outcome | undefined
  /** Runs that were in flight with it, itself included, whose functions are told together; absent when it was alone. */
  atOnce?: number | undefined
  /** What its model calls took, in milliseconds; absent when none was seen. */
  modelMs?: number | undefined
  /** What its tools took, as its framework tells, in milliseconds; absent when nobody told. */
  toolMs?: number | undefined
  /** What it waited between attempts of its model calls, in milliseconds; absent when unknown. */
  waitingMs?: number | undefined
  /** Absent when nothing was profiled. */
  time?: ProfiledTime | undefined
  /** The `.cpuprofile` file, relative to the project's folder; absent when none was kept. */
  file?: string | undefined
  /** Why something is missing; absent when nothing is. */
  problem?: string | undefined
}

/** The most functions that a record tells of one profile. */
export const mostFunctions = 20

/** The most slow runs that are made again. */
export const mostSlowRuns = 20

const defaultSlowest = 3

/** What `options` ask for, with what they do not say. */
export function planProfile({ slowerThanMs, slowest = defaultSlowest }: ProfileOptions): ProfilePlan {
  return { slowerThanMs, slowest }
}
