import type { RunTrace } from '../domain/trace.ts'
import type { RunMeasurement } from '../measure/measurement.ts'

/** Traces of the first runs, as many as there is room for. */
export interface Traces {
  kept: RunTrace[]
  /** Model calls and spans in them. */
  entries: number
  /** Whether a run was left out, so that none after it is kept. */
  full: boolean
}

// About a megabyte of JSON: more than anybody reads, and little enough to be written with every record.
const mostEntries = 3_000

/** No traces yet. */
export function emptyTraces(): Traces {
  return { kept: [], entries: 0, full: false }
}

/**
 * Adds what happened in `run` while there is room.
 *
 * @param index of the run in its samples
 * @param originMs when the load started, on the clock
 */
export function keepTrace(
  traces: Traces,
  { calls, spans, startedMs, endedMs }: RunMeasurement,
  index: number,
  originMs: number,
): void {
  const entries = calls.length + spans.length
  if (entries === 0 || traces.full) return
  traces.full = traces.entries + entries > mostEntries
  if (traces.full) return
  traces.entries += entries
  traces.kept.push({ index, startedAtMs: startedMs - originMs, endedAtMs: endedMs - originMs, calls, spans })
}
