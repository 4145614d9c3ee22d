import { judge } from '../../compare/judge.ts'
import type { Case } from '../../domain/case.ts'
import { toColumns } from '../../domain/columns.ts'
import { describeConditions } from '../../domain/conditions.ts'
import { type FaultsMet, faultKinds, noFaults } from '../../domain/fault.ts'
import { emptyFold, type Fold, foldRuns, forgetFoldedCalls, mergeGroups } from '../../domain/fold/fold.ts'
import { foldJson, readFold } from '../../domain/fold/fold-json.ts'
import { isOpen, type Load, type Segment } from '../../domain/load/load.ts'
import { mergeSamples } from '../../domain/merge-samples.ts'
import type { Plan } from '../../domain/plan.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { forgetCalls } from '../../domain/sample.ts'
import { summarize } from '../../domain/summary.ts'
import { mergeSeries } from '../../domain/time-series.ts'
import { mergeTokens } from '../../domain/token-summary.ts'
import { sumKnown } from '../../domain/usage.ts'
import { problemsKept } from '../../run/record.ts'
import { type GatheredExecution, keptColumns } from './gather.ts'
import { checksOfParts, distinctBy, segmentOfRecord } from './merge-checks.ts'

/**
 * `executions`, those that made parts of one load as one, judged on all of them.
 *
 * @param isMerge whether no other part will come, so that one that is alone is judged as what there is
 */
export function mergeSegments(executions: readonly GatheredExecution[], isMerge: boolean): GatheredExecution[] {
  const parts = Map.groupBy(executions, (one) => (segmentOf(one) === undefined ? one : groupKey(one)))
  return [...parts.values()].flatMap((group) =>
    segmentOf(group[0]) === undefined ? group : roundsOf(group).flatMap((round) => mergedOrNot(round, isMerge)),
  )
}

function mergedOrNot(parts: readonly GatheredExecution[], isMerge: boolean): readonly GatheredExecution[] {
  const isWhole = parts.length === segmentOf(parts[0])?.of
  return isMerge || isWhole || parts.length > 1 ? [mergedExecution(parts)] : parts
}

function segmentOf(one: GatheredExecution | undefined): Segment | undefined {
  return one && segmentOfRecord(one.record)
}

// The folder of the project may be another one on each machine.
function groupKey({ record: { identity, attempt, plan }, key }: GatheredExecution): string {
  const of = isOpen(plan.load) ? plan.load.segment?.of : undefined
  return JSON.stringify([identity.file, key, attempt, plan.caseHash, of, wholeLoad(plan.load)])
}

/** `group` in the order of its parts; one that was made twice is part of two wholes, and not twice of one. */
function roundsOf(group: readonly GatheredExecution[]): GatheredExecution[][] {
  const rounds: GatheredExecution[][] = []
  const made = new Map<number, number>()
  for (const one of group.toSorted((a, b) => indexOf(a) - indexOf(b) || startOf(a.record) - startOf(b.record))) {
    const round = made.get(indexOf(one)) ?? 0
    made.set(indexOf(one), round + 1)
    rounds[round] ??= []
    rounds[round].push(one)
  }
  return rounds
}

function indexOf(one: GatheredExecution): number {
  return segmentOf(one)?.index ?? 0
}

function startOf({ loadStartedAt, startedAt }: ExecutionRecord): number {
  return Date.parse(loadStartedAt ?? startedAt)
}

/** A part, and where it lies among the others. */
interface Part extends GatheredExecution {
  /** Start of its load on the clock of the whole. */
  startsAtMs: number
  /** Where its rows lie. */
  positions: readonly number[]
}

function mergedExecution(gathered: readonly GatheredExecution[]): GatheredExecution {
  const [first] = gathered
  if (first === undefined) throw new Error('expected a part')
  const records = gathered.map(({ record }) => record)
  const originMs = Math.min(...records.map(startOf))
  const startsAtMs = records.map((record) => startOf(record) - originMs)
  const { samples, positions } = mergeSamples(
    gathered.map((one, at) => ({ columns: toColumns(one.samples), startsAtMs: startsAtMs[at] ?? 0 })),
  )
  const parts = gathered.map(
    (one, at): Part => ({ ...one, startsAtMs: startsAtMs[at] ?? 0, positions: positions[at] ?? [] }),
  )
  const cases: Case[] = first.record.plan.cases.map((one) => ({ ...one, input: undefined }))
  const fold = mergedFold(parts, cases)
  if (fold !== undefined) samples.all = fold.counts
  // Of some runs it is not known whose calls are whose: what those of the others tell is not of all.
  if (!gathered.every((one) => one.samples.callsAreKnown)) {
    forgetCalls(samples)
    if (fold !== undefined) forgetFoldedCalls(fold)
  }
  const load = wholeLoad(first.record.plan.load)
  const totalRuns = sumKnown(records.map(({ plan }) => plan.totalRuns))
  const resources = mergedResources(parts)
  const summary = {
    ...summarize(samples, resources, cases, fold),
    tokens: samples.callsAreKnown ? mergeTokens(records.map(({ summary }) => summary.tokens)) : undefined,
    // Some are marked when their rows have left the worker.
    degraded: records.reduce((sum, record) => sum + record.summary.degraded, 0),
  }
  const plan = { ...first.record.plan, load, totalRuns }
  const comparability = { ...first.record.comparability, load: describeConditions(plan) }
  const measured = {
    plan: planOf(plan, cases, first.record.identity.name),
    samples,
    summary,
    comparability,
    checks: checksOfParts(parts),
    warnings: distinctBy(
      records.flatMap(({ verdict }) => verdict.warnings),
      ({ message }) => message,
    ),
  }
  const verdict = judge(measured, { acceptWorse: false, mayWrite: true })
  const traces = mergedTraces(parts)
  const record: ExecutionRecord = {
    ...first.record,
    plan,
    comparability,
    resources,
    summary,
    verdict,
    models: [...new Set(records.flatMap(({ models }) => models))].sort(),
    durationMs: Math.max(...records.map(({ durationMs }) => durationMs)),
    loadStartedAt: new Date(originMs).toISOString(),
    spentUsd: sumKnown(records.map(({ spentUsd }) => spentUsd)),
    listPrices: orAbsent(
      distinctBy(
        records.flatMap(({ listPrices }) => listPrices ?? []),
        (one) => JSON.stringify(one),
      ),
    ),
    beside: mergedBeside(records),
    problems: mergedProblems(parts, samples.length),
    mistake: records.find(({ mistake }) => mistake !== undefined)?.mistake,
    series: mergeSeries(
      parts.flatMap((part) => (part.record.series === undefined ? [] : [{ ...part, series: part.record.series }])),
      samples,
    ),
    faults: mergedFaults(records),
    fold: fold === undefined ? undefined : foldJson(fold),
    samples: keptColumns(samples, summary.runs),
    traces: orAbsent(traces),
    // Told by the parts alone.
    advice: undefined,
  }
  const isStrict = gathered.some((one) => one.failsInconclusive)
  const failed =
    verdict.status === 'fail' || (isStrict && verdict.status === 'inconclusive') || gathered.some((one) => one.failed)
  return { ...first, record, samples, failed, passed: !failed, merged: true }
}

function wholeLoad(load: ExecutionRecord['plan']['load']): ExecutionRecord['plan']['load'] {
  return isOpen(load) ? { ...load, segment: undefined } : load
}

// Inputs, hooks and arrivals are with those that ran; judging asks for none of them.
function planOf(plan: ExecutionRecord['plan'], cases: Case[], name: string): Plan {
  return {
    ...plan,
    name,
    cases,
    order: cases.map((_, position) => position),
    load: plan.load as Load,
    faults: plan.faults ?? [],
    faultSeed: plan.faultSeed ?? 1,
    limits: { ...plan.limits, latencyMs: plan.limits.latencyMs ?? 0 },
    hookTimeoutMs: 0,
    detect: plan.detect ?? {},
  }
}

/** What all parts come to by histograms; absent when every run of every part is there as a row. */
function mergedFold(parts: readonly GatheredExecution[], cases: readonly Case[]): Fold | undefined {
  if (parts.every(({ record }) => record.fold === undefined)) return undefined
  const whole = emptyFold(cases)
  for (const { record, samples } of parts) {
    const own = record.fold === undefined ? emptyFold(cases) : readFold(record.fold)
    if (record.fold === undefined) foldRuns(own, samples, cases)
    whole.counts.runs += own.counts.runs
    whole.counts.degraded += own.counts.degraded
    mergeGroups(whole.all, own.all)
    for (const [name, group] of whole.categories) {
      const other = own.categories.get(name)
      if (other !== undefined) mergeGroups(group, other)
    }
    for (const [position, group] of whole.cases.entries()) {
      const other = own.cases[position]
      if (other !== undefined) mergeGroups(group, other)
    }
  }
  return whole
}

function mergedResources(parts: readonly Part[]): ExecutionRecord['resources'] {
  const all = parts.map(({ record }) => record.resources)
  const highest = (name: 'peakRssBytes' | 'eventLoopDelayMs' | 'sendLagMs') => {
    const known = all.flatMap((resources) => resources[name] ?? [])
    return known.length === 0 ? undefined : Math.max(...known)
  }
  return {
    durationMs: durationOf(parts),
    peakRssBytes: highest('peakRssBytes'),
    eventLoopDelayMs: highest('eventLoopDelayMs'),
    droppedRuns: sumKnown(all.map(({ droppedRuns }) => droppedRuns)),
    sendLagMs: highest('sendLagMs'),
  }
}

/** From the first start to the last end of all parts. */
function durationOf(parts: readonly Part[]): number {
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, 0]
  for (const { samples, startsAtMs, record } of parts) {
    if (samples.length === 0) continue
    const startMs =
      startsAtMs + samples.startedAtMs.subarray(0, samples.length).reduce((least, one) => Math.min(least, one))
    fromMs = Math.min(fromMs, startMs)
    toMs = Math.max(toMs, startMs + record.resources.durationMs)
  }
  return fromMs > toMs ? 0 : toMs - fromMs
}

function mergedTraces(parts: readonly Part[]): NonNullable<ExecutionRecord['traces']> {
  const moved = parts.flatMap(({ record, startsAtMs, positions }) =>
    (record.traces ?? []).flatMap((trace) => {
      const index = positions[trace.index]
      if (index === undefined) return []
      const { startedAtMs, endedAtMs } = trace
      return [{ ...trace, index, startedAtMs: startedAtMs + startsAtMs, endedAtMs: endedAtMs + startsAtMs }]
    }),
  )
  return moved.sort((a, b) => a.index - b.index)
}

/** Problems of runs without a row come after those of the `rows` that there are. */
function mergedProblems(parts: readonly Part[], rows: number): ExecutionRecord['problems'] {
  const moved = parts.flatMap(({ record, positions }) =>
    record.problems.map((one) => ({ ...one, index: positions[one.index] ?? rows + one.index - positions.length })),
  )
  return moved.sort((a, b) => a.index - b.index).slice(0, problemsKept)
}

function mergedBeside(records: readonly ExecutionRecord[]): ExecutionRecord['beside'] {
  const known = records.flatMap(({ beside }) => beside ?? [])
  if (known.length === 0) return undefined
  return {
    modelCalls: known.reduce((sum, { modelCalls }) => sum + modelCalls, 0),
    inputTokens: sumKnown(known.map(({ inputTokens }) => inputTokens)),
    outputTokens: sumKnown(known.map(({ outputTokens }) => outputTokens)),
    costUsd: sumKnown(known.map(({ costUsd }) => costUsd)),
  }
}

function mergedFaults(records: readonly ExecutionRecord[]): FaultsMet | undefined {
  const known = records.flatMap(({ faults }) => faults ?? [])
  if (known.length === 0) return undefined
  const injected = noFaults()
  for (const one of known) for (const kind of faultKinds) injected[kind] += one.injected[kind]
  const sum = (read: (one: FaultsMet) => number) => known.reduce((total, one) => total + read(one), 0)
  return { calls: sum(({ calls }) => calls), injected, past: sum(({ past }) => past) }
}

function orAbsent<Value>(values: Value[]): Value[] | undefined {
  return values.length === 0 ? undefined : values
}
