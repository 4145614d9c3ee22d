import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CsvError } from 'csv-parse'
import type { CaseInput } from '../domain/case.ts'
import { BenchAgentError, type Mistake, messageOf, mistakesError, quoteValue } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import type { CaseFile } from '../domain/scenario.ts'
import { checkWith, type StandardSchema } from './standard-schema.ts'

/** One row of a case file, with the line it begins at (absent for the file as a whole), or why it is none. */
type Row = { line: number; value: unknown } | { line: number | undefined; mistake: Pick<Mistake, 'expected' | 'got'> }

/**
 * Cases from a JSON file that holds an array of `{ input, expected?, name?, category?, priority? }`.
 *
 * @param path relative to the test file
 * @param schema any Standard Schema for one case; what it returns is the case. @default the shape above
 */
export function json<Input = unknown, Expected = unknown>(
  path: string,
  schema?: StandardSchema<CaseInput<Input, Expected>>,
): CaseFile<Input, Expected> {
  return caseFile('json', path, parseJson, schema)
}

/**
 * Cases from a file with one JSON object `{ input, expected?, name?, category?, priority? }` a line; empty lines are skipped.
 *
 * @param path relative to the test file
 * @param schema any Standard Schema for one case; what it returns is the case. @default the shape above
 */
export function jsonl<Input = unknown, Expected = unknown>(
  path: string,
  schema?: StandardSchema<CaseInput<Input, Expected>>,
): CaseFile<Input, Expected> {
  return caseFile('jsonl', path, parseJsonLines, schema)
}

/**
 * Cases from a CSV file whose first line names the columns: `input`, and `expected`, `name`, `category`, `priority` if you like.
 * Every value is text, but `priority`, which is a number.
 *
 * @param path relative to the test file
 * @param schema any Standard Schema for one row; what it returns is the case. @default the shape above
 */
export function csv<Input = string, Expected = string>(
  path: string,
  schema?: StandardSchema<CaseInput<Input, Expected>>,
): CaseFile<Input, Expected> {
  return caseFile('csv', path, parseCsv, schema)
}

function caseFile<Input, Expected>(
  format: CaseFile['format'],
  path: string,
  parse: (text: string) => Row[] | Promise<Row[]>,
  schema: StandardSchema<CaseInput<Input, Expected>> | undefined,
): CaseFile<Input, Expected> {
  return {
    format,
    path,
    read: async (directory) => {
      const file = resolve(directory, path)
      const rows = await parse(await readText(file))
      const mistakes: Mistake[] = []
      const cases: CaseInput<Input, Expected>[] = []
      for (const row of rows) {
        const checked = await checkRow(row, schema)
        if ('value' in checked) cases.push(checked.value)
        else mistakes.push(...checked.mistakes.map((mistake) => ({ ...mistake, path: placeOf(row, mistake.path) })))
      }
      if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_CASES', `the case file ${file}`, mistakes)
      return cases
    },
  }
}

async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const message = `Expected a case file at ${file}, got: ${messageOf(error)}. Paths are relative to the test file.`
    throw new BenchAgentError('BENCH_AGENT_CASES', message, { cause: error })
  }
}

async function checkRow<Input, Expected>(
  row: Row,
  schema: StandardSchema<CaseInput<Input, Expected>> | undefined,
): Promise<{ value: CaseInput<Input, Expected> } | { mistakes: Mistake[] }> {
  if ('mistake' in row) return { mistakes: [{ path: '', ...row.mistake }] }
  return schema === undefined ? checkShape<Input, Expected>(row.value) : checkWith(schema, row.value)
}

function placeOf({ line }: Row, path: string): string {
  const place = line === undefined ? 'the file' : `line ${line}`
  return path === '' ? place : `${place}, ${path}`
}

function parseJson(text: string): Row[] {
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

function parseJsonLines(text: string): Row[] {
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

async function parseCsv(text: string): Promise<Row[]> {
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
  const { priority, ...rest } = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''))
  const number = Number(priority)
  return {
    line: firstLine(info.lines, raw),
    value: priority === undefined ? rest : { ...rest, priority: Number.isNaN(number) ? priority : number },
  }
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

const textFields = ['name', 'category'] as const

function checkShape<Input, Expected>(value: unknown): { value: CaseInput<Input, Expected> } | { mistakes: Mistake[] } {
  if (typeof value !== 'object' || value === null || !('input' in value)) {
    return {
      mistakes: [
        {
          path: '',
          expected: 'an object with `input`',
          got: quoteValue(value),
          remedy: 'Rename its field, or give a schema that turns it into a case.',
        },
      ],
    }
  }
  const fields: Record<string, unknown> = { ...value }
  const mistakes: Mistake[] = []
  for (const name of textFields) {
    if (fields[name] !== undefined && typeof fields[name] !== 'string')
      mistakes.push({ path: name, expected: 'text', got: quoteValue(fields[name]) })
  }
  if (fields.priority !== undefined && !Number.isFinite(fields.priority))
    mistakes.push({ path: 'priority', expected: 'a number', got: quoteValue(fields.priority) })
  if (mistakes.length > 0) return { mistakes }
  // Without a schema the types of input and expected are the caller's word.
  return { value: fields as CaseInput<Input, Expected> }
}
