import { isOpen } from '../../domain/load.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { outcomeAt, type Samples, valueAt } from '../../domain/sample.ts'
import type { Efficiency, LossPart, SweepLaw, SweepLevel } from '../../domain/sweep.ts'
import { bootstrapIntervalOfTwo } from '../../stats/bootstrap.ts'
import type { Interval } from '../../stats/interval.ts'
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
  return {
    name,
    concurrency,
    execution: record.execution,
    runs,
    successRatio: scenario.successRatio,
    throughputPerSecond: isOpen(load)
      ? undefined
      : throughput(
          { ...level, concurrency: load.concurrency },
          steadyPart({ ...level, concurrency: load.concurrency }),
        ),
    p50Ms: metrics.latencyMs?.p50,
    p95Ms: metrics.latencyMs?.p95,
    totalTokens: metrics.totalTokens?.mean,
    costUsd: metrics.costUsd?.mean,
    eventLoopDelayMs: scenario.eventLoopDelayMs,
  }
}

/** The part of each turn in which it was what it is: not the first runs, which find no queue, nor the last, which leave lanes empty. */
interface Steady {
  /** Positions of the runs that ended in it. */
  runs: number[]
  /** Time that all runs took of their lanes in it. */
  busyMs: number
}

function steadyPart({ samples, turnRuns, concurrency = 1 }: MeasuredLevel): Steady {
  const steady: Steady = { runs: [], busyMs: 0 }
  // Between two turns nothing is in flight, so that samples, which stand in the order of their ends, stand turn by turn.
  for (let from = 0; from < samples.length; from += turnRuns) {
    const to = Math.min(from + turnRuns, samples.length)
    const beginMs = samples.endedAtMs[from + concurrency - 1] ?? Number.POSITIVE_INFINITY
    const endMs = Math.max(...samples.startedAtMs.subarray(from, to))
    for (let index = from; index < to; index++) {
      const endedAtMs = samples.endedAtMs[index] ?? 0
      steady.busyMs += Math.max(0, Math.min(endedAtMs, endMs) - Math.max(samples.startedAtMs[index] ?? 0, beginMs))
      if (endedAtMs > beginMs && endedAtMs <= endMs) steady.runs.push(index)
    }
  }
  return steady
}

// As many lanes as there are, over the lane time that a good run took of them. Hooks are not in it.
function throughput({ samples, concurrency = 1 }: MeasuredLevel, { runs, busyMs }: Steady): number | undefined {
  const good = runs.filter((index) => outcomeAt(samples, index) === 'ok').length
  return busyMs <= 0 || good === 0 ? undefined : (concurrency * good * 1000) / busyMs
}

// The interval is the same whenever the runs are.
const seed = 1

function efficiencyOf(level: MeasuredLevel, one: MeasuredLevel): Efficiency | undefined {
  const { concurrency = 1 } = level
  const [part, partAlone] = [steadyPart(level), steadyPart(one)]
  const alone = throughput(one, partAlone)
  const together = throughput(level, part)
  if (alone === undefined || together === undefined) return undefined
  const idealPerSecond = concurrency * alone
  if (level === one) return { ratio: 1, idealPerSecond }
  const ratio = together / idealPerSecond
  const loss = lossOf({ samples: level.samples, runs: part.runs }, { samples: one.samples, runs: partAlone.runs })
  return { ratio, interval: intervalOf(ratio, { ...level, ...part }, { ...one, ...partAlone }), idealPerSecond, loss }
}

// How surely it is known follows from how much the runs differ. By J. D. C. Little, Operations Research 9 (1961), n over the mean time of
// a run end each second: that is drawn, and taken to where the efficiency was counted to be.
function intervalOf(ratio: number, many: Runs, alone: Runs): Interval | undefined {
  const goodPerMs = ({ samples }: Runs, drawn: Iterable<number>) => {
    let [good, totalMs] = [0, 0]
    for (const index of drawn) {
      totalMs += latencyAt(samples, index)
      if (outcomeAt(samples, index) === 'ok') good += 1
    }
    return good / totalMs
  }
  const whole = goodPerMs(many, many.runs) / goodPerMs(alone, alone.runs)
  const statistic = (drawn: Float64Array, drawnAlone: Float64Array) =>
    goodPerMs(many, drawn) / Math.max(Number.MIN_VALUE, goodPerMs(alone, drawnAlone))
  const interval = bootstrapIntervalOfTwo(many.runs, alone.runs, statistic, { seed, method: 'percentile' })
  return interval && { low: (interval.low * ratio) / whole, high: (interval.high * ratio) / whole }
}

const partValues = { backOff: 'waitingMs', model: 'modelMs', tool: 'toolMs' } as const

/** What of a run's latency grew, as shares of it; parts that lie beside one another may come to more than all of it. */
function lossOf(many: Runs, alone: Runs): Efficiency['loss'] {
  const latencyMs = meanOf(many, latencyAt)
  const grownMs = latencyMs - meanOf(alone, latencyAt)
  if (grownMs <= 0) return undefined
  const loss: Partial<Record<LossPart, number>> = {}
  let explainedMs = 0
  for (const part of ['backOff', 'model', 'tool'] as const) {
    const read = (samples: Samples, index: number) => valueAt(samples.values[partValues[part]], index) ?? 0
    const moreMs = meanOf(many, read) - meanOf(alone, read)
    if (moreMs <= 0) continue
    loss[part] = moreMs / latencyMs
    explainedMs += moreMs
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

function meanOf({ samples, runs }: Runs, read: (samples: Samples, index: number) => number): number {
  return runs.reduce((sum, index) => sum + read(samples, index), 0) / Math.max(1, runs.length)
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
