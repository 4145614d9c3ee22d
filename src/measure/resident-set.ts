import type { Clock } from '../domain/clock.ts'

// A tenth of a second, for a process that grows fast.
const everyMs = 100

/** Samples the process's resident set until the returned function is called; it tells the highest one, in bytes. */
export function watchResidentSet(clock: Clock, onRead?: (bytes: number) => void): () => number {
  let peakBytes = process.memoryUsage.rss()
  const sample = () => {
    const bytes = process.memoryUsage.rss()
    peakBytes = Math.max(peakBytes, bytes)
    onRead?.(bytes)
  }
  const stop = clock.every(everyMs, sample)
  return () => {
    stop()
    sample()
    return peakBytes
  }
}
