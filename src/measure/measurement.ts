import { classifyError } from '../capture/classify-error.ts'
import { isComplete } from '../capture/read-call.ts'
import { linkRetries } from '../capture/retries.ts'
import type { Clock } from '../domain/clock.ts'
import { sleep } from '../domain/clock.ts'
import { fullMessageOf } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import type { Prices } from '../domain/price.ts'
import type { Outcome } from '../domain/sample.ts'
import type { ErrorClass, ModelCall } from '../domain/span.ts'
import type { Span } from '../domain/trace.ts'
import { sumKnown } from '../domain/usage.ts'
import type { ActiveRun, FirstItem, NamedPart } from './active-run.ts'
import { callValues, isAnswered, type RunValues } from './call-values.ts'
import { type Charged, costOf, hasPrice, type ListPrice, type Pricing, pricingFor, reportedUsd } from './pricing.ts'
import { readAnswer } from './read-answer.ts'
import { placeSpans } from './spans.ts'

/** What one run came to. */
export interface RunMeasurement {
  outcome: Outcome
  /** Why it was not ok; absent when it was. */
  problem?: { class?: ErrorClass | undefined; message: string } | undefined
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
  /** The provider's refusal that no further run could get past; absent when there was none. */
  refused?: { status: number; url: string } | undefined
  /** What the agent's model calls cost; absent when unknown, 0 when none was answered. */
  spentUsd?: number | undefined
  /** What the check's own model calls came to; absent when it made none. */
  judge?: JudgeSpend | undefined
  /** What the agent threw; absent when it threw nothing. */
  thrown?: { error: unknown } | undefined
}

/** What model calls of a check came to. */
export interface JudgeSpend {
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
  { calls, spans, openStreams }: Traced,
  pricing: Pricing,
  cpuMs: number | undefined,
  abandoned: boolean,
): RunMeasurement {
  const ended = endOf(run, calls, openStreams)
  const told = calls.length > 0 || run.reported !== undefined
  const values: RunValues = told ? toldValues(run, calls, spans, pricing) : {}
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
    turns: run.turns === undefined ? none : run.turns.map((turn) => measureTurn(turn, run.startedMs, calls)),
    scores: undefined,
    models: told ? modelsOf(run, calls) : none,
    unpriced: told ? unpricedOf(run, calls, pricing) : none,
    priced: told ? pricedBy([...calls.filter(isAnswered), ...(run.reported ?? none)], pricing) : none,
    openStreams,
    spentUsd: run.reported !== undefined || calls.some(isAnswered) ? values.costUsd : 0,
    thrown: run.thrown,
  }
}

const fine: Pick<RunMeasurement, 'outcome' | 'problem' | 'refused'> = { outcome: 'ok' }

function endOf(
  run: ActiveRun,
  calls: readonly ModelCall[],
  openStreams: number,
): Pick<RunMeasurement, 'outcome' | 'problem' | 'refused'> {
  const { stopped, thrown } = run
  if (stopped !== undefined) {
    const outcome = stopped.outcome === 'interrupted' ? 'timeout' : stopped.outcome
    return { outcome, problem: { class: outcome === 'timeout' ? 'timeout' : undefined, message: stopped.message } }
  }
  if (thrown !== undefined) return failureOf(thrown.error, calls)
  if (openStreams > 0) {
    const message = `The agent returned and left ${plural(openStreams, 'model call')} open. Read every stream to its end, or abort it.`
    return { outcome: 'error', problem: { class: 'agent', message } }
  }
  if (isUnreadAnswer(run.output)) {
    const message =
      'The agent returned an answer that it had not begun to read. Return its stream: `result.textStream`.'
    return { outcome: 'error', problem: { class: 'agent', message } }
  }
  return fine
}

// What streamText of the AI SDK returns calls no model until somebody reads one of its streams.
function isUnreadAnswer(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'textStream' in output && 'consumeStream' in output
}

function failureOf(
  error: unknown,
  calls: readonly ModelCall[],
): Pick<RunMeasurement, 'outcome' | 'problem' | 'refused'> {
  const kind = classifyError(error, calls)
  const last = calls.findLast((call) => call.failure !== undefined)
  const status = kind === 'provider' ? (last?.status ?? statusOf(error)) : undefined
  const broken = kind === 'connection' || kind === 'rateLimit' || (status !== undefined && status >= 500)
  const refused =
    last !== undefined && (status === 401 || status === 403 || status === 404) ? { status, url: last.url } : undefined
  return {
    outcome: broken ? 'infrastructure' : 'error',
    problem: { class: kind, message: fullMessageOf(error) },
    refused,
  }
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const status: unknown = 'status' in error ? error.status : 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : undefined
}

function toldValues(run: ActiveRun, calls: readonly ModelCall[], spans: readonly Span[], pricing: Pricing): RunValues {
  const reported = run.reported ?? none
  const costs = [
    ...calls.filter(isAnswered).map((call) => costOf(call, pricing)?.usd),
    ...reported.map((used) => reportedUsd(used, pricing)),
  ]
  const latencyMs = (run.endedMs ?? run.startedMs) - run.startedMs
  return { ...callValues({ calls, spans, reported, latencyMs }), costUsd: sumKnown(costs) }
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
  startedMs: number,
  calls: readonly ModelCall[],
): RunMeasurement['turns'][number] {
  const startedAtMs = span.startedAtMs - startedMs
  const endedAtMs = (span.endedAtMs ?? span.startedAtMs) - startedMs
  const last = calls.findLast((call) => call.startedAtMs >= startedAtMs && call.startedAtMs <= endedAtMs)
  const textMs = last?.firstTextAtMs === undefined ? undefined : startedMs + last.firstTextAtMs
  const firstMs = firstVisibleMs(firstItem, textMs)
  return {
    name: span.name,
    latencyMs: endedAtMs - startedAtMs,
    ttftMs: firstMs === undefined ? undefined : firstMs - span.startedAtMs,
  }
}

// A model whose cost was reported with its usage needs no price, and neither does one that did not answer.
function unpricedOf(run: ActiveRun, calls: readonly ModelCall[], pricing: Pricing): string[] {
  const reported = run.reported ?? none
  return unpricedModels(
    [...calls.filter(isAnswered), ...reported.filter((used) => used.costUsd === undefined)],
    pricing,
  )
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
