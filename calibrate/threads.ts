import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Chunk } from './chunk.ts'
import type { Tally } from './tally.ts'

/** Threads that make trials. */
export interface Threads {
  /** What comes of `chunk`; chunks are taken in the order in which they are given. */
  make: (chunk: Chunk) => Promise<Tally>
  end: () => Promise<void>
}

interface Job {
  chunk: Chunk
  resolve: (tally: Tally) => void
  reject: (error: unknown) => void
}

/** Starts `count` threads. @throws {RangeError} when that is none */
export function startThreads(count: number): Threads {
  if (!(count >= 1)) throw new RangeError(`expected a number of threads from 1, got ${count}`)
  const waiting: Job[] = []
  const idle: Worker[] = []
  const workers = Array.from({ length: count }, () => new Worker(new URL('./worker.ts', import.meta.url)))
  const next = (worker: Worker) => {
    const job = waiting.shift()
    if (job === undefined) idle.push(worker)
    else
      answer(worker, job.chunk)
        .then(job.resolve, job.reject)
        .finally(() => next(worker))
  }
  for (const worker of workers) next(worker)
  return {
    make: (chunk) =>
      new Promise((resolve, reject) => {
        waiting.push({ chunk, resolve, reject })
        const worker = idle.pop()
        if (worker !== undefined) next(worker)
      }),
    end: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

async function answer(worker: Worker, chunk: Chunk): Promise<Tally> {
  worker.postMessage(chunk)
  const [tally] = (await once(worker, 'message')) as [Tally]
  return tally
}
