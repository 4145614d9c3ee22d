import { wallClock } from '../domain/clock.ts'
import { type CallSink, claimCall, currentSink } from './attribution.ts'
import { isFields } from './fields.ts'
import { recordFault } from './guard.ts'
import { recognise } from './provider/all.ts'
import { isOtherApi } from './provider/other-api.ts'
import type { Protocol } from './provider/provider.ts'
import { asksModel, unknownProtocol } from './provider/unknown.ts'
import { receiveChunk, receiveHeaders, sendChunk, startedWireCall, type WireCall } from './wire-call.ts'

/** A request on its way that is, or may be, a model call. */
export interface FollowedCall {
  wire: WireCall
  /** Whose scope it was made in; absent when that was nobody's. */
  sink: CallSink | undefined
  /**
   * - `called`: it is a model call of `sink`
   * - `undecided`: its path does not tell; its body will
   * - `foreign`: it is none, or nobody's, and not followed any more
   */
  state: 'called' | 'undecided' | 'foreign'
}

let callsOfRuns = 0

const followedRequests = new WeakMap<object, FollowedCall>()

/** Model calls since this process started that were made by runs; compare two readings to see the calls between them. */
export function callsInRuns(): number {
  return callsOfRuns
}

/** Keeps `call` as that of `request`, an object of its transport. */
export function keepFollowed(request: object, call: FollowedCall): void {
  followedRequests.set(request, call)
}

/** The call of `request`, an object of its transport; absent when it is not followed. */
export function followedBy(request: unknown): FollowedCall | undefined {
  return isFields(request) ? followedRequests.get(request) : undefined
}

/**
 * A call to follow, when a request that starts right now is, or may be, one to a model; else absent. A model call in nobody's
 * scope is counted.
 *
 * @param path With its query.
 * @param rawHeaders Of the request, in the form of the transport; see `headerOf`.
 */
export function followRequest(
  method: string,
  origin: string,
  path: string,
  rawHeaders?: unknown,
): FollowedCall | undefined {
  if (method !== 'POST') return undefined
  const queryAt = path.indexOf('?')
  const pathname = queryAt === -1 ? path : path.slice(0, queryAt)
  const protocol = recognise(pathname)
  if (protocol === undefined && isOtherApi(pathname)) return undefined
  if (protocol !== undefined && protocol.sharesPath !== true)
    return followCall(protocol, method, origin + pathname, rawHeaders)
  const sink = currentSink()
  const wire = startedWireCall(
    protocol ?? unknownProtocol,
    method,
    origin + pathname,
    wallClock.nowMs(),
    rawHeaders,
    sink?.within,
  )
  return { wire, sink, state: 'undecided' }
}

/** A model call that starts right now, of a known protocol, in somebody's scope; else absent, and counted. */
export function followCall(
  protocol: Protocol,
  method: string,
  url: string,
  rawHeaders?: unknown,
): FollowedCall | undefined {
  const sink = currentSink()
  const wire = startedWireCall(protocol, method, url, wallClock.nowMs(), rawHeaders, sink?.within)
  const call: FollowedCall = { wire, sink, state: 'undecided' }
  begin(call)
  return call.state === 'called' ? call : undefined
}

/** Notes a part of the request's body. */
export function requestChunkSent(call: FollowedCall, chunk: Uint8Array): void {
  if (call.state === 'foreign') return
  sendChunk(call.wire, chunk)
  if (call.state === 'called') return
  if (asksModel(chunk)) begin(call)
  else call.state = 'foreign'
}

/**
 * Notes that the request goes out now.
 *
 * @param isFirst whether nothing went over its connection before
 */
export function requestSent({ wire }: FollowedCall, isFirst: boolean): void {
  wire.sentAtMs = wallClock.nowMs()
  wire.newConnection = isFirst
}

/** Notes the response's headers. */
export function headersCame({ wire, state }: FollowedCall, status: number, rawHeaders: unknown, atMs: number): void {
  if (state === 'called') receiveHeaders(wire, status, rawHeaders, atMs)
}

/** Notes a part of the response's body. */
export function chunkCame({ wire, state }: FollowedCall, chunk: Uint8Array, atMs: number): void {
  // What was measured is not kept: an agent that never ends must not fill the memory.
  if (state === 'called' && !wire.measured) receiveChunk(wire, chunk, atMs)
}

/** Notes the end of the call; only the first end counts. */
export function endCall({ wire, sink, state }: FollowedCall, error?: unknown): void {
  if (state !== 'called' || wire.endedAtMs !== undefined) return
  wire.endedAtMs = wallClock.nowMs()
  wire.error = error
  sink?.onCallEnded?.(wire)
}

function begin(call: FollowedCall): void {
  const sink = claimCall(call.sink)
  call.state = sink === undefined ? 'foreign' : 'called'
  if (sink === undefined) return
  if ((sink.owner ?? sink).beside !== true) callsOfRuns++
  sink.calls.push(call.wire)
  try {
    sink.onCallStarted?.(call.wire)
  } catch (error) {
    recordFault(error)
  }
}
