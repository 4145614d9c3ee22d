import { parentPort, workerData } from 'node:worker_threads'
import type { PacingData } from './precise-pace.ts'

// Its event loop never turns: nothing comes between an instant that is due and who waits for it.

const { dueAtMs, written, due, bell } = workerData as PacingData
const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const dueMsOf = (position: number) => dueAtMs[position & (dueAtMs.length - 1)] ?? 0

// Whoever waits for an arrival has to see in time that it will not be started any more.
const longestSilenceMs = 50

let counted = 0
let heardMs = nowMs()

parentPort?.postMessage('ready')
for (;;) {
  const rings = Atomics.load(bell, 0)
  const known = Atomics.load(written, 0)
  const before = counted
  while (counted !== known && dueMsOf(counted) <= nowMs()) counted = (counted + 1) | 0
  const silentUntilMs = heardMs + longestSilenceMs
  const nextMs = counted === known ? silentUntilMs : Math.min(dueMsOf(counted), silentUntilMs)
  if (counted !== before || silentUntilMs <= nowMs()) {
    Atomics.store(due, 0, counted)
    Atomics.notify(due, 0)
    heardMs = nowMs()
  } else {
    Atomics.wait(bell, 0, rings, Math.max(0, nextMs - nowMs()))
  }
}
