import type { OpenSpan } from '../capture/open-span.ts'
import { notePromptBlocks } from '../capture/read/prompt-blocks.ts'
import { isComplete } from '../capture/read/read-call.ts'
import { noteResent } from '../capture/read/resent.ts'
import { linkRetries } from '../capture/read/retries.ts'
import { noteToolUses } from '../capture/read/tool-uses.ts'
import { forgetBodies } from '../capture/wire-call.ts'
import type { Clock } from '../domain/clock.ts'
import { sleep } from '../domain/clock.ts'
import { coordinationMs } from '../domain/coordination.ts'
import type { Prices } from '../domain/price.ts'
import { isAnswered, type ModelCall } from '../domain/span.ts'
import { type TokenShare, tokenShares } from '../domain/token-part.ts'
import type { Span } from '../domain/trace.ts'
import type { ActiveRun, FirstItem, NamedPart } from './active-run.ts'
import type { SpentBeside } from './beside.ts'
import { keepPricing } from './call-prices.ts'
import { coveredCalls, type RunValues, valuesOf, type Waste, wasteOf } from './call-values.ts'
import { type Costs, costsOf } from './cost.ts'
import { type Ended, endOf } from './outcome.ts'
import { costOf, type Pricing, pricingFor, reportedUsd } from './pricing.ts'
import { readAnswer } from './read-answer.ts'
import { isWithin, placeSpans } from './spans.ts'

/** What one run came to. */
export interface RunMeasurement extends Ended, Costs {
  /** True when it was broken off with the whole execution, so that it says nothing. */
  interrupted: boolean
  /** True when the agent went on after its signal was aborted. */
  abandoned: boolean
  /** On the clock of the execution. */
  startedMs: number
  endedMs: number
  /** Absent when nothing was streamed. */
  firstTokenMs?: number | undefined
  output: unknown
  calls: ModelCall[]
  /** Named parts and what frameworks told of, in the order of their start. */
  spans: Span[]
  values: RunValues
  /** Of its tokens; a kind is absent when it is unknown. */
  waste: Waste
  /** What its parts used. */
  shares: TokenShare[]
  turns: { name: string; latencyMs: number; ttftMs?: number | undefined }[]
  scores: Map<string, number> | undefined
  models: string[]
  /** Model calls whose stream the agent left open. */
  openStreams: number
  /** What the model calls of the check and the hooks came to; absent when it made none. */
  beside?: SpentBeside | undefined
  /** What the agent threw; absent when it threw nothing. */
  thrown?: { error: unknown } | undefined
}

const nothing: Costs = { spentUsd: 0, untold: 0, unpriced: [], priced: [] }
const noCalls: ModelCall[] = []
const nothingKnown: Waste = {}
const nowhere: OpenSpan = { kind: 'phase', name: '', startedAtMs: 0 }
const none: never[] = []
// How long the last bytes of a finished response may be behind the agent that has read its content.
const closingMs = 100

/** What the run that is over came to, before its check. */
export function measurementOf(
  run: ActiveRun,
  prices: Prices,
  cpuMs: number | undefined,
  abandoned: boolean,
): RunMeasurement | Promise<RunMeasurement> {
  if (run.calls.length > 0) return measureCalls(run, prices, cpuMs, abandoned)
  const spans = run.spans === undefined ? none : placeSpans(run.spans, none, noCalls, run.startedMs)
  const traced = { calls: noCalls, spans, openStreams: 0 }
  const pricing = run.reported === undefined ? { prices } : pricingFor(modelsOf(run, noCalls), prices)
  const measure = (known: Pricing) => assemble(run, traced, known, cpuMs, abandoned)
  return pricing instanceof Promise ? pricing.then(measure) : measure(pricing)
}

async function measureCalls(
  run: ActiveRun,
  prices: Prices,
  cpuMs: number | undefined,
  abandoned: boolean,
): Promise<RunMeasurement> {
  // Calls that start later belong to an agent that did not stop, not to this run.
  const wires = run.calls.slice()
  const answered = run.stopped === undefined && run.thrown === undefined
  // A realtime connection is the agent's to keep.
  const streams = answered ? wires.filter(({ protocol }) => protocol.api !== 'realtime') : none
  if (answered) await closing(run.clock, () => streams.every(isComplete))
  const openStreams = streams.filter((wire) => !isComplete(wire)).length
  const calls = await Promise.all(wires.map((wire) => readAnswer(wire, run.startedMs)))
  linkRetries(wires, calls)
  noteToolUses(wires, calls)
  await noteResent(wires, calls)
  await notePromptBlocks(wires, calls)
  run.onCalls?.(wires)
  for (const wire of wires) forgetBodies(wire)
  const spans = placeSpans(run.spans ?? none, wires, calls, run.startedMs)
  const pricing = await pricingFor(modelsOf(run, calls.filter(isAnswered)), prices)
  keepPricing(calls, pricing)
  for (const call of calls) call.costUsd = isAnswered(call) ? costOf(call, pricing)?.usd : undefined
  return assemble(run, { calls, spans, openStreams }, pricing, cpuMs, abandoned)
}

async function closing(clock: Clock, closed: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < closingMs && !closed(); waitedMs += 5) await sleep(clock, 5)
}

interface Traced {
  calls: ModelCall[]
  spans: Span[]
  openStreams: number
}

function assemble(
  run: ActiveRun,
  traced: Traced,
  pricing: Pricing,
  cpuMs: number | undefined,
  abandoned: boolean,
): RunMeasurement {
  const { calls, spans, openStreams } = traced
  const ended = endOf(run, calls, openStreams)
  const told = calls.length > 0 || run.reported !== undefined
  const costs = told ? costsOf(calls, run.reported ?? none, pricing) : nothing
  const values: RunValues = told ? toldValues(run, traced, costs) : {}
  if (cpuMs !== undefined) values.cpuMs = cpuMs
  if (run.spans !== undefined && run.spansDropped === 0)
    values.coordinationMs = coordinationMs(spans, calls, (run.endedMs ?? run.startedMs) - run.startedMs)
  return {
    outcome: ended.outcome,
    problem: ended.problem,
    refused: ended.refused,
    interrupted: run.stopped?.outcome === 'interrupted',
    abandoned,
    startedMs: run.startedMs,
    endedMs: run.endedMs ?? run.startedMs,
    firstTokenMs: firstTokenMs(run, calls),
    output: run.output,
    calls,
    values,
    waste: told ? wasteOf({ calls, reported: run.reported ?? none }) : nothingKnown,
    shares: told ? sharesOf(run, traced, pricing) : none,
    spans,
    turns: run.turns === undefined ? none : run.turns.map((turn) => measureTurn(turn, run, traced)),
    scores: undefined,
    models: told ? modelsOf(run, calls) : none,
    spentUsd: costs.spentUsd,
    untold: costs.untold,
    unpriced: costs.unpriced,
    priced: costs.priced,
    openStreams,
    thrown: run.thrown,
  }
}

function sharesOf(run: ActiveRun, { calls, spans }: Traced, pricing: Pricing): TokenShare[] {
  const reported = (run.reported ?? none).map((used, index) => {
    const within = run.spans?.indexOf(run.reportedWithin?.[index] ?? nowhere) ?? -1
    const use = { ...used, costUsd: reportedUsd(used, pricing) }
    return { use, modelCalls: used.modelCalls ?? 1, within: within === -1 ? undefined : within }
  })
  return tokenShares(calls, spans, reported, coveredCalls({ calls, reported: run.reported ?? none }))
}

function toldValues(run: ActiveRun, { calls, spans }: Traced, { spentUsd, untold }: Costs): RunValues {
  const latencyMs = (run.endedMs ?? run.startedMs) - run.startedMs
  const seen = { calls, spans, spansAreAll: run.spansDropped === 0, reported: run.reported ?? none, latencyMs }
  // What a provider charges for a call that came to no end, nobody knows.
  return { ...valuesOf(seen), costUsd: untold > 0 ? undefined : spentUsd }
}

function firstTokenMs(run: ActiveRun, calls: readonly ModelCall[]): number | undefined {
  const textAtMs = calls.at(-1)?.firstTextAtMs
  return firstVisibleMs(run.firstItem, textAtMs === undefined ? undefined : run.startedMs + textAtMs)
}

function firstVisibleMs(firstItem: FirstItem | undefined, textMs: number | undefined): number | undefined {
  if (firstItem === undefined || firstItem.isText) return firstItem?.atMs ?? textMs
  // Objects and bytes may begin with what no user sees: an event that opens the stream, say.
  return Math.max(firstItem.atMs, textMs ?? firstItem.atMs)
}

function measureTurn(
  { span, firstItem }: NamedPart,
  run: ActiveRun,
  { calls, spans }: Traced,
): RunMeasurement['turns'][number] {
  const position = run.spans?.indexOf(span) ?? -1
  const last = calls.findLast((call) => isWithin(spans, call, position))
  const textMs = last?.firstTextAtMs === undefined ? undefined : run.startedMs + last.firstTextAtMs
  const firstMs = firstVisibleMs(firstItem, textMs)
  return {
    name: span.name,
    latencyMs: (span.endedAtMs ?? span.startedAtMs) - span.startedAtMs,
    ttftMs: firstMs === undefined ? undefined : firstMs - span.startedAtMs,
  }
}

function modelsOf(run: ActiveRun, calls: readonly ModelCall[]): string[] {
  const named = [...calls.map((call) => call.model), ...(run.reported ?? []).map((used) => used.model)]
  return [...new Set(named.filter((model) => model !== undefined))]
}
