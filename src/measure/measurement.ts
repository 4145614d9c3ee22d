import { isComplete } from '../capture/read-call.ts'
import { linkRetries } from '../capture/retries.ts'
import { forgetBodies } from '../capture/wire-call.ts'
import type { Clock } from '../domain/clock.ts'
import { sleep } from '../domain/clock.ts'
import type { Prices } from '../domain/price.ts'
import type { ModelCall } from '../domain/span.ts'
import type { Span } from '../domain/trace.ts'
import { sumKnown } from '../domain/usage.ts'
import type { ActiveRun, FirstItem, NamedPart } from './active-run.ts'
import { coveredCalls, isAnswered, isUntold, type RunValues, valuesOf } from './call-values.ts'
import { type Ended, endOf } from './outcome.ts'
import { type Charged, costOf, hasPrice, type ListPrice, type Pricing, pricingFor, reportedUsd } from './pricing.ts'
import { readAnswer } from './read-answer.ts'
import { isWithin, placeSpans } from './spans.ts'

/** What one run came to. */
export interface RunMeasurement extends Ended {
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
  turns: { name: string; latencyMs: number; ttftMs?: number | undefined }[]
  scores: Map<string, number> | undefined
  models: string[]
  /** Models that were called, by the agent or its check, and have no price. */
  unpriced: string[]
  /** How models were priced that the public list was asked for. */
  priced: ListPrice[]
  /** Model calls whose stream the agent left open. */
  openStreams: number
  /** What the agent's model calls cost; absent when unknown, 0 when none was answered. Calls that were given up are left out. */
  spentUsd?: number | undefined
  /** Model calls that came to no end: what they cost is known to nobody. */
  givenUp: number
  /** What the model calls of the check and the hooks came to; absent when it made none. */
  beside?: SpentBeside | undefined
  /** What the agent threw; absent when it threw nothing. */
  thrown?: { error: unknown } | undefined
}

/** What model calls beside the agent came to: those of the check and the hooks. */
export interface SpentBeside {
  modelCalls: number
  /** Absent when an answer did not tell. */
  inputTokens?: number | undefined
  outputTokens?: number | undefined
  /** Absent when unknown. */
  costUsd?: number | undefined
}

const noCalls: ModelCall[] = []
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
  for (const wire of wires) forgetBodies(wire)
  const spans = placeSpans(run.spans ?? none, wires, calls, run.startedMs)
  const pricing = await pricingFor(modelsOf(run, calls.filter(isAnswered)), prices)
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
  const spentUsd = told ? spentOf(run, calls, pricing) : 0
  const values: RunValues = told ? toldValues(run, traced, spentUsd) : {}
  if (cpuMs !== undefined) values.cpuMs = cpuMs
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
    spans,
    turns: run.turns === undefined ? none : run.turns.map((turn) => measureTurn(turn, run, traced)),
    scores: undefined,
    models: told ? modelsOf(run, calls) : none,
    unpriced: told ? unpricedModels(chargedOf(run, calls), pricing) : none,
    priced: told ? pricedBy(chargedOf(run, calls), pricing) : none,
    openStreams,
    spentUsd,
    givenUp: told ? calls.filter(isUntold).length : 0,
    thrown: run.thrown,
  }
}

function toldValues(run: ActiveRun, { calls, spans }: Traced, spentUsd: number | undefined): RunValues {
  const reported = run.reported ?? none
  const latencyMs = (run.endedMs ?? run.startedMs) - run.startedMs
  // What a provider charges for a request that was given up, nobody knows.
  const costUsd = calls.some(isUntold) ? undefined : spentUsd
  return { ...valuesOf({ calls, spans, spansAreAll: run.spansDropped === 0, reported, latencyMs }), costUsd }
}

/** What the run's calls cost, as far as providers told; absent when the tokens or the price of one that they answered are unknown. */
function spentOf(run: ActiveRun, calls: readonly ModelCall[], pricing: Pricing): number | undefined {
  const reported = run.reported ?? none
  const covered = coveredCalls({ calls, reported })
  const answered = calls.filter((call) => isAnswered(call) && !isUntold(call) && !covered.has(call))
  return sumKnown([
    0,
    ...answered.map((call) => costOf(call, pricing)?.usd),
    ...reported.map((used) => reportedUsd(used, pricing)),
  ])
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

// A model whose cost was reported with its usage needs no price, and neither does one that did not answer.
function chargedOf(run: ActiveRun, calls: readonly ModelCall[]): Charged[] {
  const reported = run.reported ?? none
  const covered = coveredCalls({ calls, reported })
  return [
    ...calls.filter((call) => isAnswered(call) && !covered.has(call)),
    ...reported.filter((used) => used.costUsd === undefined).map((used) => ({ model: used.model, usage: used })),
  ]
}

/** The models among `used` that have no price, each once. */
export function unpricedModels(used: readonly Omit<Charged, 'usage'>[], pricing: Pricing): string[] {
  const named = used.flatMap((one) => (one.model === undefined || hasPrice(one, pricing) ? [] : [one.model]))
  return [...new Set(named)]
}

/** By which price of the public list the models of `used` were charged, each once. */
function pricedBy(used: readonly Omit<Charged, 'usage'>[], pricing: Pricing): ListPrice[] {
  const found = new Map<string, ListPrice>()
  for (const { model, provider, url } of used) {
    if (model === undefined || found.has(model)) continue
    const cost = costOf({ model, provider, url, usage: { inputTokens: 0, outputTokens: 0 } }, pricing)
    if (cost?.listed === undefined) continue
    const { date: listDate, version: listVersion } = pricing.list ?? {}
    found.set(model, { model, matched: cost.model, seller: cost.listed.provider, listDate, listVersion })
  }
  return [...found.values()]
}

function modelsOf(run: ActiveRun, calls: readonly ModelCall[]): string[] {
  const named = [...calls.map((call) => call.model), ...(run.reported ?? []).map((used) => used.model)]
  return [...new Set(named.filter((model) => model !== undefined))]
}
