import { resolve } from 'node:path'
import type { CaseInput } from '../../domain/case.ts'
import { type Mistake, mistakesError, quoteValue } from '../../domain/errors.ts'
import type { CaseFile } from '../../domain/scenario.ts'
import { parseCsv, parseJson, parseJsonLines, placeOf, type Row, readText } from './rows.ts'
import { checkWith, type StandardSchema } from './standard-schema.ts'

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
  return caseFile('csv', path, async (text) => (await parseCsv(text)).map(withPriority), schema)
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
      const rows = await parse(await readText('a case file', file))
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

async function checkRow<Input, Expected>(
  row: Row,
  schema: StandardSchema<CaseInput<Input, Expected>> | undefined,
): Promise<{ value: CaseInput<Input, Expected> } | { mistakes: Mistake[] }> {
  if ('mistake' in row) return { mistakes: [{ path: '', ...row.mistake }] }
  return schema === undefined ? checkShape<Input, Expected>(row.value) : checkWith(schema, row.value)
}

// Every value of a CSV file is text.
function withPriority(row: Row): Row {
  if (!('value' in row)) return row
  const { priority, ...rest } = row.value as Record<string, string>
  const number = Number(priority)
  return priority === undefined
    ? row
    : { ...row, value: { ...rest, priority: Number.isNaN(number) ? priority : number } }
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
