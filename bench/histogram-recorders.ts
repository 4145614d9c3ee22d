import { createHistogram } from 'node:perf_hooks'
import { build, type Histogram, initWebAssembly } from 'hdr-histogram-js'
import { logHistogram, quantileOf, record } from '../src/stats/log-histogram.ts'
import type { Latencies } from './latencies.ts'

/** A way to hold latencies and to tell their quantiles. */
export interface Recorder {
  /** Records `latencies`, one by one, and returns what tells their quantiles in ms. */
  record: (latencies: Latencies) => (q: number) => number
  /** Which of the values it means by a quantile: one of them, the nearest rank, or a place between two. */
  definition: 'nearest rank' | 'interpolated'
}

export const recorderNames = [
  'bench-agent',
  'hdr-histogram-js',
  'hdr-histogram-js wasm',
  'node createHistogram',
  'raw values sorted',
] as const
export type RecorderName = (typeof recorderNames)[number]

// What counts whole numbers counts microseconds, to an hour, and finds them ready.
const range = { highest: 3_600_000_000, digits: 3 } as const

const recorders: Record<RecorderName, () => Promise<Recorder>> = {
  'bench-agent': async () => ({ definition: 'interpolated', record: recordOurs }),
  'hdr-histogram-js': async () => ({ definition: 'nearest rank', record: (all) => recordHdr(all, false) }),
  'hdr-histogram-js wasm': async () => {
    await initWebAssembly()
    return { definition: 'nearest rank', record: (all) => recordHdr(all, true) }
  },
  'node createHistogram': async () => ({ definition: 'nearest rank', record: recordNode }),
  'raw values sorted': async () => ({ definition: 'nearest rank', record: recordRaw }),
}

/** The recorder of that name, ready to record. */
export function recorderOf(name: RecorderName): Promise<Recorder> {
  return recorders[name]()
}

function recordOurs({ ms }: Latencies): (q: number) => number {
  const histogram = logHistogram()
  for (let index = 0; index < ms.length; index++) record(histogram, Number(ms[index]))
  return (q) => quantileOf(histogram, q)
}

let previous: Histogram | undefined

function recordHdr({ us }: Latencies, useWebAssembly: boolean): (q: number) => number {
  // Memory of WebAssembly is never collected.
  previous?.destroy()
  const histogram = build({
    highestTrackableValue: range.highest,
    numberOfSignificantValueDigits: range.digits,
    useWebAssembly,
  })
  previous = histogram
  for (let index = 0; index < us.length; index++) histogram.recordValue(Number(us[index]))
  return (q) => histogram.getValueAtPercentile(q * 100) / 1000
}

function recordNode({ us }: Latencies): (q: number) => number {
  const histogram = createHistogram({ lowest: 1, highest: range.highest, figures: range.digits })
  for (let index = 0; index < us.length; index++) histogram.record(Number(us[index]))
  return (q) => histogram.percentile(q * 100) / 1000
}

// What is not sorted tells no quantile, so that it is part of recording.
function recordRaw({ ms }: Latencies): (q: number) => number {
  const kept = new Float64Array(ms.length)
  for (let index = 0; index < ms.length; index++) kept[index] = Number(ms[index])
  kept.sort()
  return (q) => Number(kept[Math.ceil(q * kept.length) - 1])
}
