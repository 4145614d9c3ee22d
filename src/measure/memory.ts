import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/**
 * Bytes of heap and external memory that are still in use after a full garbage collection. Takes 10 to 60 ms.
 *
 * The collector is reached without a start flag, so that agents are measured in the process that the user's runner starts.
 */
export function heapAfterCollection(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Heap and external memory before and after a full garbage collection, and the resident set, in bytes. */
export function readHeap(): { heldBytes: number; usedBytes: number; rssBytes: number } {
  const { heapUsed, external } = process.memoryUsage()
  const usedBytes = heapAfterCollection()
  return { heldBytes: heapUsed + external, usedBytes, rssBytes: process.memoryUsage.rss() }
}

function collectGarbage(): void {
  collect ??= exposeCollector()
  // The first pass runs finalizers and clears weak references, whose memory only the second one frees.
  collect()
  collect()
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collector: unknown = runInNewContext('gc')
  if (typeof collector !== 'function') throw new Error('V8 did not expose its garbage collector')
  return () => collector()
}

/** The heap after collection, once `runs` measured runs were over. */
export interface HeapReading {
  runs: number
  bytes: number
}
