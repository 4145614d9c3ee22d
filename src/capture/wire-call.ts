import type { FaultKind } from '../domain/fault.ts'
import type { OpenSpan } from './open-span.ts'
import type { Answer, Protocol } from './provider/provider.ts'

/**
 * What the wire saw of one request to a model. Filled while the agent runs, so it only gathers instants and references;
 * `readCall` makes sense of it afterwards. Every `…AtMs` is an instant on `wallClock`.
 */
export interface WireCall {
  /** How to read the response. */
  protocol: Protocol
  /** Origin and path, without query. */
  url: string
  method: string
  startedAtMs: number
  /** The span that it was made in; absent outside any. */
  within: OpenSpan | undefined
  /** The request's headers in the form of the transport; read them with `headerOf`. */
  rawRequestHeaders: unknown
  /** The request's body as it was sent. */
  requestChunks: Uint8Array[]
  /** When it had a connection and began to go out; absent before, and where the transport does not tell. */
  sentAtMs: number | undefined
  /** Whether it is the first request of its connection; absent where the transport does not tell. */
  newConnection: boolean | undefined
  /** When the response's headers came; absent before. */
  headersAtMs: number | undefined
  /** HTTP status; absent before the response's headers came. */
  status: number | undefined
  /** The response's headers in the form of the transport; read them with `headerOf`. */
  rawHeaders: unknown
  /** The response's body as it came, still compressed. */
  chunks: Uint8Array[]
  /** When each of `chunks` came. */
  arrivalsAtMs: number[]
  /** When the response was complete, failed or was given up; absent while it is open. */
  endedAtMs: number | undefined
  /** Whether its run was measured, so that what comes later is nobody's. */
  measured: boolean
  /** What ended the call early: an abort or a failed connection; absent when nothing did. */
  error: unknown
  /** The fault that it was made to meet; absent when it met none. */
  injected?: FaultKind | undefined
  /** What was read of the response, until it is let go of; absent before. */
  answer?: Answer | undefined
  /** True when it never left the process, because it was answered, or failed, at the door; absent when it left. */
  kept?: true | undefined
}

/** A call that starts at `startedAtMs`, on `wallClock`. */
export function startedWireCall(
  protocol: Protocol,
  method: string,
  url: string,
  startedAtMs: number,
  rawRequestHeaders?: unknown,
  within?: OpenSpan,
): WireCall {
  return {
    protocol,
    url,
    method,
    startedAtMs,
    within,
    rawRequestHeaders,
    requestChunks: [],
    sentAtMs: undefined,
    newConnection: undefined,
    headersAtMs: undefined,
    status: undefined,
    rawHeaders: undefined,
    chunks: [],
    arrivalsAtMs: [],
    endedAtMs: undefined,
    measured: false,
    error: undefined,
  }
}

/** Notes a part of the request's body. */
export function sendChunk(call: WireCall, chunk: Uint8Array): void {
  call.requestChunks.push(chunk)
}

/** Notes the response's headers; those of an interim response (1xx) are not the response's. */
export function receiveHeaders(call: WireCall, status: number, rawHeaders: unknown, atMs: number): void {
  if (status < 200) return
  call.headersAtMs = atMs
  call.status = status
  call.rawHeaders = rawHeaders
}

/** Notes a part of the response's body. */
export function receiveChunk(call: WireCall, chunk: Uint8Array, atMs: number): void {
  call.arrivalsAtMs.push(atMs)
  call.chunks.push(chunk)
}

/** Lets go of what was sent and received, once it is read: who holds on to a run must not hold on to that. */
export function forgetBodies(call: WireCall): void {
  call.measured = true
  call.answer = undefined
  call.requestChunks = []
  call.chunks = []
  call.arrivalsAtMs = []
}

/**
 * A header, by its name in lower case; absent when there is none of that name.
 *
 * @param rawHeaders names and values in turn, or a record of them
 */
export function headerOf(rawHeaders: unknown, name: string): string | undefined {
  if (Array.isArray(rawHeaders)) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const raw: unknown = rawHeaders[index]
      // Of most, the length tells: turning bytes into text is the dear part.
      if (lengthOf(raw) === name.length && String(raw).toLowerCase() === name) return String(rawHeaders[index + 1])
    }
    return undefined
  }
  if (typeof rawHeaders !== 'object' || rawHeaders === null) return undefined
  const value: unknown = Object.entries(rawHeaders).find(([key]) => key.toLowerCase() === name)?.[1]
  return value === undefined ? undefined : String(value)
}

function lengthOf(raw: unknown): number | undefined {
  if (typeof raw === 'string') return raw.length
  return ArrayBuffer.isView(raw) ? raw.byteLength : undefined
}
