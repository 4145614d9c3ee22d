import { judge } from '../compare/judge.ts'
import type { Case } from '../domain/case.ts'
import type { Check } from '../domain/check.ts'
import { fromColumns, toColumns } from '../domain/columns.ts'
import { describeConditions } from '../domain/conditions.ts'
import { type FaultsMet, faultKinds, noFaults } from '../domain/fault.ts'
import { emptyFold, type Fold, foldRuns, mergeGroups } from '../domain/fold.ts'
import { foldJson, readFold } from '../domain/fold-json.ts'
import { isOpen, type Load, type Segment } from '../domain/load.ts'
import type { Plan } from '../domain/plan.ts'
import type { ExecutionRecord, SampleColumns } from '../domain/record.ts'
import type { Samples } from '../domain/sample.ts'
import { summarize } from '../domain/summary.ts'
import { mergeSeries } from '../domain/time-series.ts'
import { sumKnown } from '../domain/usage.ts'
import type { GatheredExecution } from './gather.ts'

/** `executions`, those that made parts of one load as one, judged on all of them. */
export function mergeSegments(executions: readonly GatheredExecution[]): GatheredExecution[] {
  const parts = Map.groupBy(executions, (one) => (segmentOf(one) === undefined ? one : groupKey(one)))
  return [...parts.values()].flatMap((group) => {
    const distinct = new Set(group.map((one) => segmentOf(one)?.index))
    return distinct.size > 1 ? [mergedExecution(group)] : group
  })
}

function segmentOf({ record }: GatheredExecution): Segment | undefined {
  const { load } = record.plan
  return isOpen(load) ? load.segment : undefined
}

function groupKey({ record, testFile, key }: GatheredExecution): string {
  return JSON.stringify([testFile, key, record.attempt, record.plan.caseHash])
}

function mergedExecution(parts: readonly GatheredExecution[]): GatheredExecution {
  const [first] = parts
  if (first === undefined) throw new Error('expected a part')
  const records = parts.map(({ record }) => record)
  const startsMs = records.map(({ loadStartedAt, startedAt }) => Date.parse(loadStartedAt ?? startedAt))
  const originMs = Math.min(...startsMs)
  const samples = joined(parts.map((one, at) => shifted(toColumns(one.samples), (startsMs[at] ?? originMs) - originMs)))
  const cases: Case[] = first.record.plan.cases.map((one) => ({ ...one, input: undefined }))
  const fold = mergedFold(parts, cases)
  if (fold !== undefined) samples.all = fold.counts
  const load = wholeLoad(first.record.plan.load)
  const totalRuns = sumKnown(records.map(({ plan }) => plan.totalRuns))
  const resources = mergedResources(records, samples)
  const summary = summarize(samples, resources, cases, fold)
  const plan = { ...first.record.plan, load, totalRuns }
  const comparability = { ...first.record.comparability, load: describeConditions(plan) }
  const measured = {
    plan: planOf(plan, cases, first.record.identity.name),
    samples,
    summary,
    comparability,
    checks: [...ownChecks(records), ...missingParts(parts)],
    warnings: distinctBy(
      records.flatMap(({ verdict }) => verdict.warnings),
      ({ message }) => message,
    ),
  }
  const verdict = judge(measured, { acceptWorse: false, mayWrite: true })
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
    spentUsd: sumOfAll(records.map(({ spentUsd }) => spentUsd)),
    problems: records.flatMap(({ problems }) => problems),
    series: mergeSeries(
      records.flatMap(({ series }) => series ?? []),
      samples,
    ),
    faults: mergedFaults(records),
    fold: fold === undefined ? undefined : foldJson(fold),
  }
  const failed = verdict.status === 'fail' || parts.some((one) => one.failed)
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

function shifted(columns: SampleColumns, byMs: number): SampleColumns {
  const later = (values: readonly number[]) => values.map((value) => value + byMs)
  return {
    ...columns,
    dueAtMs: later(columns.dueAtMs),
    startedAtMs: later(columns.startedAtMs),
    firstTokenAtMs: columns.firstTokenAtMs.map((value) => (value === null ? null : value + byMs)),
    endedAtMs: later(columns.endedAtMs),
  }
}

/** All rows of `blocks`, in the order of their ends. */
function joined(blocks: readonly SampleColumns[]): Samples {
  const rows = blocks.flatMap((block, at) => block.endedAtMs.map((endedAtMs, row) => ({ at, row, endedAtMs })))
  rows.sort((a, b) => a.endedAtMs - b.endedAtMs)
  const callsOf = blocks.map(({ calls }) => Map.groupBy(calls.index.keys(), (call) => calls.index[call] ?? -1))
  return fromColumns(
    rows.map(({ at, row }, position) => {
      const block = blocks[at]
      if (block === undefined) throw new Error('expected a block')
      return rowOf(block, row, position, callsOf[at]?.get(row) ?? [])
    }),
  )
}

function rowOf(block: SampleColumns, row: number, position: number, calls: readonly number[]): SampleColumns {
  const one = <Value>(column: readonly Value[]) => column.slice(row, row + 1)
  const each = <Value>(columns: Record<string, readonly Value[]>) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, one(column)]))
  const picked = <Value>(column: readonly Value[]) => calls.flatMap((call) => column.slice(call, call + 1))
  return {
    caseIndex: one(block.caseIndex),
    outcome: one(block.outcome),
    degraded: one(block.degraded),
    dueAtMs: one(block.dueAtMs),
    startedAtMs: one(block.startedAtMs),
    firstTokenAtMs: one(block.firstTokenAtMs),
    endedAtMs: one(block.endedAtMs),
    values: each(block.values as Record<string, (number | null)[]>),
    scores: each(block.scores),
    calls: {
      index: calls.map(() => position),
      modelTtftMs: picked(block.calls.modelTtftMs),
      interTokenLatencyMs: picked(block.calls.interTokenLatencyMs),
      outputTokensPerSecond: picked(block.calls.outputTokensPerSecond),
    },
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

function mergedResources(records: readonly ExecutionRecord[], samples: Samples): ExecutionRecord['resources'] {
  const highest = (read: (resources: ExecutionRecord['resources']) => number | undefined) => {
    const known = records.flatMap(({ resources }) => read(resources) ?? [])
    return known.length === 0 ? undefined : Math.max(...known)
  }
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, 0]
  for (let index = 0; index < samples.length; index++) {
    fromMs = Math.min(fromMs, samples.startedAtMs[index] ?? 0)
    toMs = Math.max(toMs, samples.endedAtMs[index] ?? 0)
  }
  return {
    durationMs: samples.length === 0 ? 0 : Math.max(toMs - fromMs, highest(({ durationMs }) => durationMs) ?? 0),
    peakRssBytes: highest(({ peakRssBytes }) => peakRssBytes),
    eventLoopDelayMs: highest(({ eventLoopDelayMs }) => eventLoopDelayMs),
    droppedRuns: sumKnown(records.map(({ resources }) => resources.droppedRuns)),
    sendLagMs: highest(({ sendLagMs }) => sendLagMs),
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

// What each part says of itself holds of the whole; what the whole comes to is judged anew.
function ownChecks(records: readonly ExecutionRecord[]): Check[] {
  return distinctBy(
    records.flatMap(({ verdict }) => verdict.checks),
    ({ message }) => message,
  )
}

function missingParts(parts: readonly GatheredExecution[]): Check[] {
  const of = segmentOf(parts[0] as GatheredExecution)?.of ?? 0
  const present = new Set(parts.map((one) => segmentOf(one)?.index))
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !present.has(index))
  if (missing.length === 0) return []
  return [
    {
      status: 'inconclusive',
      code: 'tooFewSamples',
      subject: 'parts of the load',
      value: present.size,
      bound: of,
      unit: 'count',
      message: `Of ${of} parts of the load ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: the load was lower than planned.`,
      remedy: 'See what became of the sessions that made them, and give their blobs to `vitest --merge-reports`.',
    },
  ]
}

function distinctBy<Value>(values: readonly Value[], key: (value: Value) => string): Value[] {
  return [...new Map(values.map((value) => [key(value), value])).values()]
}

function sumOfAll(values: readonly (number | undefined)[]): number | undefined {
  return values.some((value) => value === undefined) ? undefined : sumKnown(values)
}
