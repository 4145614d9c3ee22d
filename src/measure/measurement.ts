import { classifyError } from '../capture/classify-error.ts'
import { costUsd } from '../capture/price.ts'
import { isComplete, readCall } from '../capture/read-call.ts'
import type { Clock } from '../domain/clock.ts'
import { sleep } from '../domain/clock.ts'
import { fullMessageOf } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import type { Prices } from '../domain/price.ts'
import type { Outcome, RunValue } from '../domain/sample.ts'
import type { ErrorClass, ModelCall } from '../domain/span.ts'
import { sumKnown, sumUsage } from '../domain/usage.ts'
import type { ActiveRun, FirstItem, TurnSpan } from './active-run.ts'

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
  values: { [V in RunValue]?: number | undefined }
  turns: { name: string; latencyMs: number; ttftMs?: number | undefined }[]
  scores: Map<string, number> | undefined
  models: string[]
  /** Models that were called, by the agent or its check, and have no price. */
  unpriced: string[]
  /** Model calls whose stream the agent left open. */
  openStreams: number
  /** The provider's refusal that no further run could get past; absent when there was none. */
  refused?: { status: number; url: string } | undefined
  /** What the agent's model calls cost; absent when unknown, 0 when none was answered. */
  spentUsd?: number | undefined
  /** What the check's own model calls cost; absent when unknown, 0 when none was answered. */
  judgeUsd?: number | undefined
  /** What the agent threw; absent when it threw nothing. */
  thrown?: { error: unknown } | undefined
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
  return assemble(run, noCalls, prices, cpuMs, abandoned, 0)
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
  if (answered) await closing(run.clock, () => wires.every(isComplete))
  const openStreams = answered ? wires.filter((wire) => !isComplete(wire)).length : 0
  const calls = await Promise.all(wires.map((wire) => readCall(wire, run.startedMs)))
  return assemble(run, calls, prices, cpuMs, abandoned, openStreams)
}

async function closing(clock: Clock, closed: () => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < closingMs && !closed(); waitedMs += 5) await sleep(clock, 5)
}

function assemble(
  run: ActiveRun,
  calls: ModelCall[],
  prices: Prices,
  cpuMs: number | undefined,
  abandoned: boolean,
  openStreams: number,
): RunMeasurement {
  const ended = endOf(run, calls, openStreams)
  const told = calls.length > 0 || run.reported !== undefined
  const values = told ? wireValues(run, calls, prices) : {}
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
    turns: run.turns === undefined ? none : run.turns.map((turn) => measureTurn(turn, calls)),
    scores: undefined,
    models: told ? modelsOf(run, calls) : none,
    unpriced: told ? unpricedOf(run, calls, prices) : none,
    openStreams,
    spentUsd: run.reported !== undefined || calls.some(isAnswered) ? values.costUsd : 0,
    judgeUsd: 0,
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

/** Whether an answer to `call` began: providers count no tokens for a request that they refused or never got. */
export function isAnswered(call: ModelCall): boolean {
  return call.status !== undefined && call.status < 400
}

function wireValues(run: ActiveRun, calls: readonly ModelCall[], prices: Prices): RunMeasurement['values'] {
  const answered = calls.filter(isAnswered)
  const reported = run.reported ?? []
  const reportedCalls = reported.reduce((sum, used) => sum + (used.modelCalls ?? 1), 0)
  const usage = sumUsage([...answered.map((call) => call.usage ?? {}), ...reported])
  const costs = [
    ...answered.map((call) => costUsd({ model: call.model, usage: call.usage ?? {} }, prices)?.usd),
    ...reported.map((used) => used.costUsd ?? costUsd({ model: used.model, usage: used }, prices)?.usd),
  ]
  return {
    ...usage,
    modelCalls: calls.length + reportedCalls,
    steps: answered.filter((call) => call.failure === undefined).length + reportedCalls,
    toolCalls:
      sumKnown([...answered.map((call) => call.toolCalls), ...reported.map((used) => used.toolCalls ?? 0)]) ?? 0,
    costUsd: sumKnown(costs),
    waitingMs: waitingMs(calls),
  }
}

/** Time between a call that failed and the next one: what the agent spent on waiting to try again. */
function waitingMs(calls: readonly ModelCall[]): number {
  let waited = 0
  for (const [index, call] of calls.entries()) {
    const next = calls[index + 1]
    if (isRepeated(call) && next !== undefined && call.endedAtMs !== undefined)
      waited += Math.max(0, next.startedAtMs - call.endedAtMs)
  }
  return waited
}

// Clients repeat what may go better the next time, and hand any other refusal to the agent at once.
function isRepeated({ failure, status = 500 }: ModelCall): boolean {
  if (failure === undefined || failure.class === 'agent') return false
  return failure.class !== 'provider' || status >= 500 || status === 408 || status === 409
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

function measureTurn(turn: TurnSpan, calls: readonly ModelCall[]): RunMeasurement['turns'][number] {
  const last = calls.findLast((call) => call.startedAtMs >= turn.startedAtMs && call.startedAtMs <= turn.endedAtMs)
  const firstAtMs = firstVisibleMs(turn.firstItem, last?.firstTextAtMs)
  return {
    name: turn.name,
    latencyMs: turn.endedAtMs - turn.startedAtMs,
    ttftMs: firstAtMs === undefined ? undefined : firstAtMs - turn.startedAtMs,
  }
}

// A model whose cost was reported with its usage needs no price, and neither does one that did not answer.
function unpricedOf(run: ActiveRun, calls: readonly ModelCall[], prices: Prices): string[] {
  const reported = run.reported ?? []
  return unpricedModels([...calls.filter(isAnswered), ...reported.filter((used) => used.costUsd === undefined)], prices)
}

/** The models among `used` that have no price, each once. */
export function unpricedModels(used: readonly { model?: string | undefined }[], prices: Prices): string[] {
  const usage = { inputTokens: 0, outputTokens: 0 }
  const named = used.flatMap(({ model }) => (model === undefined || costUsd({ model, usage }, prices) ? [] : [model]))
  return [...new Set(named)]
}

function modelsOf(run: ActiveRun, calls: readonly ModelCall[]): string[] {
  const named = [...calls.map((call) => call.model), ...(run.reported ?? []).map((used) => used.model)]
  return [...new Set(named.filter((model) => model !== undefined))]
}
