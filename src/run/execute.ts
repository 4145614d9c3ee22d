import { type Clock, sleep } from '../domain/clock.ts'
import { type Load, nextStartMs } from '../domain/load.ts'

/** What {@link execute} asks and tells while it goes. */
export interface Course {
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
export async function execute(load: Load, total: number, course: Course, clock: Clock): Promise<void> {
  let next = 0
  let lastStartMs: number | undefined
  let breathedMs = clock.nowMs()

  async function lane(): Promise<void> {
    while (next < total && !course.stopped()) {
      const index = next
      next += 1
      const nowMs = clock.nowMs()
      const dueMs = nextStartMs(load, nowMs, lastStartMs)
      lastStartMs = dueMs
      if (dueMs > nowMs) {
        await sleep(clock, dueMs - nowMs)
        if (course.stopped()) return
      }
      await course.run(index, dueMs)
      if (clock.nowMs() - breathedMs < breathEveryMs) continue
      await clock.breathe()
      await course.pause?.()
      breathedMs = clock.nowMs()
    }
  }

  await Promise.all(Array.from({ length: Math.min(load.concurrency, total) }, lane))
}
