import { isOpen } from '../../domain/load/load.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { outcomeAt, type Samples, valueAt } from '../../domain/sample.ts'
import type { Efficiency, LossPart, SweepLaw, SweepLevel } from '../../domain/study/sweep.ts'
import { bootstrapIntervalOfTwo } from '../../stats/bootstrap.ts'
import type { Interval } from '../../stats/interval.ts'
import { mean } from '../../stats/moments.ts'
import { scalingLaw } from '../../stats/scaling-law.ts'

/** An execution of a sweep over concurrency, with its samples. */
export interface MeasuredLevel {
  name: string
  /** Absent when the sweep is over something else. */
  concurrency?: number | undefined
  record: ExecutionRecord
  samples: Samples
  /** Runs of one of its turns. */
  turnRuns: number
}

/** What each of `measured` came to; and, over concurrency, how well many do together what one does alone. */
export function levelsOf(measured: readonly MeasuredLevel[]): SweepLevel[] {
  const one = measured.find(({ concurrency }) => concurrency === 1)
  return measured.map((level) => ({
    ...levelOf(level),
    efficiency: one === undefined || level.concurrency === undefined ? undefined : efficiencyOf(level, one),
  }))
}

function levelOf(level: MeasuredLevel): SweepLevel {
  const { name, concurrency, record } = level
  const { load } = record.plan
  const { runs, metrics, scenario } = record.summary
  // Of one at a time it says no more than the latency does.
  const saysMore = isSteady(load) && (concurrency !== undefined || load.concurrency > 1)
  return {
    name,
    concurrency,
    execution: record.execution,
    runs,
    successRatio: scenario.successRatio,
    throughputPerSecond: saysMore ? throughput({ ...level, concurrency: load.concurrency }) : undefined,
    p50Ms: metrics.latencyMs?.p50,
    p95Ms: metrics.latencyMs?.p95,
    censoredFromMs: metrics.latencyMs?.censoredFrom,
    totalTokens: metrics.totalTokens?.mean,
    costUsd: metrics.costUsd?.mean,
    eventLoopDelayMs: scenario.eventLoopDelayMs,
  }
}

type PlannedLoad = ExecutionRecord['plan']['load']

// Whether as many runs are in flight all the time as there are lanes.
function isSteady(load: PlannedLoad): load is Extract<PlannedLoad, { concurrency: number }> {
  return !isOpen(load) && load.stages === undefined && load.runsPerSecond === undefined
}

// Of each lane, in runs, from where on a queue is about as long as it gets.
const queueGrowsRuns = 1.5

// Positions of the runs of each turn that met what many at once meet: not the first ones, which find no queue, nor the last, which leave
// lanes empty. They are told by their starts, for by their ends the slow ones would be left out.
function steadyRuns({ samples, turnRuns, concurrency = 1 }: MeasuredLevel): number[] {
  const steady: number[] = []
  // Between two turns nothing is in flight, so that samples, which stand in the order of their ends, stand turn by turn.
  for (let from = 0; from < samples.length; from += turnRuns) {
    const turn = Array.from({ length: Math.min(turnRuns, samples.length - from) }, (_, index) => from + index)
    turn.sort((a, b) => (samples.startedAtMs[a] ?? 0) - (samples.startedAtMs[b] ?? 0))
    // One alone meets no queue, and leaves no lane empty.
    const [first, last] = concurrency === 1 ? [0, 0] : [Math.floor(queueGrowsRuns * concurrency), concurrency]
    for (const index of turn.slice(first, Math.max(0, turn.length - last))) steady.push(index)
  }
  return steady
}

// By J. D. C. Little, Operations Research 9 (1961), n over the mean time of a run end while n are in flight. Hooks are not in it.
function throughput({ concurrency = 1, ...level }: MeasuredLevel): number | undefined {
  const perMs = goodPerMs(level.samples, steadyRuns({ ...level, concurrency }))
  return perMs > 0 ? concurrency * perMs * 1000 : undefined
}

/** Good ones of `runs` in a millisecond that one of them takes; 0 without any. */
function goodPerMs(samples: Samples, runs: Iterable<number>): number {
  let [good, totalMs] = [0, 0]
  for (const index of runs) {
    totalMs += latencyAt(samples, index)
    if (outcomeAt(samples, index) === 'ok') good += 1
  }
  return totalMs === 0 ? 0 : good / totalMs
}

// The interval is the same whenever the runs are.
const seed = 1

function efficiencyOf(level: MeasuredLevel, one: MeasuredLevel): Efficiency | undefined {
  const { concurrency = 1 } = level
  const [alone, together] = [throughput(one), throughput(level)]
  if (alone === undefined || together === undefined) return undefined
  const idealPerSecond = concurrency * alone
  if (level === one) return { ratio: 1, idealPerSecond }
  const many = { samples: level.samples, runs: steadyRuns(level) }
  const single = { samples: one.samples, runs: steadyRuns(one) }
  const ratio = together / idealPerSecond
  return { ratio, interval: intervalOf(many, single), idealPerSecond, loss: lossOf(many, single) }
}

function intervalOf(many: Runs, alone: Runs): Interval | undefined {
  const good = alone.runs.filter((index) => outcomeAt(alone.samples, index) === 'ok').length
  // Where so many draws hold no good run of one alone, nothing is known of how much n are above it.
  if ((1 - good / alone.runs.length) ** alone.runs.length > mostWithoutGood) return undefined
  const statistic = (drawn: Float64Array, drawnAlone: Float64Array) =>
    Math.min(Number.MAX_VALUE, goodPerMs(many.samples, drawn) / goodPerMs(alone.samples, drawnAlone) || 0)
  return bootstrapIntervalOfTwo(many.runs, alone.runs, statistic, { seed, method: 'percentile' })
}

// Well below the 2.5% beyond the upper end.
const mostWithoutGood = 0.01

const partValues = { backOff: 'waitingMs', model: 'modelMs', tool: 'toolMs' } as const

/** What of a run's latency grew, as shares of it; parts that lie beside one another may come to more than all of it. */
function lossOf(many: Runs, alone: Runs): Efficiency['loss'] {
  const latencyMs = meanOf(many, latencyAt) ?? 0
  const grownMs = latencyMs - (meanOf(alone, latencyAt) ?? 0)
  if (grownMs <= 0) return undefined
  const loss: Partial<Record<LossPart, number>> = {}
  let explainedMs = 0
  for (const part of ['backOff', 'model', 'tool'] as const) {
    const read = (samples: Samples, index: number) => valueAt(samples.values[partValues[part]], index)
    const [partMs, partAloneMs] = [meanOf(many, read), meanOf(alone, read)]
    if (partMs === undefined || partAloneMs === undefined || partMs <= partAloneMs) continue
    loss[part] = (partMs - partAloneMs) / latencyMs
    explainedMs += partMs - partAloneMs
  }
  if (grownMs > explainedMs) loss.other = (grownMs - explainedMs) / latencyMs
  return loss
}

/** Some runs of an execution. */
interface Runs {
  samples: Samples
  runs: readonly number[]
}

function latencyAt(samples: Samples, index: number): number {
  return (samples.endedAtMs[index] ?? 0) - (samples.startedAtMs[index] ?? 0)
}

/** Mean of those that know it; absent when none does. */
function meanOf(
  { samples, runs }: Runs,
  read: (samples: Samples, index: number) => number | undefined,
): number | undefined {
  const known = runs.map((index) => read(samples, index)).filter((value) => value !== undefined)
  return known.length === 0 ? undefined : mean(known)
}

/** The law that throughputs of `levels` follow; absent below three levels of concurrency. */
export function lawOf(levels: readonly SweepLevel[]): SweepLaw | undefined {
  const points = levels.flatMap(({ concurrency, throughputPerSecond, runs }) =>
    concurrency === undefined || throughputPerSecond === undefined
      ? []
      : [{ concurrency, throughput: throughputPerSecond, weight: runs }],
  )
  const law = scalingLaw(points)
  if (law === undefined) return undefined
  const { contention, crosstalk, peakConcurrency, peakThroughput } = law
  return { contentionRatio: contention, crosstalkRatio: crosstalk, peakConcurrency, peakPerSecond: peakThroughput }
}
