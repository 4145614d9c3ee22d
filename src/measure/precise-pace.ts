import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Clock, nowOfThreadsMs, sleep } from '../domain/clock.ts'
import { BenchAgentError } from '../domain/errors.ts'
import type { Arrival } from '../domain/load/arrival.ts'
import type { Pace, Pacer } from '../domain/load/pace.ts'

/** What the pacing thread is started with: memory that both threads share. Counts go on from 2³¹ − 1 to −2³¹. */
export interface PacingData {
  /** Instants of the arrivals that follow, on the clock of all threads; a ring, whose length is a power of 2. */
  dueAtMs: Float64Array
  /** How many instants the main thread has written. */
  written: Int32Array
  /** How many of them the pacing thread has seen to be due. */
  due: Int32Array
  /** Counts up when the main thread wakes the pacing thread. */
  bell: Int32Array
}

interface PacingThread extends PacingData {
  thread: Worker
  /** Whether it has ended unasked. */
  isGone: () => boolean
}

// Far more than come due while a thread is off the processor, little enough to be drawn at once.
const ringLength = 1_024
// Drawn together, so that a load which is behind does not wake the thread for each of them.
const blockLength = 64
const longestWaitMs = 100

/**
 * Waits for the arrivals of one load by a thread of its own, which no timer of the event loop delays: a start is late by about
 * a tenth of a millisecond, by a fifth above 3,000 a second. What is late is caught up with at once.
 *
 * @throws {BenchAgentError} when no thread can be started
 */
export async function precisePace(clock: Clock): Promise<Pace> {
  const pacing = await startThread()
  return (arrivals, originMs, isOver) => {
    pacing.thread.ref()
    return pacerOf(pacing, clock, arrivals, originMs, isOver)
  }
}

function pacerOf(
  pacing: PacingThread,
  clock: Clock,
  arrivals: Iterator<Arrival>,
  originMs: number,
  isOver: () => boolean,
): Pacer {
  const { thread, dueAtMs, written, due, bell, isGone } = pacing
  const ring = new Array<Arrival | undefined>(ringLength).fill(undefined)
  const offsetMs = originMs + offsetOf(clock)
  let drawn = 0
  let taken = 0
  let hasMore = true

  const draw = () => {
    const from = drawn
    for (let count = 0; hasMore && count < blockLength; count++) {
      const { value, done } = arrivals.next()
      if (done === true) {
        hasMore = false
        break
      }
      const place = drawn & (ringLength - 1)
      ring[place] = value
      dueAtMs[place] = offsetMs + value.dueMs
      drawn = (drawn + 1) | 0
    }
    Atomics.store(written, 0, drawn)
    // Whoever has counted all of them waits for more.
    if (Atomics.load(due, 0) === from) wake()
  }
  const wake = () => {
    Atomics.add(bell, 0, 1)
    Atomics.notify(bell, 0)
  }
  const take = () => {
    const arrival = ring[taken & (ringLength - 1)]
    taken = (taken + 1) | 0
    if (hasMore && ((drawn - taken) | 0) <= ringLength - blockLength) draw()
    return arrival
  }
  const dueMsOf = (position: number) => originMs + (ring[position & (ringLength - 1)]?.dueMs ?? 0)
  const isDue = (counted: number) => ((counted - taken) | 0) > 0 || (isGone() && dueMsOf(taken) <= clock.nowMs())
  const waited = async () => {
    for (;;) {
      const counted = Atomics.load(due, 0)
      if (isDue(counted)) return take()
      if (isOver()) return undefined
      if (isGone()) await sleep(clock, Math.min(Math.max(0, dueMsOf(taken) - clock.nowMs()), longestWaitMs))
      else await Atomics.waitAsync(due, 0, counted).value
    }
  }

  for (let ahead = 0; hasMore && ahead < ringLength; ahead += blockLength) draw()
  return {
    next: () => {
      if (taken === drawn) return undefined
      return isDue(Atomics.load(due, 0)) ? take() : waited()
    },
    close: () => {
      thread.terminate()
    },
  }
}

/** Milliseconds from the time of `clock` to that of all threads; a little too many, for no arrival may start before it is due. */
function offsetOf(clock: Clock): number {
  const offsetsMs = Array.from({ length: 5 }, () => {
    const beforeMs = clock.nowMs()
    return nowOfThreadsMs() - beforeMs
  })
  return Math.min(...offsetsMs)
}

function startThread(): Promise<PacingThread> {
  const data: PacingData = {
    dueAtMs: new Float64Array(new SharedArrayBuffer(ringLength * Float64Array.BYTES_PER_ELEMENT)),
    written: sharedCount(),
    due: sharedCount(),
    bell: sharedCount(),
  }
  return new Promise<PacingThread>((resolve, reject) => {
    let hasEnded = false
    const thread = new Worker(new URL(`./pacing-thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: data,
      execArgv: [],
    })
    thread.once('message', () => {
      thread.unref()
      resolve({ ...data, thread, isGone: () => hasEnded })
    })
    thread.on('error', reject)
    thread.once('exit', () => {
      hasEnded = true
      // Who waits for it would wait forever.
      Atomics.notify(data.due, 0)
      reject(new Error('it ended at once'))
    })
  }).catch((cause: unknown) => {
    throw new BenchAgentError(
      'BENCH_AGENT_OPTIONS',
      `Expected a thread to wait for the starts of a load with pacing 'precise', got: ${String(cause)}. Let Node start worker threads, or leave \`pacing\` at 'timer'.`,
      { cause },
    )
  })
}

function sharedCount(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}
