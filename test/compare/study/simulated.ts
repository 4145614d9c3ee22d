import type { MeasuredLevel } from '../../../src/compare/study/scaling.ts'
import { addSample, createSamples, type Outcome, type Samples, setValue } from '../../../src/domain/sample.ts'
import { summarize } from '../../../src/domain/summary.ts'
import { turnRunsOf } from '../../../src/run/load/rotation.ts'
import { plannedInTurns } from '../../../src/run/study/sweep.ts'
import { exponential, random } from '../../../src/stats/random.ts'
import { recordOf } from '../../report/sessions.ts'
import { planOf } from '../../run/plans.ts'

/** What a run of a simulated agent does. */
export interface SimulatedRun {
  /** What it does beside all others. */
  aloneMs: number
  /** What it does while it holds the lock that all share, after having waited for it. */
  lockedMs?: number
  outcome?: Outcome
  caseIndex?: number
  values?: { waitingMs?: number; modelMs?: number; toolMs?: number }
}

/** A run, by a generator of uniform numbers, with how many runs are in flight. */
export type System = (next: () => number, concurrency: number) => SimulatedRun

/** Agents that share a lock of 5 ms on average after 20 ms alone. */
export const locking: System = (next) => ({ aloneMs: 20 * exponential(next), lockedMs: 5 * exponential(next) })

/**
 * Runs a second of `concurrency` agents that share a lock: exact mean value analysis of a closed network of one queue, with
 * exponential times; M. Reiser & S. S. Lavenberg, Journal of the ACM 27 (1980).
 */
export function lockedPerSecond(concurrency: number, { aloneMs = 20, lockedMs = 5 } = {}): number {
  let perMs = 0
  let queue = 0
  for (let agents = 1; agents <= concurrency; agents++) {
    const heldMs = lockedMs * (1 + queue)
    perMs = agents / (aloneMs + heldMs)
    queue = perMs * heldMs
  }
  return perMs * 1000
}

interface Extent {
  turns: number
  turnRuns: number
}

/** The samples of `turns` in which as many runs of `system` as fit are in flight. */
export function simulated(system: System, concurrency: number, { turns, turnRuns }: Extent, seed: number): Samples {
  const next = random(seed)
  const samples = createSamples(turns * turnRuns)
  let nowMs = 0
  for (let turn = 0; turn < turns; turn++) {
    const made: { startMs: number; endMs: number; run: SimulatedRun }[] = []
    const begin = (startMs: number) => ({ startMs, run: system(next, concurrency) })
    // Who wants the lock gets it in the order of asking.
    const asking = Array.from({ length: Math.min(concurrency, turnRuns) }, () => begin(nowMs))
    let started = asking.length
    let freeAtMs = 0
    while (asking.length > 0) {
      asking.sort((a, b) => a.startMs + a.run.aloneMs - (b.startMs + b.run.aloneMs))
      const one = asking.shift() ?? begin(nowMs)
      const { lockedMs } = one.run
      const askedMs = one.startMs + one.run.aloneMs
      const endMs = lockedMs === undefined ? askedMs : Math.max(freeAtMs, askedMs) + lockedMs
      if (lockedMs !== undefined) freeAtMs = endMs
      made.push({ ...one, endMs })
      if (started < turnRuns) asking.push(begin(endMs))
      started += 1
    }
    made.sort((a, b) => a.endMs - b.endMs)
    for (const { startMs, endMs, run } of made) add(samples, run, startMs, endMs)
    // Others are at work.
    nowMs = 1000 + (made.at(-1)?.endMs ?? nowMs)
  }
  return samples
}

function add(samples: Samples, run: SimulatedRun, startedAtMs: number, endedAtMs: number): void {
  const { outcome = 'ok', caseIndex = 0, values = {} } = run
  const index = addSample(samples, {
    caseIndex,
    outcome,
    degraded: false,
    dueAtMs: startedAtMs,
    startedAtMs,
    endedAtMs,
  })
  for (const name of ['waitingMs', 'modelMs', 'toolMs'] as const) {
    const value = values[name]
    if (value !== undefined) setValue(samples, index, name, value)
  }
}

/** `samples` as the execution that made them. */
export function measuredAs(samples: Samples, concurrency: number | undefined, turnRuns: number): MeasuredLevel {
  const record = recordOf('passing')
  const plan = plannedInTurns(planOf({ concurrency: concurrency ?? 1 }), 2, turnRuns)
  const name = String(concurrency ?? 'one')
  return {
    name,
    concurrency,
    turnRuns,
    samples,
    record: {
      ...record,
      execution: name,
      plan: { ...record.plan, load: plan.load },
      summary: summarize(samples, { durationMs: 1000 }, plan.cases),
    },
  }
}

/** A level of `system` with the usual number of runs, or with `runs`. */
export function levelUnder(system: System, concurrency: number, seed: number, { runs = 30, turns = 2 } = {}) {
  const turnRuns = turnRunsOf(runs, turns, concurrency)
  return measuredAs(simulated(system, concurrency, { turns, turnRuns }, seed), concurrency, turnRuns)
}
