import { type Fields, isFields } from '../fields.ts'
import { recognise } from '../provider/all.ts'
import { hidingUsage } from './usage-receiver.ts'
import { askForUsage } from './usage-request.ts'

type Headers = [name: string, value: unknown][]

// Tells the usage of every stream without being asked, so that the agent would see it anyway.
const tellsAnyway = /^https:\/\/(?:[\w-]+\.)?openrouter\.ai$/

/**
 * What `dispatch` of undici returns for `given`, the options of a request and who receives its answer; a Chat Completions
 * stream is asked for its usage, which the receiver does not get to see.
 */
export function dispatchAsking(dispatch: (...given: unknown[]) => unknown, given: readonly unknown[]): unknown {
  const [options, receiver, ...rest] = given
  if (!isFields(options) || !isFields(receiver) || !mayBeChat(options)) return dispatch(...given)
  const headers = headersIn(options.headers)
  if (!bearsJson(headers)) return dispatch(...given)
  const send = (body: Uint8Array): unknown => {
    const asking = askForUsage(body)
    if (asking === undefined) return dispatch({ ...options, body }, receiver, ...rest)
    const asked = { ...options, body: asking, headers: headersFor(asking, headers, options.headers) }
    return dispatch(asked, hidingUsage(receiver), ...rest)
  }
  const { body } = options
  if (typeof body === 'string') return send(Buffer.from(body))
  if (ArrayBuffer.isView(body)) return send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  // A body whose length is not known may be one that goes on for as long as the answer does.
  if (!isAsyncIterable(body) || headerIn(headers, 'content-length') === undefined) return dispatch(...given)
  // That of `fetch`. Its new length has to be known before it is sent.
  wholeOf(body)
    .then(send)
    .catch((error: unknown) => fail(receiver, error))
  return true
}

function mayBeChat({ method, origin, path }: Fields): boolean {
  if (method !== 'POST' || typeof path !== 'string' || tellsAnyway.test(String(origin))) return false
  const protocol = recognise(path.split('?', 1)[0] ?? '')
  return protocol?.provider === 'openai' && protocol.api === 'chat'
}

function bearsJson(headers: Headers): boolean {
  const type = String(headerIn(headers, 'content-type') ?? '')
  return type.includes('json') && headerIn(headers, 'content-encoding') === undefined
}

// In all forms that undici takes: names and values in turn, pairs, a record.
function headersIn(given: unknown): Headers {
  if (!isFields(given)) return []
  if (Array.isArray(given) && !Array.isArray(given[0])) {
    return given.flatMap((name, at): Headers => (at % 2 === 0 ? [[String(name), given[at + 1]]] : []))
  }
  return isIterable(given) ? [...given].filter(isHeader) : Object.entries(given)
}

function headersFor(body: Uint8Array, headers: Headers, given: unknown): unknown {
  const changed = headers.map(([name, value]): [string, unknown] => {
    const lower = name.toLowerCase()
    if (lower === 'content-length') return [name, String(body.length)]
    return lower === 'accept-encoding' ? [name, 'identity'] : [name, value]
  })
  return isFields(given) && !isIterable(given) ? Object.fromEntries(changed) : changed.flat()
}

function headerIn(headers: Headers, lowerName: string): unknown {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1]
}

async function wholeOf(body: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) {
    if (!ArrayBuffer.isView(chunk)) throw new TypeError(`Expected bytes as a part of the body, got ${typeof chunk}`)
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }
  return Buffer.concat(chunks)
}

// As undici tells of a request that it could not begin: in its version 8 by the first, before by the second.
function fail(receiver: Fields, error: unknown): void {
  if (typeof receiver.onResponseError === 'function') receiver.onResponseError(null, error)
  else if (typeof receiver.onError === 'function') receiver.onError(error)
}

function isHeader(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && typeof value[0] === 'string'
}

function isIterable(value: Fields): value is Fields & Iterable<unknown> {
  return typeof value[Symbol.iterator] === 'function'
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isFields(value) && typeof value[Symbol.asyncIterator] === 'function'
}
