import { coveredMs, type TimeInterval } from '../domain/intervals.ts'
import type { RunValue } from '../domain/sample.ts'
import type { ReportedUsage } from '../domain/scenario.ts'
import type { ModelCall } from '../domain/span.ts'
import type { Span } from '../domain/trace.ts'
import { sumKnown, sumUsage } from '../domain/usage.ts'

/** What is known of a run besides its times. */
export type RunValues = { [V in RunValue]?: number | undefined }

/** What a run's model calls and spans come to. */
export interface Seen {
  /** In the order of their start. */
  calls: readonly ModelCall[]
  spans: readonly Span[]
  /** What the agent reported by hand. */
  reported: readonly ReportedUsage[]
  /** From the start of the run to its end, in milliseconds. */
  latencyMs: number
}

/** Whether an answer to `call` began: providers count no tokens for a request that they refused or never got. */
export function isAnswered(call: ModelCall): boolean {
  return call.status !== undefined && call.status < 400
}

/** Calls, tokens and times of a run; its cost apart. */
export function callValues({ calls, spans, reported, latencyMs }: Seen): RunValues {
  const answered = calls.filter(isAnswered)
  const reportedCalls = reported.reduce((sum, used) => sum + (used.modelCalls ?? 1), 0)
  const toolCalls =
    sumKnown([...answered.map((call) => call.toolCalls), ...reported.map((used) => used.toolCalls ?? 0)]) ?? 0
  const estimated = answered.map((call) => call.usage?.estimatedTokens).filter((tokens) => tokens !== undefined)
  return {
    ...sumUsage([...answered.map((call) => call.usage ?? {}), ...reported]),
    estimatedTokens: sumKnown(estimated),
    modelCalls: calls.length + reportedCalls,
    steps: answered.filter((call) => call.failure === undefined && call.embeds !== true).length + reportedCalls,
    toolCalls,
    retries: calls.filter((call) => call.retryOf !== undefined).length,
    waitingMs: coveredMs(within(latencyMs, waits(calls))),
    modelMs: calls.length === 0 ? undefined : coveredMs(within(latencyMs, calls.map(asInterval))),
    toolMs: toolMs(spans, toolCalls, latencyMs),
  }
}

/** From the end of every call that failed to the start of the one that repeats it. */
function waits(calls: readonly ModelCall[]): TimeInterval[] {
  return calls.flatMap(({ retryOf, startedAtMs }) => {
    const failedAtMs = retryOf === undefined ? undefined : calls[retryOf]?.endedAtMs
    return failedAtMs === undefined ? [] : [{ startMs: failedAtMs, endMs: Math.max(failedAtMs, startedAtMs) }]
  })
}

// A framework that tells of no tool may not be asked at all; where no tool was wanted, none was at work.
function toolMs(spans: readonly Span[], toolCalls: number, latencyMs: number): number | undefined {
  const tools = spans.filter(({ kind }) => kind === 'tool')
  if (tools.length === 0) return toolCalls === 0 ? 0 : undefined
  return coveredMs(within(latencyMs, tools.map(asInterval)))
}

function asInterval({ startedAtMs, endedAtMs }: { startedAtMs: number; endedAtMs?: number | undefined }): TimeInterval {
  return { startMs: startedAtMs, endMs: endedAtMs ?? Number.POSITIVE_INFINITY }
}

/** The parts of `intervals` that lie in the run: what goes on after its end is not its time. */
function within(latencyMs: number, intervals: readonly TimeInterval[]): TimeInterval[] {
  return intervals.flatMap(({ startMs, endMs }) => {
    const clipped = { startMs: Math.max(0, startMs), endMs: Math.min(latencyMs, endMs) }
    return clipped.endMs <= clipped.startMs ? [] : [clipped]
  })
}
