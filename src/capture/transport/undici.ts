import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { wallClock } from '../../domain/clock.ts'
import { chunkCame, endCall, type FollowedCall, followRequest, headersCame, requestChunkSent } from '../follow.ts'
import { guarded, recordFault } from '../guard.ts'

type Fields = Record<string, unknown>

const followed = new WeakMap<object, FollowedCall>()

/** Request classes whose body chunks come over the channels, so that their methods need no tap. */
const publishing = new WeakSet<object>()

const subscribers = new Map([
  ['undici:request:create', guarded(onCreate)],
  ['undici:request:bodyChunkSent', guarded(onBodyChunkSent)],
  ['undici:request:headers', guarded(onHeaders)],
  ['undici:request:bodyChunkReceived', guarded(onBodyChunkReceived)],
  ['undici:request:trailers', guarded(onTrailers)],
  ['undici:request:error', guarded(onError)],
])

/**
 * Follows the requests of undici, of the `fetch` that Node has built in and of the package, until the returned function
 * is called.
 */
export function subscribeUndici(): () => void {
  for (const [name, subscriber] of subscribers) subscribe(name, subscriber)
  return () => {
    for (const [name, subscriber] of subscribers) unsubscribe(name, subscriber)
  }
}

function onCreate(message: unknown): void {
  if (!isFields(message) || !isFields(message.request)) return
  const request = message.request
  const { method, origin, path } = request
  if (typeof method !== 'string' || typeof path !== 'string') return
  const call = followRequest(method, String(origin), path, request.headers)
  if (call === undefined) return
  followed.set(request, call)
  tapUnlessPublished(request, call)
}

function onBodyChunkSent(message: unknown): void {
  if (!isFields(message)) return
  const call = callOf(message)
  if (call !== undefined && isBytes(message.chunk)) requestChunkSent(call, message.chunk)
}

function onHeaders(message: unknown): void {
  if (!isFields(message)) return
  const call = callOf(message)
  const response = message.response
  if (call !== undefined && isFields(response)) {
    headersCame(call, Number(response.statusCode), response.headers, wallClock.nowMs())
  }
}

function onBodyChunkReceived(message: unknown): void {
  if (!isFields(message)) return
  const call = callOf(message)
  if (call !== undefined && isBytes(message.chunk)) chunkCame(call, message.chunk, wallClock.nowMs())
}

function onTrailers(message: unknown): void {
  if (!isFields(message)) return
  const call = callOf(message)
  if (call !== undefined) endCall(call)
}

function onError(message: unknown): void {
  if (!isFields(message)) return
  const call = callOf(message)
  if (call !== undefined) endCall(call, message.error ?? 'aborted')
}

// undici before 7.11 (Node 22, and 24 up to 24.3) publishes no body chunks, and nothing tells so beforehand: the methods
// that pass chunks on are tapped until a channel turns out to have published the chunk by itself.
function tapUnlessPublished(request: Fields, call: FollowedCall): void {
  if (typeof request.onData !== 'function') return
  const requestClass: unknown = Object.getPrototypeOf(request)
  if (!isFields(requestClass) || publishing.has(requestClass)) return
  tap(request, requestClass, 'onBodySent', call.wire.requestChunks, (chunk) => requestChunkSent(call, chunk))
  tap(request, requestClass, 'onData', call.wire.chunks, (chunk, atMs) => chunkCame(call, chunk, atMs))
}

function tap(
  request: Fields,
  requestClass: Fields,
  method: string,
  seen: readonly Uint8Array[],
  record: (chunk: Uint8Array, atMs: number) => void,
): void {
  const pass = request[method]
  if (typeof pass !== 'function') return
  request[method] = (chunk: unknown): unknown => {
    const seenBefore = seen.length
    const atMs = wallClock.nowMs()
    const result: unknown = pass.call(request, chunk)
    try {
      if (seen.length > seenBefore) {
        publishing.add(requestClass)
        delete request[method]
      } else if (isBytes(chunk)) {
        record(chunk, atMs)
      }
    } catch (error) {
      recordFault(error)
    }
    return result
  }
}

function callOf(message: Fields): FollowedCall | undefined {
  return isFields(message.request) ? followed.get(message.request) : undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

// Not instanceof: a worker with its own realm (vmThreads) has another Uint8Array.
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value)
}
