import { attribute, type CallSink } from '../../../src/capture/attribution.ts'
import type { OpenSpan } from '../../../src/capture/open-span.ts'
import { readCall } from '../../../src/capture/read/read-call.ts'
import { wallClock } from '../../../src/domain/clock.ts'

/** What became of a piece of work, and what was heard of it. */
export interface Heard<Result> {
  result: Result
  /** In the order in which they started. */
  spans: OpenSpan[]
  /** Of each model call its model and the path of the span that it was made in, in the order in which they started. */
  calls: { model: string | undefined; path: string; within: OpenSpan | undefined }[]
}

/** Does `work` in a scope of its own, as a run does. */
export async function hear<Result>(work: () => Promise<Result>): Promise<Heard<Result>> {
  const spans: OpenSpan[] = []
  const sink: CallSink = { calls: [], addSpan: (span) => spans.push(span) }
  const startedMs = wallClock.nowMs()
  const result = await attribute(sink, work)
  const calls = sink.calls.map(async (wire) => {
    const { model } = await readCall(wire, startedMs)
    return { model, path: pathOf(wire.within), within: wire.within }
  })
  return { result, spans, calls: await Promise.all(calls) }
}

/** The names of the spans around `span` and its own, from the outside in. */
export function pathOf(span: OpenSpan | undefined): string {
  if (span === undefined) return ''
  return span.within === undefined ? span.name : `${pathOf(span.within)} > ${span.name}`
}
