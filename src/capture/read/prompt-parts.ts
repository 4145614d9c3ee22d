import { listAt, valueAt } from '../provider/json.ts'

/** A prompt in pieces that may come again in a later one. */
export interface PromptParts {
  /** Each as text, in the order in which caches see them: tools, instructions, messages. */
  parts: string[]
  /** What stands for messages that the provider keeps: an answer of it, or a conversation; absent when all are sent. */
  after?: { answer?: string | undefined; conversation?: string | undefined } | undefined
}

/**
 * The pieces of the prompt in the `body` of a request, of whichever API; absent when it has none.
 *
 * @param isMarked whether requests of the run say where a cache should end, see {@link hasMarks}. @default true
 */
export function promptParts(body: unknown, isMarked = true): PromptParts | undefined {
  const config = valueAt(body, 'toolConfig')
  // To leave marks out takes several times as long.
  const asText = (piece: unknown) => (isMarked ? JSON.stringify(piece, withoutMarks) : JSON.stringify(piece))
  const parts = [
    ...[...listAt(body, 'tools'), ...listAt(body, 'functions'), ...listAt(config, 'tools')],
    ...['system', 'instructions', 'systemInstruction'].flatMap((key) => pieces(valueAt(body, key))),
    ...['messages', 'input', 'contents', 'prompt'].flatMap((key) => pieces(valueAt(body, key))),
  ].map(asText)
  if (parts.length === 0) return undefined
  const conversation = valueAt(body, 'conversation')
  const after = { answer: asId(valueAt(body, 'previous_response_id')), conversation: asId(conversation) }
  return after.answer === undefined && after.conversation === undefined ? { parts } : { parts, after }
}

/** Whether the body of a request may say where a cache should end. */
export function hasMarks(body: Buffer): boolean {
  return body.includes('"cache_control"') || body.includes('"cachePoint"')
}

function pieces(asked: unknown): readonly unknown[] {
  if (asked === undefined || asked === null) return []
  return Array.isArray(asked) ? asked : [asked]
}

function asId(value: unknown): string | undefined {
  const id = typeof value === 'string' ? value : valueAt(value, 'id')
  return typeof id === 'string' && id !== '' ? id : undefined
}

// Where a cache should end is marked anew in each request, and a text that is marked is written as a list of one.
function withoutMarks(key: string, value: unknown): unknown {
  if (key === 'cache_control' || key === 'cachePoint') return undefined
  if (key !== 'content' || !Array.isArray(value)) return value
  const told = value.filter((part) => valueAt(part, 'cachePoint') === undefined)
  const [only] = told
  const text = valueAt(only, 'text')
  const isText = told.length === 1 && typeof text === 'string' && valueAt(only, 'type') === 'text'
  return isText ? text : told
}
