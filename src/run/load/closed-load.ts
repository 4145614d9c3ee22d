import { type Clock, sleep } from '../../domain/clock.ts'
import { durationOf, levelAt, nextStepMs } from '../../domain/load/level.ts'
import { type ClosedLoad, levelsOf, nextStartMs } from '../../domain/load/load.ts'
import { breathEveryMs, type Starting } from './run-loop.ts'

// Whoever waits for a level to change has to see in time that nothing will come any more.
const longestWaitMs = 100

/**
 * Keeps as many lanes at work as `load` says; a lane starts a run when its last one has ended.
 *
 * @param total how many runs to make; absent when time ends the load
 */
export async function executeClosed(
  load: ClosedLoad,
  total: number | undefined,
  course: Starting,
  clock: Clock,
): Promise<void> {
  const originMs = clock.nowMs()
  const wanted = lanesOf(load, total !== undefined, () => clock.nowMs() - originMs)
  const timed = total === undefined && load.durationMs !== undefined
  const endMs = timed ? originMs + (load.durationMs ?? 0) : Number.POSITIVE_INFINITY
  const most = total ?? Number.POSITIVE_INFINITY
  const lanes = new Set<Promise<void>>()
  let next = 0
  let lastStartMs: number | undefined
  let breathedMs = clock.nowMs()
  let turn: Promise<unknown> = Promise.resolve()
  const isEnded = () => course.isOver() || (timed && clock.nowMs() >= endMs)
  const isOver = () => next >= most || isEnded()

  /** When the next run is due; resolves when it is. Lanes wait one after the other, so that a late timer frees only one. */
  async function turnToStart(): Promise<number> {
    const before = turn
    const { promise, resolve } = Promise.withResolvers<void>()
    turn = promise
    await before
    const dueMs = nextStartMs(load, clock.nowMs(), lastStartMs)
    while (dueMs > clock.nowMs() && !isEnded()) await sleep(clock, Math.min(dueMs - clock.nowMs(), longestWaitMs))
    lastStartMs = Math.max(dueMs, clock.nowMs())
    resolve()
    return dueMs
  }

  async function lane(): Promise<void> {
    while (!isOver() && lanes.size <= wanted.now()) {
      const index = next
      next += 1
      const dueMs = load.runsPerSecond === undefined ? clock.nowMs() : await turnToStart()
      if (isEnded()) return
      await course.run(index, dueMs)
      if (clock.nowMs() - breathedMs < breathEveryMs) continue
      await clock.breathe()
      await course.pause?.()
      breathedMs = clock.nowMs()
    }
    if (isOver()) course.allStarted()
  }

  function open(): void {
    const one: Promise<void> = lane()
      .catch(course.fail)
      .finally(() => lanes.delete(one))
    lanes.add(one)
  }

  while (!isOver()) {
    while (!isOver() && lanes.size < Math.min(wanted.now(), most)) open()
    const changesMs = Math.min(wanted.nextMs(), endMs - clock.nowMs())
    if (changesMs === Number.POSITIVE_INFINITY) break
    await sleep(clock, Math.min(Math.max(0, changesMs), longestWaitMs))
  }
  if (timed) course.allStarted()
  while (lanes.size > 0) await Promise.all(lanes)
}

interface Lanes {
  /** How many lanes there should be. */
  now: () => number
  /** Milliseconds until that changes. */
  nextMs: () => number
}

/** @param repeats whether the levels start over when they are through */
function lanesOf(load: ClosedLoad, repeats: boolean, elapsedMs: () => number): Lanes {
  const levels = levelsOf(load)
  if (levels === undefined) return { now: () => load.concurrency, nextMs: () => Number.POSITIVE_INFINITY }
  const roundMs = durationOf(levels)
  const atMs = () => (repeats ? elapsedMs() % roundMs : elapsedMs())
  return {
    now: () => Math.round(levelAt(levels, atMs())),
    nextMs: () => (nextStepMs(levels, atMs()) ?? (repeats ? roundMs : Number.POSITIVE_INFINITY)) - atMs(),
  }
}
