import { parentPort } from 'node:worker_threads'
import { Bench } from 'tinybench'
import type { Calibration } from '../domain/calibration.ts'
import { calibrationWork, workload } from './calibration-work.ts'

// Runs in a thread of its own: the heap that an agent leaves behind, coverage and breakpoints are not the machine's.

// Fixed work, not fixed time, of which one pause would be a good part: 45 ms on a machine of 2024 with nothing else to do.
const iterations = 400
// Until the code is compiled.
const warmupIterations = 80
// On a machine that is slow or busy it ends sooner, with what it has.
const fewestIterations = 50
const longestMs = 100

const stop = new AbortController()
let startedMs = 0
let done = 0
const bench = new Bench({ time: 0, iterations, warmupTime: 0, warmupIterations, throws: true, signal: stop.signal })
bench.add('calibration', calibrationWork, {
  async: false,
  beforeAll: () => {
    startedMs = performance.now()
    done = 0
  },
  beforeEach: (mode) => {
    if (mode === 'run' && done >= fewestIterations && performance.now() - startedMs > longestMs) stop.abort()
    done += 1
  },
})
const result = bench.runSync()[0]?.result
if (result?.state === 'completed' || result?.state === 'aborted-with-statistics') {
  const { p50, mean, sd, samplesCount } = result.latency
  parentPort?.postMessage({
    workload,
    iterations: samplesCount,
    medianUs: p50 * 1000,
    meanUs: mean * 1000,
    spreadRatio: sd / mean,
  } satisfies Calibration)
}
