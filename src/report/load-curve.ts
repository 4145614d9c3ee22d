import { describeConditions } from '../domain/conditions.ts'
import { formatBytes, formatCount, formatMs, plural } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { TimeSeries } from '../domain/time-series.ts'
import { sparkline } from './sparkline.ts'

/** One thing over the time of a load. */
export interface CurveRow {
  label: string
  /** A block for each second, or for as many neighbours as there is room for. */
  curve: string
  /** Its extent, in words. */
  words: string
}

/** A load, and what came of it second by second. */
export interface LoadCurve {
  /** The load in a few words. */
  load: string
  rows: CurveRow[]
}

/**
 * How the load of `record` went; absent under a load of a number of runs at a time.
 *
 * @param most blocks in a row at most
 */
export function loadCurveOf({ series, plan }: ExecutionRecord, most: number): LoadCurve | undefined {
  if (series === undefined || series.started.length === 0) return undefined
  const rows = columns.flatMap(({ label, read, describe }) => {
    const values = read(series)
    const known = values.filter((value) => value !== null)
    const told = known.length === 0 ? undefined : describe(known)
    return told === undefined ? [] : [{ label, curve: sparkline(values, most), words: told }]
  })
  return { load: describeConditions(plan), rows }
}

interface Column {
  label: string
  read: (series: TimeSeries) => readonly (number | null)[]
  /** Absent where there is nothing to tell. */
  describe: (known: readonly number[]) => string | undefined
}

const columns: Column[] = [
  {
    label: 'started/s',
    read: ({ started }) => started,
    describe: (known) => `most ${formatCount(highest(known))}, ${formatCount(sumOf(known))} in all`,
  },
  { label: 'in flight', read: ({ inFlight }) => inFlight, describe: (known) => `most ${formatCount(highest(known))}` },
  { label: 'p50', read: ({ p50Ms }) => p50Ms, describe: (known) => extent(known, formatMs) },
  { label: 'p95', read: ({ p95Ms }) => p95Ms, describe: (known) => extent(known, formatMs) },
  { label: 'not ok', read: ({ failed }) => failed, describe: (known) => counted(known, 'run') },
  { label: 'dropped', read: ({ dropped }) => dropped, describe: (known) => counted(known, 'start') },
  {
    label: 'tokens/s',
    read: ({ outputTokens }) => outputTokens,
    describe: (known) => `most ${formatCount(highest(known))} of output`,
  },
  { label: 'memory', read: ({ rssBytes }) => rssBytes, describe: (known) => extent(known, formatBytes) },
]

function counted(known: readonly number[], noun: string): string | undefined {
  const sum = sumOf(known)
  return sum === 0 ? undefined : plural(sum, noun)
}

function extent(known: readonly number[], format: (value: number) => string): string {
  const [low, high] = [format(Math.min(...known)), format(highest(known))]
  return low === high ? low : `${low} to ${high}`
}

function sumOf(known: readonly number[]): number {
  return known.reduce((total, value) => total + value, 0)
}

function highest(known: readonly number[]): number {
  return Math.max(...known)
}
