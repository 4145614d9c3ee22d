import { emptyFold, type Fold, foldRuns } from '../domain/fold/fold.ts'
import type { Plan } from '../domain/plan.ts'
import {
  addSample,
  callValues,
  createSamples,
  isTimed,
  mostRows,
  type RunValue,
  type Samples,
  setScore,
  setValue,
} from '../domain/sample.ts'
import { interTokenLatencyMs, isAnswered, type ModelCall, modelTtftMs } from '../domain/span.ts'
import { tallyTokens } from '../domain/token-summary.ts'
import type { Span } from '../domain/trace.ts'
import type { RunMeasurement } from '../measure/measurement.ts'

// So many problems tell all that there is to tell.
const problemsKept = 1_000

/**
 * Adds `run` to `samples`.
 *
 * @param originMs when the load started, on the clock
 * @returns its position
 * @param keepsDetails whether its model calls, turns and spans are kept, and not only what they come to
 */
export function keepRun(
  samples: Samples,
  run: RunMeasurement,
  caseIndex: number,
  dueMs: number,
  originMs: number,
  keepsDetails = true,
): number {
  const index = addSample(samples, {
    caseIndex,
    outcome: run.outcome,
    degraded: false,
    dueAtMs: dueMs - originMs,
    startedAtMs: run.startedMs - originMs,
    firstTokenAtMs: run.firstTokenMs === undefined ? undefined : run.firstTokenMs - originMs,
    endedAtMs: run.endedMs - originMs,
  })
  for (const name in run.values) {
    const value = run.values[name as RunValue]
    if (value !== undefined) setValue(samples, index, name as RunValue, value)
  }
  if (keepsDetails) {
    for (const call of run.calls) keepCall(samples, index, call)
    for (const span of run.spans) keepSpan(samples, index, span, run.endedMs - run.startedMs)
    for (const turn of run.turns) samples.turns.push({ index, ...turn })
  }
  if (isTimed(samples, index)) keepTokens(samples, run)
  if (run.scores !== undefined) for (const [name, value] of run.scores) setScore(samples, index, name, value)
  if (run.problem !== undefined && samples.problems.length < problemsKept)
    samples.problems.push({ index, caseIndex, outcome: run.outcome, ...run.problem })
  return index
}

/** Where the runs of an execution are kept: one by one, and from {@link mostRows} on only what they come to. */
export interface Keeping {
  samples: Samples
  cases: Plan['cases']
  fold?: Fold | undefined
}

/** Adds `run`, see {@link keepRun}, and tells `then` where it lies while it is there to be read. */
export function keepOrFold(
  keeping: Keeping,
  given: [run: RunMeasurement, caseIndex: number, dueMs: number, originMs: number, keepsDetails: boolean],
  then: (samples: Samples, index: number) => void,
): void {
  const { samples, cases } = keeping
  if (samples.length < mostRows) {
    then(samples, keepRun(samples, ...given))
    return
  }
  if (keeping.fold === undefined) {
    keeping.fold = emptyFold(cases)
    foldRuns(keeping.fold, samples, cases)
    samples.all = keeping.fold.counts
  }
  const one = { ...createSamples(1), replayed: samples.replayed }
  const [run, caseIndex] = given
  then(one, keepRun(one, ...given))
  if (isTimed(one, 0)) keepTokens(samples, run)
  foldRuns(keeping.fold, one, cases)
  if (run.problem !== undefined && samples.problems.length < problemsKept)
    samples.problems.push({ index: keeping.fold.counts.runs - 1, caseIndex, outcome: run.outcome, ...run.problem })
}

// What goes on after the end of the run is not its time, and what is still on then ends there.
function keepSpan(samples: Samples, index: number, span: Span, latencyMs: number): void {
  const { name, startedAtMs, endedAtMs = latencyMs, failure, cpuMs, heapGrowthBytes } = span
  const kind = span.handoffTo === undefined ? span.kind : 'handoff'
  if (kind === 'turn' || kind === 'step' || startedAtMs > latencyMs) return
  const durationMs = Math.max(0, Math.min(endedAtMs, latencyMs) - startedAtMs)
  samples.spans.push({
    index,
    kind,
    name: span.handoffTo ?? name,
    durationMs,
    failed: failure !== undefined,
    cpuMs,
    heapGrowthBytes,
  })
}

function keepTokens({ tokens }: Samples, { values, waste, shares }: RunMeasurement): void {
  if (values.modelCalls === undefined) return
  tallyTokens(tokens, { ...values, ...waste }, values.modelCalls, shares)
}

function keepCall(samples: Samples, index: number, call: ModelCall): void {
  const { calls } = samples
  if (!isAnswered(call) || call.embeds === true) return
  const durationMs = call.endedAtMs === undefined ? 0 : call.endedAtMs - call.startedAtMs
  const outputTokens = call.usage?.outputTokens
  const known = {
    modelTtftMs: modelTtftMs(call),
    interTokenLatencyMs: interTokenLatencyMs(call),
    outputTokensPerSecond:
      outputTokens === undefined || durationMs <= 0 ? undefined : (outputTokens * 1000) / durationMs,
  }
  calls.index.push(index)
  for (const name of callValues) calls[name].push(known[name])
}
