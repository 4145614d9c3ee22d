import Bottleneck from 'bottleneck'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import { Bench } from 'tinybench'
import { concurrency, noOp } from './driver-agent.ts'

/** The least that measures at all: start, duration and outcome of each call in typed arrays. */
export async function handPool(calls: number): Promise<unknown> {
  const startedAtMs = new Float64Array(calls)
  const durationMs = new Float64Array(calls)
  const ok = new Uint8Array(calls)
  await lanes(calls, async (index) => {
    const startMs = performance.now()
    startedAtMs[index] = startMs
    try {
      await noOp()
      ok[index] = 1
    } finally {
      durationMs[index] = performance.now() - startMs
    }
  })
  return { startedAtMs, durationMs, ok }
}

/** Schedules the calls and measures nothing; what waits is bounded, as in our driver. */
export async function pLimitWindowed(calls: number): Promise<void> {
  const limit = pLimit(concurrency)
  await lanes(calls, () => limit(noOp))
}

/** Schedules the calls and measures nothing; what waits is bounded, as in our driver. */
export async function pQueueWindowed(calls: number): Promise<void> {
  const queue = new PQueue({ concurrency })
  await lanes(calls, () => queue.add(noOp))
}

/** Schedules the calls and measures nothing; what waits is bounded, as in our driver. */
export async function bottleneckWindowed(calls: number): Promise<void> {
  const limiter = new Bottleneck({ maxConcurrent: concurrency })
  await lanes(calls, () => limiter.schedule(noOp))
}

/** Measures the calls, statistics included, which it computes whether asked or not. */
export async function tinybench(calls: number, retainSamples = false): Promise<Bench> {
  const bench = new Bench({
    time: 0,
    iterations: calls,
    warmup: false,
    concurrency: 'task',
    threshold: concurrency,
    retainSamples,
  })
  bench.add('no-op', noOp)
  await bench.run()
  return bench
}

async function lanes(calls: number, call: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < calls) {
      const index = next
      next += 1
      await call(index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
}
