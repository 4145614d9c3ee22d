import { type LogHistogram, logHistogram, quantileOf, record } from '../stats/log-histogram.ts'
import { quantiles } from './distribution.ts'

/** How late something was, time and again, in memory that does not grow with that. */
export interface Delays {
  add: (ms: number) => void
  /** 99th percentile in milliseconds; absent when there was none. */
  p99Ms: () => number | undefined
}

/** No delays yet. */
export function delays(): Delays {
  const all: LogHistogram = logHistogram()
  return {
    add: (ms) => record(all, Math.max(0, ms)),
    p99Ms: () => (all.count === 0 ? undefined : quantileOf(all, quantiles.p99)),
  }
}
