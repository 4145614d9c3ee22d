import { type ClientHttp2Session, connect } from 'node:http2'
import { wallClock } from '../../domain/clock.ts'
import { type Fields, isFields } from '../fields.ts'
import { followedBy } from '../follow.ts'
import { recognise } from '../provider/all.ts'
import { isBytes } from '../transport/channel.ts'
import { isOfUndici, sessionPrototype } from '../transport/http2.ts'
import { alterAnswer, headOf } from './altered-answer.ts'
import type { Loopback } from './loopback.ts'
import { connectionRefused, streamBroken } from './lost-connection.ts'
import { override } from './override.ts'
import { type Altered, type Departure, type Door, type Kept, mark, ownerAtDoor, type Passage } from './passage.ts'

/**
 * Asks at `door` for the requests of node:http2, until the returned function is called. A request whose path alone does not tell
 * that it is one to a model goes its way.
 */
export function openHttp2Door(door: Door, loopback: Loopback): () => void {
  const prototype = sessionPrototype()
  if (prototype === undefined || typeof prototype.request !== 'function') return () => undefined
  const { request } = prototype
  const own = new WeakSet<object>()
  let isOpen = true
  const asked = function (this: Fields, ...given: unknown[]): unknown {
    const ask = (session: object, headers: unknown): unknown =>
      Reflect.apply(request, session, [headers, ...given.slice(1)])
    const [headers] = given
    const departure = isOpen && !own.has(this) && !isOfUndici(this) ? departureOf(this, headers) : undefined
    const passage = departure === undefined ? undefined : door.decide(departure)
    if (departure === undefined || passage === undefined || !isFields(headers)) return ask(this, headers)
    if (passage.kind === 'alter') return altered(ask(this, headers), passage, door)
    const { session, named } = standIn(departure.url, headers, passage, loopback)
    own.add(session)
    const stream = ask(session, named)
    noted(stream, passage)
    if (!isFields(stream)) return stream
    if (typeof stream.once === 'function') Reflect.apply(stream.once, stream, ['close', () => session.close()])
    if (passage.kind === 'refuse' && typeof stream.destroy === 'function')
      Reflect.apply(stream.destroy, stream, [connectionRefused(departure.url)])
    return stream
  }
  prototype.request = asked
  return () => {
    isOpen = false
    // Somebody may have wrapped it again, around ours.
    if (prototype.request === asked) prototype.request = request
  }
}

function departureOf(session: Fields, headers: unknown): Departure | undefined {
  if (!isFields(headers) || headers[':method'] !== 'POST') return undefined
  const [path = ''] = String(headers[':path']).split('?')
  const protocol = recognise(path)
  const owner = ownerAtDoor()
  if (protocol === undefined || protocol.sharesPath === true || owner === undefined) return undefined
  const url = originOf(session, headers) + path
  return { protocol, url, method: 'POST', startedAtMs: wallClock.nowMs(), owner, rawHeaders: () => headers }
}

// A session knows whom it is connected to, and headers may name another.
function originOf(session: Fields, headers: Fields): string {
  const named = (name: string): unknown => {
    const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === name)
    return key === undefined ? undefined : session[key]
  }
  const authority = headers[':authority'] ?? headers.host ?? named('authority')
  return `${String(headers[':scheme'] ?? named('protocol') ?? 'https').replace(/:$/, '')}://${authority}`
}

/** A session of its own to the server that stands in for the provider, and the headers as the provider would have got them. */
function standIn(
  url: string,
  headers: Fields,
  kept: Kept,
  { http2Port, expect }: Loopback,
): { session: ClientHttp2Session; named: Fields } {
  const { host, protocol } = new URL(url)
  const session = connect(`http://127.0.0.1:${http2Port}`)
  session.on('error', () => undefined)
  session.unref()
  session.once('connect', (_, socket) => {
    if ('localPort' in socket) expect(Number(socket.localPort), kept)
  })
  return { session, named: { ...headers, ':authority': host, ':scheme': protocol.replace(':', '') } }
}

function noted(stream: unknown, passage: Passage): void {
  const call = followedBy(stream)
  if (call !== undefined) mark(call.wire, passage)
}

function altered(stream: unknown, passage: Altered, door: Door): unknown {
  noted(stream, passage)
  if (!isFields(stream)) return stream
  const { push, destroy, once } = stream
  if (typeof push !== 'function' || typeof destroy !== 'function' || typeof once !== 'function') return stream
  const passAll = (...given: unknown[]): unknown => Reflect.apply(push, stream, given)
  const early: unknown[] = []
  let take = (chunk: unknown): unknown => early.push(chunk)
  override(stream, 'push', (chunk, ...more) => {
    if (chunk !== null && !isBytes(chunk)) return passAll(chunk, ...more)
    take(chunk)
    return true
  })
  // Node tells of the headers a tick after they came, and the body may be there by then.
  const onResponse = (headers: unknown): void => {
    const status = isFields(headers) ? Number(headers[':status']) : 0
    take =
      isFields(headers) && status >= 200 && status < 300
        ? alteredBody(stream, headers, passage, door, passAll)
        : passAll
    for (const chunk of early.splice(0)) take(chunk)
  }
  Reflect.apply(once, stream, ['response', onResponse])
  return stream
}

function alteredBody(
  stream: Fields,
  headers: Fields,
  passage: Altered,
  door: Door,
  passOn: (chunk: unknown) => unknown,
): (chunk: unknown) => void {
  const alteration = passage.alter(headOf(headers))
  if (alteration.shortens) delete headers['content-length']
  const pass = (chunk: unknown): void => {
    if (stream.destroyed !== true) passOn(chunk)
  }
  const cut = (): void => {
    if (stream.destroyed !== true && typeof stream.destroy === 'function')
      Reflect.apply(stream.destroy, stream, [streamBroken()])
  }
  const end = (): void => {
    stopClosing()
    pass(null)
  }
  const answer = alterAnswer(alteration, { pass, end, cut })
  const stopClosing = door.onClose(cut)
  return (chunk) => (isBytes(chunk) ? answer.chunk(chunk) : answer.end())
}
