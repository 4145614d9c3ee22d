import type { Case } from '../../src/domain/case.ts'
import type { Resources } from '../../src/domain/metric-kind.ts'
import {
  addSample,
  type CallValue,
  callValues,
  createSamples,
  type Outcome,
  type RunValue,
  runValues,
  type Samples,
  setScore,
  setValue,
} from '../../src/domain/sample.ts'
import { type Summary, summarize } from '../../src/domain/summary.ts'

/** A run as a test gives it: ok, of the first case, started at 0 and over after 100 ms where it does not say. */
export interface GivenRun {
  caseIndex?: number
  outcome?: Outcome
  degraded?: boolean
  dueAtMs?: number
  startedAtMs?: number
  firstTokenAtMs?: number
  endedAtMs?: number
  values?: { [V in RunValue]?: number }
  scores?: Record<string, number>
  calls?: { [V in CallValue]?: number }[]
  turns?: { name: string; latencyMs: number; ttftMs?: number }[]
}

/** The samples of `runs`, in a table that had to grow when there are more than four. */
export function samplesOf(runs: readonly GivenRun[]): Samples {
  const samples = createSamples(4)
  for (const run of runs) addRun(samples, run)
  return samples
}

function addRun(samples: Samples, run: GivenRun): void {
  const startedAtMs = run.startedAtMs ?? 0
  const index = addSample(samples, {
    caseIndex: run.caseIndex ?? 0,
    outcome: run.outcome ?? 'ok',
    degraded: run.degraded ?? false,
    dueAtMs: run.dueAtMs ?? startedAtMs,
    startedAtMs,
    firstTokenAtMs: run.firstTokenAtMs,
    endedAtMs: run.endedAtMs ?? startedAtMs + 100,
  })
  for (const name of runValues) {
    const value = run.values?.[name]
    if (value !== undefined) setValue(samples, index, name, value)
  }
  for (const [name, value] of Object.entries(run.scores ?? {})) setScore(samples, index, name, value)
  for (const call of run.calls ?? []) {
    samples.calls.index.push(index)
    for (const name of callValues) samples.calls[name].push(call[name])
  }
  for (const turn of run.turns ?? []) samples.turns.push({ index, ...turn })
}

/** A second during which nothing but time was measured. */
export const oneSecond: Resources = { durationMs: 1000 }

/** One case, called `only`. */
export const oneCase: Case[] = [{ name: 'only', input: undefined }]

/** The summary of `runs` over `cases`. */
export function summaryOf(
  runs: readonly GivenRun[],
  cases: readonly Case[] = oneCase,
  resources: Resources = oneSecond,
): Summary {
  return summarize(samplesOf(runs), resources, cases)
}

/** `count` times what `make` makes of the position. */
export function times<Value>(count: number, make: (position: number) => Value): Value[] {
  return Array.from({ length: count }, (_, position) => make(position))
}
