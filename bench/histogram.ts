import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { quantile } from '../src/stats/quantile.ts'
import { type Sorted, sorted } from '../src/stats/sorted.ts'
import { type Figure, median } from './figure.ts'
import type { RecorderAnswer, RecorderRequest } from './histogram-process.ts'
import { type RecorderName, recorderNames, recorderOf } from './histogram-recorders.ts'
import { latencies } from './latencies.ts'

const values = 1_000_000
const quantiles = [0.5, 0.9, 0.95, 0.99, 0.999]
const warmupRounds = 3
const rounds = 8
// V8 does not optimize the same code alike in every process, and the median over rounds of one process would hide it.
const generations = 3

const unmeasured: Readonly<Record<RecorderName, number>> = {
  'bench-agent': Number.NaN,
  'hdr-histogram-js': Number.NaN,
  'hdr-histogram-js wasm': Number.NaN,
  'node createHistogram': Number.NaN,
  'raw values sorted': Number.NaN,
}

/**
 * What it costs to count a latency in our histogram, and how far its quantiles are from those of the latencies themselves. The
 * recorders take turns in short rounds, for machines are shared and noisy.
 */
export async function histogramFigures(): Promise<Figure[]> {
  return [await speedRatio(), await errorRatio()]
}

async function speedRatio(): Promise<Figure> {
  const answers: Record<RecorderName, number>[] = []
  for (let generation = 0; generation < generations; generation++) {
    const children = recorderNames.map((name) => ({ name, child: start(name) }))
    for (let round = -warmupRounds; round < rounds; round++) {
      const answer = { ...unmeasured }
      for (const { name, child } of round % 2 === 0 ? children : children.toReversed()) answer[name] = await ask(child)
      if (round >= 0) answers.push(answer)
    }
    for (const { child } of children) child.disconnect()
  }
  return {
    name: 'histogram.speed_ratio_hdr',
    value: median(answers.map((answer) => answer['hdr-histogram-js'] / answer['bench-agent'])),
    unit: 'ratio',
    bound: 4,
    better: 'higher',
    peers: Object.fromEntries(recorderNames.map((name) => [`${name} ns`, median(answers.map((one) => one[name]))])),
    meaning: 'CPU time of hdr-histogram-js (JavaScript, 3 digits) to record a latency / of our histogram.',
  }
}

async function errorRatio(): Promise<Figure> {
  const all = latencies(values, 1)
  const ordered = sorted(all.ms)
  const errors = { ...unmeasured }
  for (const name of recorderNames) {
    const { record, definition } = await recorderOf(name)
    const told = record(all)
    const exact = definition === 'nearest rank' ? nearestRank : quantile
    errors[name] = Math.max(...quantiles.map((q) => Math.abs(told(q) / exact(ordered, q) - 1)))
  }
  return {
    name: 'histogram.error_ratio',
    value: errors['bench-agent'],
    unit: 'ratio',
    bound: 0.0005,
    peers: Object.fromEntries(recorderNames.map((name) => [`${name} ratio`, errors[name]])),
    meaning: `Largest relative error of p50, p90, p95, p99 and p99.9 of ${values} latencies, each by its own definition.`,
  }
}

function nearestRank(ordered: Sorted, q: number): number {
  return Number(ordered[Math.ceil(q * ordered.length) - 1])
}

function start(name: RecorderName): ChildProcess {
  return fork(join(import.meta.dirname, 'histogram-process.ts'), [name], { stdio: 'inherit' })
}

async function ask(child: ChildProcess): Promise<number> {
  const ended = new AbortController()
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`Expected a recorder to answer, but its process ended with code ${code}`)
  })
  try {
    child.send({ values } satisfies RecorderRequest)
    const [answer]: RecorderAnswer[] = await Promise.race([once(child, 'message', { signal: ended.signal }), died])
    if (answer === undefined) throw new Error('Expected a recorder to answer, got an empty message')
    return answer.cpuNs
  } finally {
    ended.abort()
    died.catch(() => undefined)
  }
}
