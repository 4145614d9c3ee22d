import type { RecordedRequest } from './recording.ts'

/** A place in which the body of a request is another one than that of a recorded request. */
export interface BodyChange {
  /** `messages[0].content`; empty for the whole body. */
  path: string
  /** Absent where there was nothing. */
  before?: unknown
  /** Absent where there is nothing any more. */
  after?: unknown
}

/** The one of `recorded` that is most like `asked`, by how much of their text they share; absent when none goes to the same path. */
export function nearestRequest(
  asked: RecordedRequest,
  recorded: Iterable<RecordedRequest>,
): { request: RecordedRequest; changes: BodyChange[] } | undefined {
  let nearest: { request: RecordedRequest; changes: BodyChange[]; size: number } | undefined
  for (const request of recorded) {
    if (request.method !== asked.method || request.path !== asked.path) continue
    const changes = bodyChanges(request.body, asked.body)
    const size = changes.reduce((sum, { before, after }) => sum + lengthOf(before) + lengthOf(after), 0)
    if (nearest === undefined || size < nearest.size) nearest = { request, changes, size }
  }
  return nearest
}

/** Where `after` differs from `before`, the innermost places. */
export function bodyChanges(before: unknown, after: unknown, path = ''): BodyChange[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, at) => bodyChanges(before[at], after[at], `${path}[${at}]`)).flat()
  }
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => bodyChanges(before[name], after[name], path === '' ? name : `${path}.${name}`))
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

const changesShown = 3

/** `changes` in words: the first of them, each as short as it can be. */
export function describeChanges(changes: readonly BodyChange[]): string {
  const shown = changes.slice(0, changesShown).map(describeChange)
  const hidden = changes.length - shown.length
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].join('; ')
}

function describeChange({ path, before, after }: BodyChange): string {
  const place = path === '' ? 'the body' : path
  if (before === undefined) return `${place} is new: ${excerpt(textOf(after), 0)}`
  if (after === undefined) return `${place} is gone: ${excerpt(textOf(before), 0)}`
  const [old, now] = [textOf(before), textOf(after)]
  const from = firstDifference(old, now)
  return `${place}: ${excerpt(old, from)} → ${excerpt(now, from)}`
}

const excerptLength = 60
const leadLength = 15

function excerpt(text: string, from: number): string {
  const start = Math.max(0, from - leadLength)
  const part = text.slice(start, start + excerptLength)
  return `"${start > 0 ? '…' : ''}${part.replace(/\s+/g, ' ')}${start + excerptLength < text.length ? '…' : ''}"`
}

function firstDifference(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

function lengthOf(value: unknown): number {
  return value === undefined ? 0 : textOf(value).length
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
