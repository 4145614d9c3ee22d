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
import { recordFault } from '../guard.ts'
import { bytesOf, isBytes, subscribeAll } from './channel.ts'
import { connectionOpened, isFirstUse } from './connection.ts'
import { tap } from './tap.ts'
import { targetOf } from './target.ts'
import { followWebSocket, mayOpenRealtime, socketOpened } from './web-socket.ts'

/** Request classes whose body chunks come over the channels, so that their methods need no tap. */
const publishing = new WeakSet<object>()

/**
 * Follows the requests of undici, of the `fetch` that Node has built in and of the package, until the returned function
 * is called.
 */
export function subscribeUndici(): () => void {
  return subscribeAll({
    'undici:request:create': onCreate,
    'undici:client:connected': ({ socket }) => connectionOpened(socket),
    'undici:client:sendHeaders': onSendHeaders,
    'undici:request:bodyChunkSent': onBodyChunkSent,
    'undici:request:headers': onHeaders,
    'undici:request:bodyChunkReceived': onBodyChunkReceived,
    'undici:request:trailers': onTrailers,
    'undici:request:error': onError,
  })
}

function onCreate({ request }: Fields): void {
  if (!isFields(request)) return
  const { method, origin, path } = request
  if (typeof method !== 'string' || typeof path !== 'string') return
  if (request.upgrade === 'websocket') {
    if (mayOpenRealtime(path)) followHandshake(request, path)
    return
  }
  if (method !== 'POST') return
  const target = targetOf(String(origin), path)
  const call = followRequest(method, target.origin, target.path, request.headers)
  if (call === undefined) return
  keepFollowed(request, call)
  tapUnlessPublished(request, call)
}

function followHandshake(request: Fields, path: string): void {
  const call = followWebSocket(String(request.origin), path, request.headers)
  if (call === undefined) return
  keepFollowed(request, call)
  // The one of undici before 8, the other since.
  for (const method of ['onUpgrade', 'onRequestUpgrade']) {
    tap(request, method, (_status, rawHeaders, socket) => socketOpened(call, rawHeaders, socket))
  }
}

function onSendHeaders({ request, socket }: Fields): void {
  const isFirst = isFirstUse(socket)
  const call = followedBy(request)
  if (call !== undefined) requestSent(call, isFirst)
}

function onBodyChunkSent(message: Fields): void {
  const call = callOf(message)
  const bytes = bytesOf(message.chunk)
  if (call !== undefined && bytes !== undefined) requestChunkSent(call, bytes)
}

function onHeaders(message: Fields): void {
  const call = callOf(message)
  const response = message.response
  if (call !== undefined && isFields(response)) {
    headersCame(call, Number(response.statusCode), response.headers, wallClock.nowMs())
  }
}

function onBodyChunkReceived(message: Fields): void {
  const call = callOf(message)
  if (call !== undefined && isBytes(message.chunk)) chunkCame(call, message.chunk, wallClock.nowMs())
}

function onTrailers(message: Fields): void {
  const call = callOf(message)
  if (call !== undefined) endCall(call)
}

function onError(message: Fields): void {
  const call = callOf(message)
  if (call !== undefined) endCall(call, message.error ?? 'aborted')
}

// undici before 7.11 (Node 22, and 24 up to 24.3) publishes no body chunks, and nothing tells so beforehand: the methods
// that pass chunks on are tapped until a channel turns out to have published the chunk by itself.
function tapUnlessPublished(request: Fields, call: FollowedCall): void {
  if (typeof request.onData !== 'function') return
  const requestClass: unknown = Object.getPrototypeOf(request)
  if (!isFields(requestClass) || publishing.has(requestClass)) return
  tapChunks(request, requestClass, 'onBodySent', call.wire.requestChunks, (chunk) => requestChunkSent(call, chunk))
  tapChunks(request, requestClass, 'onData', call.wire.chunks, (chunk, atMs) => chunkCame(call, chunk, atMs))
}

function tapChunks(
  request: Fields,
  requestClass: Fields,
  method: string,
  seen: readonly Uint8Array[],
  record: (chunk: Uint8Array, atMs: number) => void,
): void {
  const pass = request[method]
  if (typeof pass !== 'function') return
  const tapped = (chunk: unknown): unknown => {
    const seenBefore = seen.length
    const atMs = wallClock.nowMs()
    const result: unknown = pass.call(request, chunk)
    try {
      if (seen.length > seenBefore) {
        publishing.add(requestClass)
        // Whoever wrapped the tap keeps it.
        if (request[method] === tapped) delete request[method]
      } else {
        const bytes = bytesOf(chunk)
        if (bytes !== undefined) record(bytes, atMs)
      }
    } catch (error) {
      recordFault(error)
    }
    return result
  }
  request[method] = tapped
}

function callOf(message: Fields): FollowedCall | undefined {
  return followedBy(message.request)
}
