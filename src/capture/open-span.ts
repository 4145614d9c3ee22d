import type { SpanKind } from '../domain/trace.ts'

/** A part of a run while it is on. Every `…AtMs` is an instant on `wallClock`. */
export interface OpenSpan {
  kind: SpanKind
  name: string
  startedAtMs: number
  /** Absent while it is open. */
  endedAtMs?: number | undefined
  /** The innermost span in whose scope it began; absent outside any. */
  within?: OpenSpan | undefined
  handoffTo?: string | undefined
  failure?: string | undefined
  cpuMs?: number | undefined
  heapGrowthBytes?: number | undefined
}
