import { extname, resolve } from 'node:path'
import { type Mistake, mistakesError, quoteValue } from '../../domain/errors.ts'
import type { Trace } from '../../domain/load/load.ts'
import type { TraceShape } from '../../domain/load/load-shape.ts'
import { parseCsv, parseJsonLines, placeOf, type Row, readText } from './rows.ts'

/** How the columns of a trace are called. */
interface TraceColumns {
  /** When a run started. @default 'TIMESTAMP', 'timestamp' or 'atMs', whichever there is */
  at?: string | undefined
  /** @default 'ContextTokens', 'input_length' or 'inputTokens', whichever there is */
  inputTokens?: string | undefined
  /** @default 'GeneratedTokens', 'output_length' or 'outputTokens', whichever there is */
  outputTokens?: string | undefined
}

/** How a trace is followed. */
export interface TraceOptions
  extends Pick<TraceShape, 'durationMs' | 'maxInFlight' | 'pacing' | 'segment' | 'gracefulStopMs'> {
  /** How many times faster than it was, above 0. @default 1 */
  speed?: number | undefined
  columns?: TraceColumns | undefined
}

/**
 * A load that starts a run for each row of a file, when its row says: CSV with a line of names, or JSONL. Instants are dates such as
 * `2023-11-16 18:17:03.9799600` (UTC where no zone is said) or milliseconds. The agent finds the sizes of its row in `run.size`.
 *
 * @param path relative to the test file; `.jsonl` and `.ndjson` are JSONL, all else is CSV
 */
export function trace(path: string, options: TraceOptions = {}): TraceShape {
  const { speed = 1, columns = {}, ...rest } = options
  return {
    ...rest,
    path,
    speed,
    read: async (directory) => {
      const file = resolve(directory, path)
      const text = await readText('a trace', file)
      const rows = /^\.(?:jsonl|ndjson)$/i.test(extname(path)) ? parseJsonLines(text) : await parseCsv(text)
      return traceOf(rows, { path, file, speed, columns })
    },
  }
}

interface Source {
  path: string
  file: string
  speed: number
  columns: TraceColumns
}

function traceOf(rows: readonly Row[], { path, file, speed, columns }: Source): Trace {
  const names = columnsOf(rows, columns)
  const read = rows.map((row) => arrivalOf(row, names))
  const mistakes = read.flatMap((one) => ('mistakes' in one ? one.mistakes : []))
  if (rows.length === 0) mistakes.push({ path: 'the file', expected: 'a row for each run', got: 'none' })
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the trace ${file}`, mistakes)
  const arrivals = read.flatMap((one) => ('atMs' in one ? [one] : [])).sort((a, b) => a.atMs - b.atMs)
  const originMs = arrivals[0]?.atMs ?? 0
  return {
    file: path,
    speed,
    runs: arrivals.length,
    dueAtMs: arrivals.map(({ atMs }) => (atMs - originMs) / speed),
    inputTokens: names.inputTokens === undefined ? undefined : arrivals.map(({ inputTokens }) => inputTokens),
    outputTokens: names.outputTokens === undefined ? undefined : arrivals.map(({ outputTokens }) => outputTokens),
  }
}

const usualNames = {
  at: ['TIMESTAMP', 'timestamp', 'atMs'],
  inputTokens: ['ContextTokens', 'input_length', 'inputTokens'],
  outputTokens: ['GeneratedTokens', 'output_length', 'outputTokens'],
} as const

interface Names {
  at: string
  inputTokens: string | undefined
  outputTokens: string | undefined
}

function columnsOf(rows: readonly Row[], columns: TraceColumns): Names {
  const first = rows.find((row) => 'value' in row)
  const given = first === undefined ? {} : fieldsOf(first.value)
  const usual = (name: keyof TraceColumns) => columns[name] ?? usualNames[name].find((one) => one in given)
  return {
    at: usual('at') ?? usualNames.at[0],
    inputTokens: usual('inputTokens'),
    outputTokens: usual('outputTokens'),
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

interface TraceRow {
  atMs: number
  inputTokens: number | undefined
  outputTokens: number | undefined
}

function arrivalOf(row: Row, names: Names): TraceRow | { mistakes: Mistake[] } {
  if ('mistake' in row) return { mistakes: [{ path: placeOf(row, ''), ...row.mistake }] }
  const fields = fieldsOf(row.value)
  const atMs = instantOf(fields[names.at])
  const mistakes: Mistake[] = []
  if (atMs === undefined)
    mistakes.push({
      path: placeOf(row, names.at),
      expected: 'a date, or milliseconds',
      got: quoteValue(fields[names.at]),
      remedy: 'Say how the column is called: `columns: { at: … }`.',
    })
  const tokensIn = (name: string | undefined) => {
    if (name === undefined) return undefined
    const tokens = numberIn(fields[name])
    if (tokens === undefined || tokens < 0)
      mistakes.push({ path: placeOf(row, name), expected: 'a number of tokens', got: quoteValue(fields[name]) })
    return tokens
  }
  const inputTokens = tokensIn(names.inputTokens)
  const outputTokens = tokensIn(names.outputTokens)
  return atMs === undefined || mistakes.length > 0 ? { mistakes } : { atMs, inputTokens, outputTokens }
}

function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

const dated = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/

// By hand, for Date knows no part of a millisecond, and takes what has no zone for the time of this machine.
function instantOf(value: unknown): number | undefined {
  const number = numberIn(value)
  if (number !== undefined || typeof value !== 'string') return number
  const [, day, time, fraction = '', zone = 'Z'] = dated.exec(value.trim()) ?? []
  if (day === undefined || time === undefined) return undefined
  const wholeMs = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(wholeMs) ? undefined : wholeMs + Number(`0${fraction}`) * 1000
}
