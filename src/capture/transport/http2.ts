import { Duplex } from 'node:stream'
import { wallClock } from '../../domain/clock.ts'
import { type Fields, isFields } from '../fields.ts'
import {
  chunkCame,
  endCall,
  type FollowedCall,
  followedBy,
  followRequest,
  headersCame,
  keepFollowed,
  requestChunkSent,
  requestSent,
} from '../follow.ts'
import { guarded } from '../guard.ts'
import { isBytes, subscribeAll } from './channel.ts'
import { isFirstUseSeen, onceConnected } from './connection.ts'
import { tap, tapWrites } from './tap.ts'

/** Follows the streams of node:http2, until the returned function is called. */
export function subscribeHttp2(): () => void {
  const unsubscribe = subscribeAll({ 'http2.client.stream.created': ({ stream }) => onCreated(stream) })
  const restore = publishesStreams(process.versions.node) ? undefined : patchSessions()
  return () => {
    unsubscribe()
    restore?.()
  }
}

/** Whether this version of Node tells of new streams over a channel. */
export function publishesStreams(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major === 22) return minor >= 17
  return major === 24 ? minor >= 2 : major > 24
}

/** What all sessions of clients have in common, those that are connected already too; absent when that is no object. */
export function sessionPrototype(): Fields | undefined {
  const { connect } = process.getBuiltinModule('node:http2')
  const nowhere = new Duplex({ read: () => undefined, write: (_chunk, _encoding, written) => written() })
  const session = connect('http://127.0.0.1', { createConnection: () => nowhere })
  session.on('error', () => undefined)
  session.destroy()
  // Their class is private.
  const sessions: unknown = Object.getPrototypeOf(session)
  return isFields(sessions) ? sessions : undefined
}

function patchSessions(): () => void {
  const sessions = sessionPrototype()
  if (sessions === undefined || typeof sessions.request !== 'function') return () => undefined
  const { request } = sessions
  const follow = guarded(onCreated)
  let patching = true
  const patched = function (this: unknown, ...given: unknown[]): unknown {
    const stream: unknown = Reflect.apply(request, this, given)
    if (patching) follow(stream)
    return stream
  }
  sessions.request = patched
  return () => {
    patching = false
    if (sessions.request === patched) sessions.request = request
  }
}

function onCreated(stream: unknown): void {
  if (!isFields(stream) || followedBy(stream) !== undefined) return
  const headers = stream.sentHeaders
  if (!isFields(headers) || headers[':method'] !== 'POST' || isOfUndici(stream.session)) return
  const authority = headers[':authority'] ?? headers.host
  const call = followRequest('POST', `${headers[':scheme']}://${authority}`, String(headers[':path']), headers)
  if (call === undefined) return
  keepFollowed(stream, call)
  followStream(stream, call)
}

function followStream(stream: Fields, call: FollowedCall): void {
  let givenUp = false
  const { session } = stream
  const isFirst = isFirstUseSeen(session)
  onceConnected(
    session,
    guarded(() => requestSent(call, isFirst)),
  )
  const stopWrites = tapWrites(stream, (chunk) => {
    requestChunkSent(call, chunk)
    if (call.state === 'foreign') stopAll()
  })
  const stops = [
    stopWrites,
    // Node closes the streams of a lost connection by the same method.
    tap(stream, 'close', () => {
      givenUp ||= !isConnectionLost(stream.session)
    }),
    tap(stream, 'push', (chunk) => {
      if (isBytes(chunk)) chunkCame(call, chunk, wallClock.nowMs())
      else if (chunk === null) endAfterHeaders(call, givenUp ? 'aborted' : undefined)
    }),
    tap(stream, '_destroy', (error) => endCall(call, error ?? (givenUp ? 'aborted' : resetOf(stream)))),
  ]
  const stopAll = (): void => {
    for (const stop of stops) stop()
  }
  const onResponse = guarded((headers) => {
    if (isFields(headers)) headersCame(call, Number(headers[':status']), headers, wallClock.nowMs())
  })
  if (typeof stream.once === 'function') Reflect.apply(stream.once, stream, ['response', onResponse])
  // Given up before it began.
  if (stream.destroyed === true) endCall(call, stream.errored ?? 'aborted')
}

// Node emits headers a tick after they came; the end of a response without body comes with them.
function endAfterHeaders(call: FollowedCall, error: unknown): void {
  if (call.wire.headersAtMs !== undefined) endCall(call, error)
  else process.nextTick(guarded(() => endCall(call, error)))
}

/** What ended a stream that neither failed nor was closed by its agent. */
function resetOf(stream: Fields): unknown {
  if (stream.closed !== true) return 'aborted'
  if (stream.rstCode === 0) return undefined
  return Object.assign(new Error(`Stream closed with error code ${stream.rstCode}`), { code: 'ERR_HTTP2_STREAM_ERROR' })
}

function isConnectionLost(session: unknown): boolean {
  if (!isFields(session) || session.destroyed === true) return true
  return isFields(session.socket) && session.socket.destroyed === true
}

/** Whether undici made the session: its requests are followed by its own channels. */
export function isOfUndici(session: unknown): boolean {
  return isFields(session) && Object.getOwnPropertySymbols(session).some(({ description }) => description === 'client')
}
