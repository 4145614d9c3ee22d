import type { OpenSpan } from '../capture/open-span.ts'
import type { WireCall } from '../capture/wire-call.ts'
import type { ModelCall } from '../domain/span.ts'
import type { Span } from '../domain/trace.ts'

/**
 * `open` on the run's clock, each with the span in whose scope it began; `calls` are told theirs.
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
  const positions = new Map(open.map((span, index) => [span, index]))
  const positionOf = (span: OpenSpan | undefined) => (span === undefined ? undefined : positions.get(span))
  for (const [index, call] of calls.entries()) call.within = positionOf(wires[index]?.within)
  return open.map(({ kind, name, startedAtMs, endedAtMs, within, handoffTo, failure, cpuMs, heapGrowthBytes }) => ({
    kind,
    name,
    startedAtMs: startedAtMs - startedMs,
    endedAtMs: endedAtMs === undefined ? undefined : endedAtMs - startedMs,
    within: positionOf(within),
    handoffTo,
    failure,
    cpuMs,
    heapGrowthBytes,
  }))
}

/** Whether `part` began in the scope of the span at `position`. */
export function isWithin(spans: readonly Span[], part: Pick<Span, 'within'>, position: number): boolean {
  for (let at = part.within; at !== undefined; at = spans[at]?.within) if (at === position) return true
  return false
}
