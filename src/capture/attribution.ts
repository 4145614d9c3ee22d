import { AsyncLocalStorage } from 'node:async_hooks'
import type { OpenSpan } from './open-span.ts'
import type { WireCall } from './wire-call.ts'

/** Who gets the model calls made in its scope: a run, or a judge. */
export interface CallSink {
  /** The calls in the order in which they started; grows while the scope runs. */
  calls: WireCall[]
  onCallStarted?(call: WireCall): void
  /** Called once for a call that completed, failed or was given up. */
  onCallEnded?(call: WireCall): void
  /** Takes a part of the run that its framework or its own code tells of. */
  addSpan?(span: OpenSpan): void
  /** The span whose scope this is; absent in the scope of the whole run. */
  within?: OpenSpan | undefined
}

const scope = new AsyncLocalStorage<CallSink | undefined>()
let callsOutside = 0

/** The result of `work`; model calls made by it and by what it starts belong to `sink`. */
export function attribute<Result>(sink: CallSink, work: () => Result): Result {
  return scope.run(sink, work)
}

/** The result of `work`; model calls and spans made by it belong to `sink`, inside of `span`. */
export function attributeWithin<Result>(sink: CallSink, span: OpenSpan, work: () => Result): Result {
  return scope.run(sinkWithin(sink, span), work)
}

/** `sink` as the scope of one of its spans. */
export function sinkWithin(sink: CallSink, span: OpenSpan): CallSink {
  return {
    calls: sink.calls,
    onCallStarted: (call) => sink.onCallStarted?.(call),
    onCallEnded: (call) => sink.onCallEnded?.(call),
    addSpan: (inner) => sink.addSpan?.(inner),
    within: span,
  }
}

/** The result of `work`; model calls made by it belong to nobody. */
export function unattributed<Result>(work: () => Result): Result {
  return scope.run(undefined, work)
}

/**
 * Model calls seen outside any scope since this process started. A queue that was made outside the runs loses their
 * scope, and so does work that outlives nobody's run; compare two readings to see the calls between them.
 */
export function callsOutsideRuns(): number {
  return callsOutside
}

/** Whose scope this is; absent outside any. */
export function currentSink(): CallSink | undefined {
  return scope.getStore()
}

/** Whose the model call is that starts right now; a call of nobody is counted and absent. */
export function claimCall(): CallSink | undefined {
  const sink = scope.getStore()
  if (sink === undefined) callsOutside++
  return sink
}
