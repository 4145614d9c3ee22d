import { AsyncLocalStorage } from 'node:async_hooks'
import type { Channel } from 'node:diagnostics_channel'
import { recordFault } from './guard.ts'
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
  /**
   * Why nothing more can belong to it; absent while something can. Work that a queue runs later than it was asked to runs in the
   * scope of whoever happened to be next to it, and what such a scope says after its own run is over is certainly wrong.
   */
  over?: 'ended' | 'stopped' | undefined
  /** Called for a model call in its scope after it had ended by itself, which belongs to nobody. */
  onCallAfterEnd?: (() => void) | undefined
  /** True for a check and the hooks: what they do beside the agent meets no fault. */
  beside?: true | undefined
  /** The run or judge in whose spans this scope lies; absent when this is the run or judge itself. */
  owner?: CallSink | undefined
  /** What all runs of its execution, their checks and hooks have in common, and no others; absent outside of one. */
  execution?: object | undefined
  /** Position of its run in the execution; negative in a warm-up. */
  index?: number | undefined
}

/** A span and whose it is. */
export interface Place {
  sink: CallSink
  span: OpenSpan
}

const scope = new AsyncLocalStorage<CallSink | undefined>()
const locators = new Set<() => Place | undefined>()
let callsOutside = 0

/** The result of `work`; model calls made by it and by what it starts belong to `sink`. */
export function attribute<Result>(sink: CallSink, work: () => Result): Result {
  return scope.run(sink, work)
}

/** The result of `work`; model calls and spans made by it belong to `sink`, inside of `span`. */
export function attributeWithin<Result>(sink: CallSink, span: OpenSpan, work: () => Result): Result {
  return scope.run(sinkWithin(sink, span), work)
}

/** The result of `work`; model calls made by it and by what it starts belong to nobody, and are counted as such. */
export function attributeToNobody<Result>(work: () => Result): Result {
  return scope.run(undefined, work)
}

/** The result of `work`, whose requests are no model calls, whatever they look like: they are neither a run's nor counted. */
export function unwatched<Result>(work: () => Result): Result {
  return scope.run(nobodysCalls, work)
}

// Nothing more belongs to one that was stopped, and nobody is told.
const nobodysCalls: CallSink = { calls: [], over: 'stopped' }

/** `sink` as the scope of one of its spans. */
export function sinkWithin(sink: CallSink, span: OpenSpan): CallSink {
  return {
    calls: sink.calls,
    onCallStarted: (call) => sink.onCallStarted?.(call),
    onCallEnded: (call) => sink.onCallEnded?.(call),
    addSpan: (inner) => sink.addSpan?.(inner),
    within: span,
    owner: sink.owner ?? sink,
  }
}

/** `sink`, or the scope of the span at `place` when that one is open, of the same run and further inside. */
export function placedIn(sink: CallSink, place: Place | undefined): CallSink {
  if (place === undefined || place.sink.calls !== sink.calls) return sink
  let open: OpenSpan | undefined = place.span
  while (open?.endedAtMs !== undefined) open = open.within
  return open === undefined || isInside(sink.within, open) ? sink : sinkWithin(sink, open)
}

/**
 * Asks `locate` where the code is whenever somebody asks whose it is, until the returned function is called. A framework that
 * opens spans without a scope of their own tells in this way in which of them the code runs.
 */
export function locateWith(locate: () => Place | undefined): () => void {
  locators.add(locate)
  return () => locators.delete(locate)
}

/**
 * Runs what an operation of `channel` does in the scope that `enter` makes of the operation's message and the scope around it,
 * until the returned function is called. Outside of any scope nobody is asked.
 */
export function bindScope(
  channel: Channel<CallSink | undefined, object>,
  enter: (message: object, sink: CallSink) => CallSink,
): () => void {
  channel.bindStore(scope, (message) => {
    const sink = currentSink()
    try {
      return sink && enter(message, sink)
    } catch (error) {
      recordFault(error)
      return sink
    }
  })
  return () => channel.unbindStore(scope)
}

/**
 * Model calls since this process started that were made outside any scope; compare two readings to see the calls between them.
 */
export function callsOutsideRuns(): number {
  return callsOutside
}

/** Whose scope this is, the innermost span included; absent outside any. */
export function currentSink(): CallSink | undefined {
  const sink = scope.getStore()
  return sink && innermost(sink)
}

/** The run or judge that this scope belongs to; absent outside any. */
export function currentOwner(): CallSink | undefined {
  const sink = scope.getStore()
  return sink?.owner ?? sink
}

/**
 * Whose a model call is that started in the scope of `sink`; absent, and counted or told, when it is of nobody or of a run that is
 * over.
 */
export function claimCall(sink: CallSink | undefined): CallSink | undefined {
  const owner = sink?.owner ?? sink
  if (owner === undefined) callsOutside++
  else if (owner.over === undefined) return sink
  // What a stopped agent goes on with is told otherwise.
  else if (owner.over === 'ended') owner.onCallAfterEnd?.()
  return undefined
}

function innermost(sink: CallSink): CallSink {
  let found = sink
  for (const locate of locators) {
    try {
      found = placedIn(found, locate())
    } catch (error) {
      recordFault(error)
    }
  }
  return found
}

function isInside(span: OpenSpan | undefined, around: OpenSpan): boolean {
  for (let inner = span; inner !== undefined; inner = inner.within) if (inner === around) return true
  return false
}
