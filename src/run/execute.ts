import { type Clock, sleep } from '../domain/clock.ts'
import { type Load, nextStartMs } from '../domain/load.ts'
import { takingTurns } from './turn.ts'

/** What {@link execute} asks and tells while it goes. */
export interface RunLoop {
  /** Makes run `index`, which was due at `dueMs` on the clock. Rejects only when no further run can be made. */
  run: (index: number, dueMs: number) => Promise<void>
  /** True when no further run should start. */
  stopped: () => boolean
  /** Called between runs, every few milliseconds; the lane that calls it waits for it. */
  pause?: (() => Promise<void> | undefined) | undefined
}

// Agents that never wait run in microtasks only; without a breath, timers and the runner's own messages would starve.
const breathEveryMs = 8

/** Makes runs 0 to `total` − 1 under a closed load: a run starts when an earlier one has ended. */
export async function execute(load: Load, total: number, given: RunLoop, clock: Clock): Promise<void> {
  const loop = takingTurns(given)
  let next = 0
  let lastStartMs: number | undefined
  let breathedMs = clock.nowMs()
  let failure: { error: unknown } | undefined
  let turn: Promise<unknown> = Promise.resolve()

  /** When the next run is due; resolves when it is. Lanes wait one after the other, so that a late timer frees only one. */
  async function turnToStart(): Promise<number> {
    const before = turn
    const { promise, resolve } = Promise.withResolvers<void>()
    turn = promise
    await before
    const dueMs = nextStartMs(load, clock.nowMs(), lastStartMs)
    if (dueMs > clock.nowMs() && !isOver()) await sleep(clock, dueMs - clock.nowMs())
    lastStartMs = Math.max(dueMs, clock.nowMs())
    resolve()
    return dueMs
  }

  function isOver(): boolean {
    return failure !== undefined || loop.stopped()
  }

  async function lane(): Promise<void> {
    while (next < total && !isOver()) {
      const index = next
      next += 1
      const dueMs = load.runsPerSecond === undefined ? clock.nowMs() : await turnToStart()
      if (isOver()) return
      await loop.run(index, dueMs)
      if (clock.nowMs() - breathedMs < breathEveryMs) continue
      await clock.breathe()
      await loop.pause?.()
      breathedMs = clock.nowMs()
    }
  }

  const lanes = Array.from({ length: Math.min(load.concurrency, total) }, () =>
    lane().catch((error: unknown) => {
      failure ??= { error }
    }),
  )
  // All of them, for whoever is told that it is over must not have runs going on behind it.
  await Promise.all(lanes)
  if (failure !== undefined) throw failure.error
}
