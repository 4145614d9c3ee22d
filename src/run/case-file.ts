import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CaseInput } from '../domain/case.ts'
import { BenchAgentError, type Mistake, messageOf, mistakesError, quoteValue } from '../domain/errors.ts'
import type { CaseFile } from '../domain/scenario.ts'
import { checkWith, type StandardSchema } from './standard-schema.ts'

/** One row of a case file, with the line it begins at. */
interface Row {
  line: number
  value: unknown
}

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
  parse: (text: string, file: string) => Row[] | Promise<Row[]>,
  schema: StandardSchema<CaseInput<Input, Expected>> | undefined,
): CaseFile<Input, Expected> {
  return {
    format,
    path,
    read: async (directory) => {
      const file = resolve(directory, path)
      const rows = await parse(await readText(file), file)
      const mistakes: Mistake[] = []
      const cases: CaseInput<Input, Expected>[] = []
      for (const row of rows) {
        const checked =
          schema === undefined ? checkShape<Input, Expected>(row.value) : await checkWith(schema, row.value)
        if ('value' in checked) cases.push(checked.value)
        else
          mistakes.push(
            ...checked.mistakes.map((mistake) => ({
              ...mistake,
              path: `line ${row.line}${mistake.path && `, ${mistake.path}`}`,
            })),
          )
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

function parseJson(text: string, file: string): Row[] {
  const value = parseText(text, 1, file)
  if (Array.isArray(value)) return value.map((one, position) => ({ line: lineOfItem(text, position), value: one }))
  throw mistakesError('BENCH_AGENT_CASES', `the case file ${file}`, [
    { path: 'the file', expected: 'a JSON array of cases', got: quoteValue(value) },
  ])
}

// JSON.parse tells no positions: the line of an item is that of the n-th brace that opens at the top of the array.
function lineOfItem(text: string, position: number): number {
  let depth = 0
  let quoted = false
  let found = -1
  let line = 1
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '\n') line += 1
    if (quoted) {
      if (character === '\\') index += 1
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') {
      if (depth === 1) found += 1
      if (depth === 1 && found === position) return line
      depth += 1
    } else if (character === '}' || character === ']') depth -= 1
  }
  return line
}

function parseJsonLines(text: string, file: string): Row[] {
  const rows: Row[] = []
  const mistakes: Mistake[] = []
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue
    try {
      rows.push({ line: index + 1, value: JSON.parse(content) as unknown })
    } catch (error) {
      mistakes.push({
        path: `line ${index + 1}`,
        expected: 'one JSON object',
        got: `${quoteValue(content)} (${messageOf(error)})`,
      })
    }
  }
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_CASES', `the case file ${file}`, mistakes)
  return rows
}

function parseText(text: string, line: number, file: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw mistakesError('BENCH_AGENT_CASES', `the case file ${file}`, [
      { path: `line ${line}`, expected: 'JSON', got: messageOf(error) },
    ])
  }
}

async function parseCsv(text: string, file: string): Promise<Row[]> {
  const { parse } = await import('csv-parse/sync')
  try {
    const rows: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    })
    return rows.map(({ record, info }) => {
      const { priority, ...rest } = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''))
      return { line: info.lines, value: priority === undefined ? rest : { ...rest, priority: Number(priority) } }
    })
  } catch (error) {
    throw mistakesError('BENCH_AGENT_CASES', `the case file ${file}`, [
      { path: 'the file', expected: 'CSV whose first line names the columns', got: messageOf(error) },
    ])
  }
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
