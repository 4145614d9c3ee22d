import { parentPort, workerData } from 'node:worker_threads'
import type { PacingData } from './precise-pace.ts'

// Its event loop never turns: nothing comes between an instant that is due and who waits for it.

const { dueAtMs, written, due, bell } = workerData as PacingData
const placeMask = dueAtMs.length - 1
const dueMsOf = (position: number) => Number(dueAtMs[position & placeMask])

// Telling wakes two threads, which is most of what pacing costs: above 3,000 starts a second some are told together.
const shortestSilenceMs = 0.3
// Whoever waits for an arrival has to see in time that it will not be started any more.
const longestSilenceMs = 50

let counted = 0
let toldMs = 0

/** Tells what is due, or waits for it. */
function turn(): void {
  const rings = Atomics.load(bell, 0)
  const known = Atomics.load(written, 0)
  const nowMs = Number(process.hrtime.bigint()) / 1e6
  const waitMs = nextMs(known) - nowMs
  if (waitMs > 0) {
    Atomics.wait(bell, 0, rings, waitMs)
    return
  }
  while (counted !== known && dueMsOf(counted) <= nowMs) counted = (counted + 1) | 0
  toldMs = nowMs
  Atomics.store(due, 0, counted)
  Atomics.notify(due, 0)
}

/** When there is something to tell again. */
function nextMs(known: number): number {
  const lastMs = toldMs + longestSilenceMs
  return counted === known ? lastMs : Math.min(Math.max(dueMsOf(counted), toldMs + shortestSilenceMs), lastMs)
}

parentPort?.postMessage('ready')
for (;;) turn()
