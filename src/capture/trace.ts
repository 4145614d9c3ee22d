import { wallClock } from '../domain/clock.ts'
import type { SpanKind } from '../domain/trace.ts'
import { type CallSink, currentSink } from './attribution.ts'
import type { OpenSpan } from './open-span.ts'

/** A span that starts now in the scope of a run; absent outside any. */
export function startSpan(
  kind: SpanKind,
  name: string,
  sink: CallSink | undefined = currentSink(),
): OpenSpan | undefined {
  if (sink === undefined) return undefined
  const span: OpenSpan = { kind, name, startedAtMs: wallClock.nowMs(), within: sink.within }
  sink.addSpan?.(span)
  return span
}

/** Notes the end of `span`; only the first end counts. */
export function endSpan(span: OpenSpan | undefined, failure?: string): void {
  if (span === undefined || span.endedAtMs !== undefined) return
  span.endedAtMs = wallClock.nowMs()
  span.failure = failure
}
