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
  /** On `wallClock`. */
  startedAtMs: number
}

/** An answer that no provider gave. */
export interface LocalAnswer {
  /** 200 to 599. */
  status: number
  /** By their names in lower case. */
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

/**
 * What becomes of a model request.
 *
 * - `answer`: it gets an answer from here
 * - `refuse`: there is no connection, as when nobody listens
 * - `reset`: the connection is lost when the request has been sent
 * - `silence`: it is taken, and never answered
 * - `alter`: it goes its way, and its answer is altered, if it is no error
 */
export type Passage = { injected?: FaultKind | undefined } & (
  | { kind: 'answer'; answer: (request: Uint8Array) => LocalAnswer | Promise<LocalAnswer> }
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

/** Whether requests in the scope of `sink` come to the door: those of a run that is on. */
export function comesToDoor(sink: CallSink | undefined = currentSink()): boolean {
  const owner = sink?.owner ?? sink
  return owner !== undefined && owner.beside !== true && owner.over === undefined
}

/** Whether `call` may still turn out to be one to a model. */
export function mayAskModel({ state, sink, wire }: FollowedCall): boolean {
  return (
    state === 'undecided' &&
    (wire.protocol === unknownProtocol || wire.protocol.sharesPath === true) &&
    comesToDoor(sink)
  )
}
