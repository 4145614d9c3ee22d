import type { Clock } from '../src/domain/clock.ts'

/** A clock whose time moves only when nothing else can: then it jumps to the next timer. */
export interface VirtualClock extends Clock {
  /** Does `work`, moving time on whenever it waits. Rejects when it waits for something that no timer will bring. */
  run: <Value>(work: () => Promise<Value>) => Promise<Value>
  /** Moves time on by `ms` without letting timers fire, as a computation does that blocks the process. */
  block: (ms: number) => void
}

interface Timer {
  atMs: number
  then: () => void
  /** Absent when it fires once. */
  everyMs?: number
}

// Real turns of the event loop that work may take without a timer, for files and imports.
const patienceTurns = 2_000

/** A virtual clock that starts at 0. */
export function virtualClock(): VirtualClock {
  const timers = new Set<Timer>()
  let nowMs = 0

  const start = (timer: Timer) => {
    timers.add(timer)
    return () => {
      timers.delete(timer)
    }
  }

  function fireNext(): void {
    let next: Timer | undefined
    for (const timer of timers) if (next === undefined || timer.atMs < next.atMs) next = timer
    if (next === undefined) return
    nowMs = Math.max(nowMs, next.atMs)
    timers.delete(next)
    if (next.everyMs !== undefined) {
      next.atMs = nowMs + next.everyMs
      timers.add(next)
    }
    next.then()
  }

  async function run<Value>(work: () => Promise<Value>): Promise<Value> {
    let over = false
    const result = work().finally(() => {
      over = true
    })
    // The rejection is the caller's, who awaits `result` below.
    result.catch(() => undefined)
    let idleTurns = 0
    while (!over) {
      await settled()
      if (over) break
      if ([...timers].some((timer) => timer.everyMs === undefined)) {
        idleTurns = 0
        fireNext()
      } else if (++idleTurns > patienceTurns) {
        throw new Error(`the work waits at ${nowMs} ms for something that no timer will bring`)
      }
    }
    return result
  }

  return {
    nowMs: () => nowMs,
    after: (ms, then) => start({ atMs: nowMs + ms, then }),
    every: (everyMs, then) => start({ atMs: nowMs + everyMs, then, everyMs }),
    breathe: settled,
    block: (ms) => {
      nowMs += ms
    },
    run,
  }
}

/** Resolves when every promise that can settle without a timer has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
