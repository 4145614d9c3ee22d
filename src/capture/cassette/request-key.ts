import { createHash } from 'node:crypto'
import { BenchAgentError, messageOf } from '../../domain/errors.ts'
import type { RecordedRequest } from '../../domain/recording.ts'
import { isFields } from '../fields.ts'
import { type Mask, masked } from './secrets.ts'

/** Takes out of the body of a request what must not be kept, or is another one each time. Given JSON, or text when it is none. */
export type Redact = (body: unknown) => unknown

// What says who asks, or how the answer is told, and does not change what the model says.
const volatileFields: ReadonlySet<string> = new Set([
  'user',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  'stream_options',
])

/** What is kept of the request of `body` to `url`, and found by. */
export function recordedRequest(
  { method, url }: { method: string; url: string },
  body: Uint8Array,
  { mask, redact = (whole) => whole }: { mask: Mask; redact?: Redact | undefined },
): RecordedRequest {
  const path = mask.text(pathOf(url))
  const asked = parsed(mask.text(textOf(redacted(body, redact))))
  return { key: requestKey(method, path, asked), method, path, body: withoutVolatile(asked) }
}

/** What a request is found by: 16 hexadecimal digits. */
export function requestKey(method: string, path: string, body: unknown): string {
  const text = `${method} ${path}\n${canonicalText(body)}`
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** `body` as JSON whose keys are in order and which says nothing volatile. */
export function canonicalText(body: unknown): string {
  return JSON.stringify(inOrder(withoutVolatile(body))) ?? ''
}

/** Whether `asked` may be what `recorded` was before secrets were taken out of it. */
export function mayHaveBeen(recorded: RecordedRequest, asked: RecordedRequest): boolean {
  if (recorded.method !== asked.method) return false
  return isWithin(recorded.path, asked.path) && isWithin(canonicalText(recorded.body), canonicalText(asked.body))
}

function isWithin(recorded: string, asked: string): boolean {
  if (!recorded.includes(masked)) return recorded === asked
  const parts = recorded.split(masked)
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (!asked.startsWith(first) || !asked.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const foundAt = asked.indexOf(part, at)
    if (foundAt === -1) return false
    at = foundAt + part.length
  }
  return at <= asked.length - last.length
}

function redacted(body: Uint8Array, redact: Redact): unknown {
  const whole = parsed(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  let left: unknown
  try {
    left = redact(whole)
  } catch (error) {
    throw redactError(`threw: ${messageOf(error)}`)
  }
  // Without it, all requests would be the same one.
  if (left === undefined) throw redactError('returned nothing')
  return left
}

function redactError(got: string): BenchAgentError {
  return new BenchAgentError('BENCH_AGENT_HOOK', `Expected replay.redact to return what is left of a body, it ${got}.`)
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url
}

function withoutVolatile(body: unknown): unknown {
  if (!isFields(body) || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => !volatileFields.has(name)))
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isFields(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name])]))
}
