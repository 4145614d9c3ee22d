import { readFile } from 'node:fs/promises'
import type { CsvError } from 'csv-parse'
import { BenchAgentError, type Mistake, messageOf, quoteValue } from '../../domain/errors.ts'
import { plural } from '../../domain/format.ts'

/** One row of a file, with the line it begins at (absent for the file as a whole), or why it is none. */
export type Row =
  | { line: number; value: unknown }
  | { line: number | undefined; mistake: Pick<Mistake, 'expected' | 'got'> }

/** The text of `file`, which should be `what`. @throws BenchAgentError when it cannot be read */
export async function readText(what: string, file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const message = `Expected ${what} at ${file}, got: ${messageOf(error)}. Paths are relative to the test file.`
    throw new BenchAgentError('BENCH_AGENT_CASES', message, { cause: error })
  }
}

/** Where `row` stands, for a message. */
export function placeOf({ line }: Row, path: string): string {
  const place = line === undefined ? 'the file' : `line ${line}`
  return path === '' ? place : `${place}, ${path}`
}

/** The items of a JSON array. */
export function parseJson(text: string): Row[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const got = messageOf(error)
    const line = /\(line (\d+) column \d+\)/.exec(got)?.[1]
    return [{ line: line === undefined ? undefined : Number(line), mistake: { expected: 'JSON', got } }]
  }
  if (!Array.isArray(value))
    return [{ line: undefined, mistake: { expected: 'a JSON array of cases', got: quoteValue(value) } }]
  const lines = linesOfItems(text)
  return value.map((one, position) => ({ line: lines[position] ?? 1, value: one }))
}

// JSON.parse tells no positions: an item begins after the bracket or a comma at the top of the array.
function linesOfItems(text: string): number[] {
  const lines: number[] = []
  let line = 1
  let depth = 0
  let quoted = false
  let awaited = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? ''
    if (character === '\n') line += 1
    if (quoted) {
      if (character === '\\') index += 1
      else quoted = character !== '"'
      continue
    }
    if (awaited && !/\s/.test(character)) {
      lines.push(line)
      awaited = false
    }
    if (character === '"') quoted = true
    else if (character === '}' || character === ']') depth -= 1
    else if (character === '{' || character === '[') {
      depth += 1
      awaited = depth === 1
    } else if (character === ',') awaited = depth === 1
  }
  return lines
}

/** The lines of a file with a JSON value each; empty lines are skipped. */
export function parseJsonLines(text: string): Row[] {
  return text.split(/\r?\n/).flatMap((content, index): Row[] => {
    if (content.trim() === '') return []
    const line = index + 1
    try {
      return [{ line, value: JSON.parse(content) as unknown }]
    } catch (error) {
      const got = `${quoteValue(content)} (${messageOf(error)})`
      return [{ line, mistake: { expected: 'one JSON object', got } }]
    }
  })
}

/** The rows of a CSV file as records of text, without what is empty. */
export async function parseCsv(text: string): Promise<Row[]> {
  const { parse } = await import('csv-parse/sync')
  const rows: Row[] = []
  let unreadable = false
  const found: CsvRecord[] = parse(text, {
    columns: true,
    info: true,
    raw: true,
    skip_empty_lines: true,
    trim: true,
    skip_records_with_error: true,
    on_skip: (error, raw) => {
      // What follows a quote in the wrong place is read wrongly itself.
      if (error !== undefined && !unreadable) rows.push(skippedRow(error, raw))
      unreadable ||= error?.code !== wrongColumns
      return undefined
    },
  })
  return [...found.map(csvRow), ...rows].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

interface CsvRecord {
  record: Record<string, string>
  raw: string
  info: { lines: number }
}

const wrongColumns = 'CSV_RECORD_INCONSISTENT_COLUMNS'

function csvRow({ record, raw, info }: CsvRecord): Row {
  const known = Object.entries(record).filter(([, value]) => value !== '')
  return { line: firstLine(info.lines, raw), value: Object.fromEntries(known) }
}

function skippedRow({ code, message, lines, columns, record }: CsvError, raw = ''): Row {
  const line = typeof lines === 'number' ? firstLine(lines, raw) : undefined
  if (code !== wrongColumns || !Array.isArray(columns) || !Array.isArray(record))
    return { line, mistake: { expected: 'CSV', got: message } }
  return { line, mistake: { expected: `a row of ${plural(columns.length, 'column')}`, got: String(record.length) } }
}

/** The line at which a row begins that ends at `lastLine`. */
function firstLine(lastLine: number, raw: string): number {
  return lastLine - (raw.trim().match(/\n/g)?.length ?? 0)
}
