import type { SessionShift } from '../compare/session/session-shift.ts'
import type { Results } from '../domain/record.ts'
import { sessionHealth } from './health-line.ts'
import type { Session } from './session.ts'
import { shiftsOf } from './shift-line.ts'

/** The results of `session`, as `.bench-agent/results.json` holds them: its records in the order in which they were made, and its health. */
export function resultsOf(session: Session): Results {
  const shifts = shiftsOf(session)
  return {
    schemaVersion: 1,
    startedAt: session.startedAt,
    environment: session.environment,
    records: session.executions.map(({ record }) => record),
    studies: session.studies?.map(({ record }) => record),
    health: sessionHealth(session),
    shifts: shifts.length === 0 ? undefined : shifts.map(shiftResult),
  }
}

function shiftResult({
  ratio,
  p,
  scenarios,
  red,
  judgedWithout,
}: SessionShift): NonNullable<Results['shifts']>[number] {
  const ids = (records: SessionShift['red']) => records.map(({ execution }) => execution)
  return { ratio, p, scenarios, red: ids(red), judgedWithout: ids(judgedWithout) }
}

/** `results` as JSON text with a line break at its end, see {@link jsonText}. */
export function resultsText(results: Results): string {
  return `${jsonText(results)}\n`
}

const lineWidth = 120

/**
 * `value` as JSON that people can read and diff: what fits stands on one line, a list of plain values always does, so that
 * each column of samples is one line. Keys keep their order; absent fields are left out.
 */
export function jsonText(value: unknown): string {
  return write(value, 0) ?? 'null'
}

function write(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => write(item, depth + 1) ?? 'null')
    const plain = value.every((item) => typeof item !== 'object' || item === null)
    return plain ? `[${items.join(', ')}]` : enclose('[', items, ']', depth)
  }
  const fields = Object.entries(value).flatMap(([key, field]) => {
    const text = write(field, depth + 1)
    return text === undefined ? [] : [`${JSON.stringify(key)}: ${text}`]
  })
  return enclose('{', fields, '}', depth)
}

function enclose(open: string, parts: readonly string[], close: string, depth: number): string {
  if (parts.length === 0) return `${open}${close}`
  const indent = '  '.repeat(depth)
  const length = parts.reduce((sum, part) => sum + part.length + 2, indent.length + 2)
  const space = open === '{' ? ' ' : ''
  if (length <= lineWidth && parts.every((part) => !part.includes('\n')))
    return `${open}${space}${parts.join(', ')}${space}${close}`
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`
}
