import { promptBlocksOf } from '../capture/read/prompt-blocks.ts'
import { adviceOf } from '../compare/advice/advise.ts'
import type { SeenRun } from '../compare/advice/evidence.ts'
import type { Advice } from '../domain/advice.ts'
import type { Mode } from '../domain/baseline.ts'
import type { TimeInterval } from '../domain/intervals.ts'
import { isOneAtATime } from '../domain/load/load.ts'
import type { Plan } from '../domain/plan.ts'
import { isTimed, type Samples } from '../domain/sample.ts'
import type { RunTrace } from '../domain/trace.ts'
import { usdIfUsed } from '../measure/call-prices.ts'
import type { LateInterval } from '../measure/event-loop.ts'

/** What an execution is, as far as advice depends on it. */
export interface Advised {
  plan: Plan
  mode: Mode
  samples: Samples
  traces: readonly RunTrace[]
  /** When the event loop was late for a reason outside the runs, and when because the process computed; on the clock. */
  late: readonly LateInterval[]
  blocked: readonly LateInterval[]
  /** When the load started, on the clock. */
  originMs: number
}

/** What the runs lose whose traces were kept, and what to do about it, the largest first. */
export function adviceFor({ plan, mode, samples, traces, late, blocked, originMs }: Advised): Advice[] {
  const timed = traces.filter(({ index }) => index < samples.length && isTimed(samples, index))
  const computed = new Set(blocked.map(({ fromMs }) => fromMs))
  const outside = onLoad(
    late.filter(({ fromMs }) => !computed.has(fromMs)),
    originMs,
  )
  const calm = timed.filter((trace) => within(outside, trace).length === 0)
  const blocks = onLoad(blocked, originMs)
  const runs = (calm.length === 0 ? timed : calm).map((trace): SeenRun => {
    const { startedAtMs, endedAtMs, calls, spans, index } = trace
    const one = plan.cases.length < 2 ? undefined : plan.cases[samples.caseIndex[index] ?? 0]
    const latencyMs = endedAtMs - startedAtMs
    return { startedAtMs, latencyMs, calls, spans, caseName: one?.name, blocked: within(blocks, trace) }
  })
  const inOrder = runs.toSorted((a, b) => a.startedAtMs - b.startedAtMs)
  return adviceOf({
    runs: inOrder,
    traced: traces,
    alone: isOneAtATime(plan.load),
    replayed: mode === 'replay',
    promptOf: promptBlocksOf,
    usdOf: usdIfUsed,
  })
}

function onLoad(intervals: readonly LateInterval[], originMs: number): TimeInterval[] {
  return intervals.map(({ fromMs, toMs }) => ({ startMs: fromMs - originMs, endMs: toMs - originMs }))
}

/** The parts of `intervals` in the run of `trace`, on its clock. */
function within(intervals: readonly TimeInterval[], { startedAtMs, endedAtMs }: RunTrace): TimeInterval[] {
  return intervals
    .map(({ startMs, endMs }) => ({
      startMs: Math.max(startMs, startedAtMs) - startedAtMs,
      endMs: Math.min(endMs, endedAtMs) - startedAtMs,
    }))
    .filter(({ startMs, endMs }) => endMs > startMs)
}
