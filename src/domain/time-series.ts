import { quantile } from '../stats/quantile.ts'
import { sorted } from '../stats/sorted.ts'
import { isTimed, outcomeAt, type Samples, valueAt } from './sample.ts'

/** An execution second by second, as columns; a row for each second from the start of the load. */
export interface TimeSeries {
  /** Runs that started in the second. */
  started: number[]
  /** Runs that ended in it. */
  ended: number[]
  /** Of those, the ones that were not ok. */
  failed: number[]
  /** Starts that a load dropped, for too many runs were in flight. */
  dropped: number[]
  /** Most runs that were in flight at once. */
  inFlight: number[]
  /** Of the latency of the timed runs that ended in it; null when none did. */
  p50Ms: (number | null)[]
  p95Ms: (number | null)[]
  /** Output tokens of the runs that ended in it; null when none told any. */
  outputTokens: (number | null)[]
  /** Highest resident set of the process in it, in bytes; null when it was not read. */
  rssBytes: (number | null)[]
}

/** A run as a {@link SeriesTaker} sees it. */
export interface SeriesRun {
  /** On the clock of the load. */
  startedAtMs: number
  endedAtMs: number
  isOk: boolean
  /** Whether its latency says something. */
  isTimed: boolean
  /** Absent when unknown. */
  outputTokens?: number | undefined
}

/** Takes an execution down second by second, in memory that grows with its seconds only. */
export interface SeriesTaker {
  /** Takes a run; runs come in the order of their ends. */
  addRun: (run: SeriesRun) => void
  /** Takes a start that was due at `atMs` and dropped. */
  addDrop: (atMs: number) => void
  addResidentSet: (atMs: number, bytes: number) => void
  /** Told how many runs are in flight, whenever that changes. */
  addInFlight: (atMs: number, count: number) => void
  /** The seconds so far. */
  finish: () => TimeSeries
}

/** Starts to take an execution down. */
export function takeSeries(): SeriesTaker {
  const counts: Record<'started' | 'ended' | 'failed' | 'dropped', number[]> = {
    started: [],
    ended: [],
    failed: [],
    dropped: [],
  }
  const p50Ms: number[] = []
  const p95Ms: number[] = []
  const outputTokens: number[] = []
  const rssBytes: number[] = []
  const inFlight: { most: number[]; last: number[] } = { most: [], last: [] }
  let latencies: number[] = []
  let second = 0

  const add = (column: number[], at: number, amount = 1) => {
    column[at] = (column[at] ?? 0) + amount
  }
  const close = () => {
    if (latencies.length === 0) return
    const ordered = sorted(latencies)
    p50Ms[second] = quantile(ordered, 0.5)
    p95Ms[second] = quantile(ordered, 0.95)
    latencies = []
  }

  return {
    addRun: ({ startedAtMs, endedAtMs, isOk, isTimed, outputTokens: tokens }) => {
      const endedIn = secondOf(endedAtMs)
      if (endedIn > second) {
        close()
        second = endedIn
      }
      add(counts.started, secondOf(startedAtMs))
      add(counts.ended, endedIn)
      if (!isOk) add(counts.failed, endedIn)
      if (isTimed) latencies.push(endedAtMs - startedAtMs)
      if (tokens !== undefined) add(outputTokens, endedIn, tokens)
    },
    addDrop: (atMs) => add(counts.dropped, secondOf(atMs)),
    addResidentSet: (atMs, bytes) => {
      if (atMs >= 0) rssBytes[secondOf(atMs)] = Math.max(rssBytes[secondOf(atMs)] ?? 0, bytes)
    },
    addInFlight: (atMs, count) => {
      if (atMs < 0) return
      const at = secondOf(atMs)
      inFlight.most[at] = Math.max(inFlight.most[at] ?? 0, count)
      inFlight.last[at] = count
    },
    finish: () => {
      close()
      const seconds = Math.max(0, ...Object.values(counts).map((column) => column.length))
      const counted = (column: readonly number[]) => Array.from({ length: seconds }, (_, at) => column[at] ?? 0)
      const known = (column: readonly number[]) => Array.from({ length: seconds }, (_, at) => column[at] ?? null)
      return {
        started: counted(counts.started),
        ended: counted(counts.ended),
        failed: counted(counts.failed),
        dropped: counted(counts.dropped),
        inFlight: inFlightOf(inFlight, seconds),
        p50Ms: known(p50Ms),
        p95Ms: known(p95Ms),
        outputTokens: known(outputTokens),
        rssBytes: known(rssBytes),
      }
    },
  }
}

function secondOf(atMs: number): number {
  return Math.max(0, Math.floor(atMs / 1000))
}

// What was in flight when a second began was so in it, too.
function inFlightOf({ most, last }: { most: readonly number[]; last: readonly number[] }, seconds: number): number[] {
  let before = 0
  return Array.from({ length: seconds }, (_, at) => {
    const highest = Math.max(before, most[at] ?? 0)
    before = last[at] ?? before
    return highest
  })
}

/** A series among those of several executions of one load. */
export interface SeriesPart {
  series: TimeSeries
  /** Its start on the clock of the whole, in milliseconds. */
  startsAtMs: number
}

/**
 * Several executions of one load as one, second by second; absent without any.
 *
 * Where not all runs are there as rows, runs are counted by the seconds of their own execution, and quantiles are those of the seconds
 * whose runs are all there. What is in flight is the sum of the most of each, memory the sum where all tell it.
 *
 * @param samples of all of them, on one clock
 */
export function mergeSeries(parts: readonly SeriesPart[], samples: Samples): TimeSeries | undefined {
  if (parts.length === 0) return undefined
  const moved = parts.map(({ series, startsAtMs }) => ({ series, by: Math.round(startsAtMs / 1000) }))
  const byRows = seriesOfRows(samples)
  const seconds = Math.max(byRows.started.length, ...moved.map(({ series, by }) => series.started.length + by))
  const each = <Value>(read: (second: number) => Value) => Array.from({ length: seconds }, (_, second) => read(second))
  const summed = (name: 'started' | 'ended' | 'failed' | 'dropped' | 'inFlight') =>
    each((second) => moved.reduce((sum, { series, by }) => sum + (series[name][second - by] ?? 0), 0))
  const toldIn = (name: 'outputTokens' | 'rssBytes', second: number) =>
    moved.map(({ series, by }) => series[name][second - by]).filter((value) => value !== undefined)
  // What one process does not tell is no zero of all of them.
  const rssBytes = each((second) => {
    const told = toldIn('rssBytes', second)
    return told.includes(null) ? null : sumOrNull(told)
  })
  const counts = { dropped: summed('dropped'), inFlight: summed('inFlight'), rssBytes }
  if (samples.all === undefined) {
    const padded = (name: 'started' | 'ended' | 'failed') => each((second) => byRows[name][second] ?? 0)
    const orNull = (name: 'p50Ms' | 'p95Ms' | 'outputTokens') => each((second) => byRows[name][second] ?? null)
    return {
      started: padded('started'),
      ended: padded('ended'),
      failed: padded('failed'),
      ...counts,
      p50Ms: orNull('p50Ms'),
      p95Ms: orNull('p95Ms'),
      outputTokens: orNull('outputTokens'),
    }
  }
  const ended = summed('ended')
  const whereAllAreThere = (name: 'p50Ms' | 'p95Ms') =>
    each((second) => (byRows.ended[second] === ended[second] ? (byRows[name][second] ?? null) : null))
  return {
    started: summed('started'),
    ended,
    failed: summed('failed'),
    ...counts,
    p50Ms: whereAllAreThere('p50Ms'),
    p95Ms: whereAllAreThere('p95Ms'),
    outputTokens: each((second) => sumOrNull(toldIn('outputTokens', second))),
  }
}

function seriesOfRows(samples: Samples): TimeSeries {
  const taker = takeSeries()
  for (let index = 0; index < samples.length; index++)
    taker.addRun({
      startedAtMs: samples.startedAtMs[index] ?? 0,
      endedAtMs: samples.endedAtMs[index] ?? 0,
      isOk: outcomeAt(samples, index) === 'ok',
      isTimed: isTimed(samples, index),
      outputTokens: valueAt(samples.values.outputTokens, index),
    })
  return taker.finish()
}

function sumOrNull(told: readonly (number | null)[]): number | null {
  const known = told.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
