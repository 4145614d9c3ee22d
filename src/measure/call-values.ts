import { coveredMs, type TimeInterval } from '../domain/intervals.ts'
import type { RunValue } from '../domain/sample.ts'
import type { ReportedUsage } from '../domain/scenario.ts'
import { isAnswered, isUntold, type ModelCall } from '../domain/span.ts'
import { sumTokenUse, type TokenUse, tokenUses, wastedTokens, type wasteKinds } from '../domain/token-use.ts'
import type { Span } from '../domain/trace.ts'
import { sumKnown, sumUsage, type Usage } from '../domain/usage.ts'

/** What a run wasted, by kind. */
export type Waste = Pick<TokenUse, (typeof wasteKinds)[number]>

/** What is known of a run besides its times. */
export type RunValues = { [V in RunValue]?: number | undefined }

/** What a run's model calls and spans come to. */
export interface Seen {
  /** In the order of their start. */
  calls: readonly ModelCall[]
  spans: readonly Span[]
  /** False when there were too many spans to keep. */
  spansAreAll: boolean
  /** What the agent reported by hand. */
  reported: readonly ReportedUsage[]
  /** From the start of the run to its end, in milliseconds. */
  latencyMs: number
}

/** Calls, tokens and times of a run; its cost apart. */
export function valuesOf(seen: Seen): RunValues {
  const { calls, spans, reported, latencyMs, spansAreAll } = seen
  const answered = calls.filter(isAnswered)
  const reportedCalls = countReported(reported)
  const covered = coveredCalls(seen)
  const counted = calls.filter((call) => isAnswered(call) || isUntold(call)).filter((call) => !covered.has(call))
  const toolCalls = sumKnown([0, ...counted.map(toolCallsOf), ...reported.map((used) => used.toolCalls ?? 0)])
  const estimated = answered
    .filter((call) => !covered.has(call))
    .map((call) => call.usage?.estimatedTokens)
    .filter((tokens) => tokens !== undefined)
  const steps = answered.filter((call) => call.failure === undefined && call.embeds !== true)
  return {
    ...(counted.length + reported.length === 0 ? noTokens : sumUsage([...counted.map(usageOf), ...reported])),
    estimatedTokens: sumKnown(estimated),
    wastedTokens: wastedTokens(wasteOf(seen)),
    modelCalls: calls.length + reportedCalls - covered.size,
    steps: steps.filter((call) => !covered.has(call)).length + reportedCalls,
    toolCalls,
    retries: calls.filter((call) => call.retryOf !== undefined).length,
    waitingMs: waitingMs(calls, latencyMs),
    modelMs: calls.length === 0 ? undefined : coveredMs(clipped(latencyMs, busyIn(calls))),
    toolMs: spansAreAll ? toolMs(spans, toolCalls, latencyMs) : undefined,
  }
}

/** What a run wasted; unknown when something is reported by hand, for nobody knows what that was sent for. */
export function wasteOf({ calls, reported }: Pick<Seen, 'calls' | 'reported'>): Waste {
  if (reported.length > 0) return {}
  const { resentTokens, failedTokens, repeatedTokens } = sumTokenUse(tokenUses(calls))
  return { resentTokens, failedTokens, repeatedTokens }
}

/** The calls whose answers did not tell their tokens, as far as reports by hand stand in for them. */
export function coveredCalls({ calls, reported }: Pick<Seen, 'calls' | 'reported'>): Set<ModelCall> {
  const unread = calls.filter(
    (call) => isAnswered(call) && (call.usage === undefined || call.usage.estimatedTokens !== undefined),
  )
  return new Set(unread.slice(0, countReported(reported)))
}

function countReported(reported: readonly ReportedUsage[]): number {
  return reported.reduce((sum, used) => sum + (used.modelCalls ?? 1), 0)
}

// Providers count nothing for requests that they refused.
const noTokens = { inputTokens: 0, outputTokens: 0 }

function usageOf(call: ModelCall): Usage {
  return call.usage ?? {}
}

function toolCallsOf(call: ModelCall): number | undefined {
  return isAnswered(call) ? call.toolCalls : 0
}

/** Time from calls that failed to those that repeat them, without what other calls were on in the meantime. */
function waitingMs(calls: readonly ModelCall[], latencyMs: number): number {
  const waits = calls.flatMap(({ retryOf, startedAtMs }) => {
    const failedAtMs = retryOf === undefined ? undefined : calls[retryOf]?.endedAtMs
    return failedAtMs === undefined ? [] : [{ startMs: failedAtMs, endMs: Math.max(failedAtMs, startedAtMs) }]
  })
  if (waits.length === 0) return 0
  const busy = busyIn(calls)
  return coveredMs(clipped(latencyMs, [...waits, ...busy])) - coveredMs(clipped(latencyMs, busy))
}

// An open realtime connection is no request that anybody waits for.
function busyIn(calls: readonly ModelCall[]): TimeInterval[] {
  return calls.filter(({ api }) => api !== 'realtime').map(asInterval)
}

// A framework that tells of no tool may not be asked at all; where no tool was wanted, none was at work.
function toolMs(spans: readonly Span[], toolCalls: number | undefined, latencyMs: number): number | undefined {
  const tools = spans.filter(({ kind }) => kind === 'tool')
  if (tools.length === 0) return toolCalls === 0 ? 0 : undefined
  return coveredMs(clipped(latencyMs, tools.map(asInterval)))
}

function asInterval({ startedAtMs, endedAtMs }: { startedAtMs: number; endedAtMs?: number | undefined }): TimeInterval {
  return { startMs: startedAtMs, endMs: endedAtMs ?? Number.POSITIVE_INFINITY }
}

/** The parts of `intervals` that lie in the run: what goes on after its end is not its time. */
function clipped(latencyMs: number, intervals: readonly TimeInterval[]): TimeInterval[] {
  return intervals.flatMap(({ startMs, endMs }) => {
    const part = { startMs: Math.max(0, startMs), endMs: Math.min(latencyMs, endMs) }
    return part.endMs <= part.startMs ? [] : [part]
  })
}
