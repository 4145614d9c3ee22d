import type { ErrorClass } from './span.ts'
import { emptyTokenTally, type TokenTally } from './token-summary.ts'

/**
 * How a run ended.
 *
 * - `ok`: the agent answered, and the check held
 * - `wrong`: the agent answered, and the check failed
 * - `error`: the agent threw or left a stream open
 * - `timeout`: the run passed `limits.latencyMs`
 * - `limit`: the run passed another limit
 * - `infrastructure`: network or provider failed, which is no failure of the agent
 */
export const outcomes = ['ok', 'wrong', 'error', 'timeout', 'limit', 'infrastructure'] as const
/** One of {@link outcomes}. */
export type Outcome = (typeof outcomes)[number]

/** What may be known of a run besides its times. A column exists once one run knew its value. */
export const runValues = [
  'waitingMs',
  'cpuMs',
  'childCpuMs',
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'estimatedTokens',
  'wastedTokens',
  'modelCalls',
  'steps',
  'toolCalls',
  'retries',
  'modelMs',
  'toolMs',
  'coordinationMs',
  'costUsd',
] as const
/** One of {@link runValues}. */
export type RunValue = (typeof runValues)[number]

/** What may be known of one model call. */
export const callValues = ['modelTtftMs', 'interTokenLatencyMs', 'outputTokensPerSecond'] as const
/** One of {@link callValues}. */
export type CallValue = (typeof callValues)[number]

/** Why a run was not ok, in words. */
export interface RunProblem {
  /** The run's position in its samples. */
  index: number
  /** Position of its case in the plan. */
  caseIndex: number
  outcome: Outcome
  /** Absent for a wrong answer and for a broken limit. */
  class?: ErrorClass | undefined
  message: string
}

/** A named part of a run, see `run.turn`. */
export interface TurnSample {
  /** The run's position in its samples. */
  index: number
  name: string
  latencyMs: number
  /** Start of the turn to its first visible content; absent when nothing was streamed. */
  ttftMs?: number | undefined
}

/** A part of a run that its code or its framework named, see `run.phase`. */
export interface SpanSample {
  /** The run's position in its samples. */
  index: number
  kind: 'phase' | 'tool' | 'agent' | 'handoff'
  name: string
  durationMs: number
  failed: boolean
  /** CPU time of the process meanwhile, in milliseconds; absent when it was not read. */
  cpuMs?: number | undefined
  /** Growth of the heap meanwhile, garbage included, in bytes; absent when it was not read. */
  heapGrowthBytes?: number | undefined
}

/** The measurement of one run: one row of {@link Samples}. */
export interface Sample {
  /** Position of the run's case in the plan. */
  caseIndex: number
  outcome: Outcome
  /** True when the event loop was late during the run for a reason outside the run. */
  degraded: boolean
  /** When the load wanted the run to start, on the execution's clock (0 when the load starts). */
  dueAtMs: number
  startedAtMs: number
  /** Absent when nothing was streamed. */
  firstTokenAtMs?: number | undefined
  endedAtMs: number
}

/**
 * The measurements of an execution's runs, as columns, in the order in which the runs ended. 38 bytes a run, and 8 more for
 * each value that its runs know. NaN in a column stands for unknown; {@link valueAt} reads it as absent, and nothing
 * else leaves this file with it.
 */
export interface Samples {
  length: number
  /** Whether it is known which model calls are whose; false makes unknown what they told of single runs. */
  callsAreKnown: boolean
  /** Whether models were not called, so that times they have a part in are nobody's; absent when they were. */
  replayed?: boolean | undefined
  caseIndex: Uint32Array
  /** Position in {@link outcomes}. */
  outcome: Uint8Array
  /** 1 when degraded. */
  degraded: Uint8Array
  dueAtMs: Float64Array
  startedAtMs: Float64Array
  firstTokenAtMs: Float64Array
  endedAtMs: Float64Array
  values: { [V in RunValue]?: Float64Array }
  scores: Map<string, Float64Array>
  calls: { index: number[] } & { [V in CallValue]: (number | undefined)[] }
  turns: TurnSample[]
  spans: SpanSample[]
  /** What the timed runs used, and their parts. */
  tokens: TokenTally
  problems: RunProblem[]
  /** How many runs there are altogether, once they are more than are kept one by one; absent before. */
  all?: RunCounts | undefined
}

/** How many runs there are, and how they ended. */
export interface RunCounts {
  runs: number
  /** Runs that were marked degraded when they were counted. */
  degraded: number
  outcomes: Record<Outcome, number>
}

/** Runs that are kept one by one; of more, only the first, and what all of them come to. */
export const mostRows = 100_000

/** How many runs there are, those that are not kept one by one among them. */
export function runsMade({ length, all }: Samples): number {
  return all?.runs ?? length
}

/** No samples yet, with room for `capacity` runs; more room is made when it runs out. */
export function createSamples(capacity: number): Samples {
  return {
    length: 0,
    callsAreKnown: true,
    caseIndex: new Uint32Array(capacity),
    outcome: new Uint8Array(capacity),
    degraded: new Uint8Array(capacity),
    dueAtMs: new Float64Array(capacity),
    startedAtMs: new Float64Array(capacity),
    firstTokenAtMs: new Float64Array(capacity),
    endedAtMs: new Float64Array(capacity),
    values: {},
    scores: new Map(),
    calls: { index: [], modelTtftMs: [], interTokenLatencyMs: [], outputTokensPerSecond: [] },
    turns: [],
    spans: [],
    tokens: emptyTokenTally(),
    problems: [],
  }
}

/** Appends `sample`; returns its position. */
export function addSample(samples: Samples, sample: Sample): number {
  const index = samples.length
  if (index === samples.endedAtMs.length) grow(samples)
  samples.length = index + 1
  samples.caseIndex[index] = sample.caseIndex
  samples.outcome[index] = outcomes.indexOf(sample.outcome)
  samples.degraded[index] = sample.degraded ? 1 : 0
  samples.dueAtMs[index] = sample.dueAtMs
  samples.startedAtMs[index] = sample.startedAtMs
  samples.firstTokenAtMs[index] = sample.firstTokenAtMs ?? Number.NaN
  samples.endedAtMs[index] = sample.endedAtMs
  return index
}

/** Notes `value` of the run at `index`. */
export function setValue(samples: Samples, index: number, name: RunValue, value: number): void {
  let column = samples.values[name]
  if (column === undefined) {
    column = unknownColumn(samples.endedAtMs.length)
    samples.values[name] = column
  }
  column[index] = value
}

/** Notes the score `name`, 0..1, of the run at `index`. */
export function setScore(samples: Samples, index: number, name: string, value: number): void {
  let column = samples.scores.get(name)
  if (column === undefined) {
    column = unknownColumn(samples.endedAtMs.length)
    samples.scores.set(name, column)
  }
  column[index] = value
}

/** What a run knows from its model calls, and nothing when those are not known to be its own. */
const callRunValues = runValues.filter((name) => name !== 'cpuMs' && name !== 'childCpuMs')

/** Makes unknown what model calls told of the runs. */
export function forgetCalls(samples: Samples): void {
  for (const name of callRunValues) delete samples.values[name]
  for (const name of ['index', ...callValues] as const) samples.calls[name].length = 0
  samples.firstTokenAtMs.fill(Number.NaN)
  for (const turn of samples.turns) turn.ttftMs = undefined
  samples.tokens = emptyTokenTally()
  samples.callsAreKnown = false
}

/** The value of `column` at `index`; absent when unknown. */
export function valueAt(column: Float64Array | undefined, index: number): number | undefined {
  const value = column?.[index]
  return value === undefined || Number.isNaN(value) ? undefined : value
}

/** How the run at `index` ended. */
export function outcomeAt(samples: Samples, index: number): Outcome {
  return outcomes[samples.outcome[index] ?? 0] ?? 'error'
}

/** Whether the run at `index` has a latency to speak of: errors and broken infrastructure are counted, not timed. */
export function isTimed(samples: Samples, index: number): boolean {
  const outcome = outcomeAt(samples, index)
  return outcome !== 'error' && outcome !== 'infrastructure'
}

/** Whether the agent answered in the run at `index`, rightly or not. */
export function isAnswered(samples: Samples, index: number): boolean {
  const outcome = outcomeAt(samples, index)
  return outcome === 'ok' || outcome === 'wrong'
}

/** Whether the run at `index` was stopped before its end, so that its values are lower bounds. */
export function isCensored(samples: Samples, index: number): boolean {
  const outcome = outcomeAt(samples, index)
  return outcome === 'timeout' || outcome === 'limit'
}

/** How many runs ended in each way. */
export function countOutcomes(samples: Samples): Record<Outcome, number> {
  const counts = { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 }
  if (samples.all !== undefined) return { ...samples.all.outcomes }
  for (let index = 0; index < samples.length; index++) counts[outcomeAt(samples, index)] += 1
  return counts
}

/** Memory held by the columns, in bytes. */
export function columnBytes(samples: Samples): number {
  const columns = [
    ...fixedColumns.map((name) => samples[name]),
    ...Object.values(samples.values),
    ...samples.scores.values(),
  ]
  return columns.reduce((bytes, column) => bytes + column.byteLength, 0)
}

const fixedColumns = [
  'caseIndex',
  'outcome',
  'degraded',
  'dueAtMs',
  'startedAtMs',
  'firstTokenAtMs',
  'endedAtMs',
] as const

function grow(samples: Samples): void {
  const capacity = Math.max(64, samples.endedAtMs.length * 2)
  const wider = createSamples(capacity)
  for (const name of fixedColumns) {
    wider[name].set(samples[name])
    Object.assign(samples, { [name]: wider[name] })
  }
  for (const name of runValues) {
    const column = samples.values[name]
    if (column !== undefined) samples.values[name] = widened(column, capacity)
  }
  for (const [name, column] of samples.scores) samples.scores.set(name, widened(column, capacity))
}

function widened(column: Float64Array, capacity: number): Float64Array {
  const wider = unknownColumn(capacity)
  wider.set(column)
  return wider
}

function unknownColumn(capacity: number): Float64Array {
  return new Float64Array(capacity).fill(Number.NaN)
}
