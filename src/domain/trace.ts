import type { ModelCall } from './span.ts'

/**
 * What a part of a run is.
 *
 * - `phase`: named by the agent's code, see `run.phase`
 * - `turn`: named by the agent's code, see `run.turn`
 * - `agent`: one agent of several at work, as its framework tells or its code names it, see `run.agent`
 * - `step`: one round of an agent's loop, as its framework tells
 * - `tool`: a tool at work, as its framework tells
 */
export const spanKinds = ['phase', 'turn', 'agent', 'step', 'tool'] as const
/** One of {@link spanKinds}. */
export type SpanKind = (typeof spanKinds)[number]

/** A part of a run. Every `…AtMs` is an instant on the run's clock: milliseconds since the run started. */
export interface Span {
  kind: SpanKind
  name: string
  startedAtMs: number
  /** Absent while it is open. */
  endedAtMs?: number | undefined
  /** Position, among the run's spans, of the innermost one around it; absent outside any. */
  within?: number | undefined
  /** Of a tool by which an agent hands over to another one: that one's name. */
  handoffTo?: string | undefined
  /** Why it failed; absent when it did not. */
  failure?: string | undefined
  /** CPU time of the process meanwhile, in milliseconds; absent when it was not read. */
  cpuMs?: number | undefined
  /** Growth of the heap meanwhile, garbage included, in bytes; absent when it was not read. */
  heapGrowthBytes?: number | undefined
}

/** What happened in one run: its model calls, and the parts around them. */
export interface RunTrace {
  /** The run's position in the samples. */
  index: number
  /** On the clock of the execution, which is 0 when the load starts. */
  startedAtMs: number
  endedAtMs: number
  /** In the order of their start. */
  calls: ModelCall[]
  /** In the order of their start. */
  spans: Span[]
}
