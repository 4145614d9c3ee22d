import type { OpenSpan } from '../capture/open-span.ts'
import type { WireCall } from '../capture/wire-call.ts'
import type { ModelCall } from '../domain/span.ts'
import type { Span } from '../domain/trace.ts'

/**
 * `open` on the run's clock, each with the innermost span around it; `calls` are told theirs. A place that a scope tells is
 * sure. Frameworks tell of spans without one: what lies in the time of just one of them, or of several that lie inside one
 * another, is placed there; where two are on side by side, nobody knows, and the place is what holds both.
 *
 * @param wires of `calls`, in the same order
 * @param startedMs start of the run, on the clock of `open`
 */
export function placeSpans(
  open: readonly OpenSpan[],
  wires: readonly WireCall[],
  calls: readonly ModelCall[],
  startedMs: number,
): Span[] {
  const spans = open.map((span): Span => {
    const { kind, name, failure, cpuMs, heapGrowthBytes } = span
    return {
      kind,
      name,
      startedAtMs: span.startedAtMs - startedMs,
      endedAtMs: span.endedAtMs === undefined ? undefined : span.endedAtMs - startedMs,
      failure,
      cpuMs,
      heapGrowthBytes,
    }
  })
  const sure = (span: OpenSpan | undefined) => (span === undefined ? undefined : indexOf(open, span))
  for (const [index, span] of spans.entries()) span.within = sure(open[index]?.within)
  for (const [index, span] of spans.entries()) span.within = innermost(spans, span, span.within, index)
  for (const [index, call] of calls.entries()) call.within = innermost(spans, call, sure(wires[index]?.within))
  return spans
}

type Timed = Pick<Span, 'startedAtMs' | 'endedAtMs'>

function innermost(
  spans: readonly Span[],
  part: Timed,
  known: number | undefined,
  self: number = spans.length,
): number | undefined {
  const around = spans.flatMap((span, index) =>
    holds(span, part, index < self) && mayHold(spans, index, known) && !isInside(spans, index, self) ? [index] : [],
  )
  const sure = around.filter((one) =>
    around.every((other) => isAround(spans, one, other) || isAround(spans, other, one)),
  )
  return sure.find((one) => sure.every((other) => isAround(spans, other, one))) ?? known
}

/** Whether `span` was on for all the time of `part`; of two that were on for the same time, the earlier holds the later. */
function holds(span: Timed, part: Timed, earlier: boolean): boolean {
  const [spanEndMs, partEndMs] = [endOf(span), endOf(part)]
  if (span.startedAtMs > part.startedAtMs || spanEndMs < partEndMs) return false
  return earlier || span.startedAtMs < part.startedAtMs || spanEndMs > partEndMs
}

function isAround(spans: readonly Span[], outer: number, inner: number): boolean {
  const [around, part] = [spans[outer], spans[inner]]
  return outer === inner || (around !== undefined && part !== undefined && holds(around, part, outer < inner))
}

/** Whether the span at `index` may hold what is known to be in the one at `known`: the user's own spans always tell. */
function mayHold(spans: readonly Span[], index: number, known: number | undefined): boolean {
  const span = spans[index]
  if (span === undefined || span.kind === 'phase' || span.kind === 'turn') return false
  if (known === undefined || isInside(spans, index, known)) return true
  const around = spans[known]
  return around !== undefined && span.within === undefined && holds(around, span, true)
}

function isInside(spans: readonly Span[], index: number, outer: number): boolean {
  for (let at: number | undefined = index; at !== undefined; at = spans[at]?.within) if (at === outer) return true
  return false
}

function endOf({ endedAtMs }: Timed): number {
  return endedAtMs ?? Number.POSITIVE_INFINITY
}

function indexOf(open: readonly OpenSpan[], span: OpenSpan): number | undefined {
  const index = open.indexOf(span)
  return index === -1 ? undefined : index
}
