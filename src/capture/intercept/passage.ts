import type { FaultKind } from '../../domain/fault.ts'
import { type CallSink, currentSink } from '../attribution.ts'
import type { FollowedCall } from '../follow.ts'
import type { Protocol } from '../provider/provider.ts'
import { unknownProtocol } from '../provider/unknown.ts'
import type { WireCall } from '../wire-call.ts'
import type { Alteration, AnswerHead } from './altered-answer.ts'

/** A model request that is about to leave the process. */
export interface Departure {
  protocol: Protocol
  /** Origin and path, without query. */
  url: string
  method: string
  /** On `wallClock`. */
  startedAtMs: number
  /** The run, check or hook that makes it. */
  owner: CallSink
  /** Its headers in the form of the transport, once it is on its way; read them with `headerOf`. */
  rawHeaders: () => unknown
}

/** An answer that no provider gave. Every `…AtMs` is an instant on `wallClock`; what has none comes as soon as it can. */
export interface LocalAnswer {
  /** 200 to 599. */
  status: number
  /** By their names in lower case. */
  headers: Readonly<Record<string, string>>
  headersAtMs?: number | undefined
  /** Its body. */
  parts: readonly { bytes: Uint8Array; atMs?: number | undefined }[]
  endsAtMs?: number | undefined
  /** True when the connection is lost in place of an end. */
  breaks?: true | undefined
}

/**
 * What becomes of a model request.
 *
 * - `answer`: it gets an answer from here, or its connection is lost when the request has been sent
 * - `refuse`: there is no connection, as when nobody listens
 * - `reset`: the connection is lost when the request has been sent
 * - `silence`: it is taken, and never answered
 * - `alter`: it goes its way, and its answer is altered, if it is no error
 */
export type Passage = { injected?: FaultKind | undefined } & (
  | { kind: 'answer'; answer: (request: Uint8Array) => LocalAnswer | 'reset' | Promise<LocalAnswer | 'reset'> }
  | { kind: 'refuse' | 'reset' | 'silence' }
  | { kind: 'alter'; alter: (head: AnswerHead) => Alteration }
)

/** The passage of a request that goes its way. */
export type Altered = Extract<Passage, { kind: 'alter' }>

/** A passage of a request that never leaves the process. */
export type Kept = Exclude<Passage, { kind: 'alter' }>

/** The door as the transports see it. */
export interface Door {
  /** What becomes of `call`, which is one to a model; its record says so. Absent: it goes its way. */
  passageOf: (call: FollowedCall) => Passage | undefined
  /** The same of a request that no transport has followed yet. */
  decide: (departure: Departure) => Passage | undefined
  /** Calls `then` when the door closes; the returned function cancels it. */
  onClose: (then: () => void) => () => void
}

/** Notes in the record of a call what became of it. */
export function mark(wire: WireCall, { injected, kind }: Passage): void {
  wire.injected = injected
  if (kind !== 'alter') wire.kept = true
}

/** Whose requests in the scope of `sink` are that come to the door: those of a run, check or hook that is on; absent for others. */
export function ownerAtDoor(sink: CallSink | undefined = currentSink()): CallSink | undefined {
  const owner = sink?.owner ?? sink
  return owner?.over === undefined ? owner : undefined
}

/** Whether `call` may still turn out to be one to a model. */
export function mayAskModel({ state, sink, wire }: FollowedCall): boolean {
  return (
    state === 'undecided' &&
    (wire.protocol === unknownProtocol || wire.protocol.sharesPath === true) &&
    ownerAtDoor(sink) !== undefined
  )
}
