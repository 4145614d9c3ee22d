import { quantiles } from './distribution.ts'

/** How late something was, time and again, in memory that never grows: it must not look like a leak of what is watched. */
export interface Delays {
  add: (ms: number) => void
  /** 99th percentile in milliseconds, to 0.05 ms below 100 ms and to 0.5 ms above; absent when there was none. */
  p99Ms: () => number | undefined
}

// Bins of 0.1 ms up to 100 ms, then of 1 ms up to a minute; the last one holds all that was later.
const fine = { widthMs: 0.1, bins: 1_000 }
const coarse = { widthMs: 1, bins: 60_000 }
const fineMs = fine.widthMs * fine.bins

/** No delays yet. */
export function delays(): Delays {
  const counts = new Uint32Array(fine.bins + coarse.bins)
  let count = 0
  return {
    add: (ms) => {
      counts[binOf(Math.max(0, ms))] = (counts[binOf(Math.max(0, ms))] ?? 0) + 1
      count += 1
    },
    p99Ms: () => {
      if (count === 0) return undefined
      let left = Math.ceil(quantiles.p99 * count)
      const bin = counts.findIndex((held) => {
        left -= held
        return left <= 0
      })
      return middleOf(bin)
    },
  }
}

function binOf(ms: number): number {
  if (ms < fineMs) return Math.floor(ms / fine.widthMs)
  return Math.min(fine.bins + Math.floor((ms - fineMs) / coarse.widthMs), fine.bins + coarse.bins - 1)
}

// Of what was hardly late, that it was not.
function middleOf(bin: number): number {
  if (bin === 0) return 0
  return bin < fine.bins ? (bin + 0.5) * fine.widthMs : fineMs + (bin - fine.bins + 0.5) * coarse.widthMs
}
