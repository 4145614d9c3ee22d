import type { Clock } from '../domain/clock.ts'

/** Samples the process's resident set until the returned function is called; it tells the highest one, in bytes. */
export function watchResidentSet(clock: Clock, everyMs = 100): () => number {
  let peakBytes = process.memoryUsage.rss()
  const sample = () => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }
  const stop = clock.every(everyMs, sample)
  return () => {
    stop()
    sample()
    return peakBytes
  }
}
