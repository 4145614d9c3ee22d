import { coveredMs, type TimeInterval } from './intervals.ts'
import type { ModelCall } from './span.ts'
import type { Span } from './trace.ts'

/** Something that an agent does. */
interface Work {
  /** Position of the agent; absent for the run itself. */
  agent?: number | undefined
  time: TimeInterval
}

/**
 * Time of a run in which none of its agents is at work, in milliseconds; absent when fewer than two agents were. An agent works
 * from its start to its end; one that has others inside of it, as the run itself has, only while a model call or a tool of its own is
 * on its way, and it is no agent where it has neither.
 *
 * @see METHODOLOGY.md#agents
 */
export function coordinationMs(
  spans: readonly Span[],
  calls: readonly ModelCall[],
  latencyMs: number,
): number | undefined {
  if (spans.filter(({ kind }) => kind === 'agent').length < 2) return undefined
  const works = [...workOfSpans(spans, latencyMs), ...calls.flatMap((call) => workOfCall(spans, call, latencyMs))]
  const names = works.flatMap(({ agent }) => (agent === undefined ? [] : [spans[agent]?.name]))
  if (new Set(names).size < 2) return undefined
  return Math.max(0, latencyMs - coveredMs(works.map(({ time }) => time)))
}

function workOfSpans(spans: readonly Span[], latencyMs: number): Work[] {
  const around = new Set<number>()
  for (const [position, span] of spans.entries()) {
    if (span.kind !== 'agent') continue
    for (let at = span.within; at !== undefined && at < position; at = spans[at]?.within) around.add(at)
  }
  return spans.flatMap((span, position): Work[] => {
    // A tool that is an agent is the work of that one.
    if (around.has(position)) return []
    if (span.kind === 'agent') return [{ agent: position, time: timeOf(span, latencyMs) }]
    const isWork = span.kind === 'tool' && span.handoffTo === undefined
    return isWork ? [{ agent: innermostAgent(spans, span), time: timeOf(span, latencyMs) }] : []
  })
}

// An open realtime connection is nobody's work.
function workOfCall(spans: readonly Span[], call: ModelCall, latencyMs: number): Work[] {
  return call.api === 'realtime' ? [] : [{ agent: innermostAgent(spans, call), time: timeOf(call, latencyMs) }]
}

function timeOf({ startedAtMs, endedAtMs }: Pick<Span, 'startedAtMs' | 'endedAtMs'>, latencyMs: number): TimeInterval {
  const startMs = Math.max(0, startedAtMs)
  return { startMs, endMs: Math.max(startMs, Math.min(latencyMs, endedAtMs ?? latencyMs)) }
}

function innermostAgent(spans: readonly Span[], part: Pick<Span, 'within'>): number | undefined {
  let at = part.within
  // A span begins before what lies in it, so that the way out is no longer than there are spans.
  for (let passed = 0; at !== undefined && passed < spans.length; passed++) {
    if (spans[at]?.kind === 'agent') return at
    at = spans[at]?.within
  }
  return undefined
}
