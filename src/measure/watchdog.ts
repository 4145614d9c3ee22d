import { url } from 'node:inspector'
import { extname } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { isMainThread, Worker } from 'node:worker_threads'
import type { Clock } from '../domain/clock.ts'
import { slot } from './watchdog-slots.ts'

/** What the watchdog's thread is started with. */
export interface WatchdogData {
  shared: SharedArrayBuffer
  /** File that says what happened, for whoever finds the process dead. */
  notePath: string
}

/** The scenario that is watched. */
export interface WatchedScenario {
  name: string
  /** How long an agent may block the thread, in milliseconds. */
  limitMs: number
  /** How long a hook may block it, in milliseconds. */
  hookTimeoutMs: number
  heapLimitBytes: number
}

/** What a process leaves behind when it is killed, or when it is about to run out of memory. */
export type DeathNote =
  | { kind: 'blocked'; scenario: string; run: number; blockedMs: number; limitMs: number }
  | { kind: 'memory'; scenario: string; run: number; rssBytes: number; heapLimitBytes: number }

/** Watches over scenarios, one at a time. */
export interface Watchdog {
  /** Starts to watch. */
  watch: (name: string, limitMs: number, hookTimeoutMs: number) => Watch
}

/** A scenario that is watched, while its runs and nobody else's are at work. */
export interface Watch {
  /** Tells that run `index` of it starts: from here on it is the one that is watched. */
  onRun: (index: number) => void
  /** Tells how many agents are at work. */
  onCount: (inFlight: number) => void
  end: () => void
}

const beatEveryMs = 50
const watchdogs = new Map<string, Watchdog>()

/**
 * The watchdog of this process: a thread that kills the process when a synchronous loop has blocked it for longer than a run
 * may take, and says so in the file at `notePath`. Absent inside a worker thread, whose process is not ours to kill, and under a
 * debugger.
 */
export function watchdogOf(notePath: string, clock: Clock): Watchdog | undefined {
  // At a breakpoint the thread stands still too.
  if (!isMainThread || url() !== undefined) return undefined
  let watchdog = watchdogs.get(notePath)
  if (watchdog === undefined) {
    watchdog = startWatchdog(notePath, clock)
    watchdogs.set(notePath, watchdog)
  }
  return watchdog
}

function startWatchdog(notePath: string, clock: Clock): Watchdog {
  const shared = new SharedArrayBuffer(slot.count * Int32Array.BYTES_PER_ELEMENT)
  const slots = new Int32Array(shared)
  const thread = new Worker(new URL(`./watchdog-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: { shared, notePath } satisfies WatchdogData,
    execArgv: [],
  })
  thread.unref()
  const beat = () => {
    Atomics.add(slots, slot.beat, 1)
  }
  let watched: WatchedScenario | undefined
  const turnTo = (scenario: WatchedScenario | undefined) => {
    if (scenario === watched) return
    watched = scenario
    thread.postMessage(scenario)
  }
  return {
    watch: (name, limitMs, hookTimeoutMs) => {
      const heapLimitBytes = getHeapStatistics().heap_size_limit
      const scenario = { name, limitMs, hookTimeoutMs, heapLimitBytes }
      const stop = clock.every(beatEveryMs, beat)
      turnTo(scenario)
      return {
        onRun: (index) => {
          turnTo(scenario)
          Atomics.store(slots, slot.run, index)
          beat()
        },
        onCount: (inFlight) => {
          Atomics.store(slots, slot.inFlight, inFlight)
          // What a hook took of the thread before is not held against the agent.
          beat()
        },
        end: () => {
          stop()
          if (watched === scenario) turnTo(undefined)
        },
      }
    },
  }
}
