import { AsyncLocalStorage } from 'node:async_hooks'

/** How an execution takes turns with another one on the same machine. */
export interface Turns {
  /** Runs of one turn, at least 1. */
  runs: number
  /** Resolves when the next turn may begin; false when there is none, and the execution ends. */
  next: () => Promise<boolean>
  /** Whether the other one is at work in this process, so that what the process holds is not one's own. @default false */
  sharesProcess?: boolean | undefined
}

/** What starts runs. */
interface Starting {
  run: (index: number, dueMs: number) => Promise<void>
  stopped: () => boolean
  /** Waits for a turn. @default just that */
  atRest?: ((wait: () => Promise<boolean>) => Promise<boolean>) | undefined
}

// Whoever takes turns is known where an execution starts, and not to what lies between it and its runs.
const taken = new AsyncLocalStorage<Turns>()

/** What `work` comes to, whose runs wait for their turns. */
export function inTurns<Result>(turns: Turns, work: () => Promise<Result>): Promise<Result> {
  return taken.run(turns, work)
}

/** Whether {@link inTurns} said so: then both sides make the same runs. */
export function takesTurns(): boolean {
  return taken.getStore() !== undefined
}

/** Whether {@link inTurns} said that the other one is at work in this process. */
export function sharesProcess(): boolean {
  return taken.getStore()?.sharesProcess === true
}

/** `loop`, whose runs wait for their turns where {@link inTurns} said so: none is in flight between two turns. */
export function takingTurns<Loop extends Starting>(loop: Loop): Loop {
  const turns = taken.getStore()
  if (turns === undefined) return loop
  const inFlight = new Set<Promise<void>>()
  let turn = Promise.resolve(true)
  let over = false

  async function nextTurn(before: readonly Promise<void>[]): Promise<boolean> {
    await Promise.allSettled(before)
    if (loop.stopped() || turns === undefined) return false
    return loop.atRest === undefined ? turns.next() : loop.atRest(turns.next)
  }

  async function runInTurn(index: number, dueMs: number): Promise<void> {
    if (!(await turn)) over = true
    if (over || loop.stopped()) return
    await loop.run(index, dueMs)
  }

  return {
    ...loop,
    stopped: () => over || loop.stopped(),
    run: async (index, dueMs) => {
      if (index % turns.runs === 0) turn = nextTurn([...inFlight])
      // One that is let go, and has not begun, is in flight for the turn after it.
      const run = runInTurn(index, dueMs)
      inFlight.add(run)
      try {
        await run
      } finally {
        inFlight.delete(run)
      }
    },
  }
}
