import { quantiles } from '../domain/distribution.ts'
import { formatMs } from '../domain/format.ts'
import { isEndedByTime, isOpen, type Load } from '../domain/load/load.ts'
import type { Resources } from '../domain/metric-kind.ts'
import { isTimed, outcomeAt, type Samples, valueAt } from '../domain/sample.ts'
import type { SeriesTaker } from '../domain/time-series.ts'
import { quantileOf } from '../stats/log-histogram.ts'
import type { Course } from './course.ts'

// A start this late, and by this share of what the run took, is the generator's doing and not the agent's.
const lateMs = 10
const lateShare = 0.05

/** Whether the run at `index` of `samples`, which was called `lagMs` too late, says less of the agent than of what called it. */
export function isGeneratorLate(samples: Samples, index: number, lagMs: number): boolean {
  const latencyMs = (samples.endedAtMs[index] ?? 0) - (samples.startedAtMs[index] ?? 0)
  return lagMs > Math.max(lateMs, lateShare * latencyMs)
}

/** Takes the run at `index` of `samples` down in the series of `course`. */
export function noteInSeries({ series }: Course, samples: Samples, index: number): void {
  series?.addRun({
    startedAtMs: samples.startedAtMs[index] ?? 0,
    endedAtMs: samples.endedAtMs[index] ?? 0,
    isOk: outcomeAt(samples, index) === 'ok',
    isTimed: isTimed(samples, index),
    outputTokens: valueAt(samples.values.outputTokens, index),
  })
}

/** Ends the runs of `course` that are still on, after the time that the load leaves them. */
export function cutRunsInFlight({ setting, instruments }: Course): void {
  const { gracefulStopMs = 0 } = setting.plan.load
  const message = `still on ${formatMs(gracefulStopMs)} after the load had ended`
  for (const run of instruments.inFlight.runs()) run.stop({ outcome: 'timeout', message })
}

/** What the generator of an open load did; nothing under a closed one, which starts nothing late and drops nothing. */
export function generatorOf({ lags, dropped }: Course): Pick<Resources, 'droppedRuns' | 'sendLagMs'> {
  if (lags === undefined) return {}
  return { droppedRuns: dropped, sendLagMs: lags.count === 0 ? undefined : quantileOf(lags, quantiles.p99) }
}

/** Whether an execution under `load` is told second by second: one of a number of runs at a time is the same from start to end. */
export function isSeriesKept(load: Load): boolean {
  return isOpen(load) || isEndedByTime(load)
}

/** `onCount`, which `series` hears too. */
export function countedIn(
  series: SeriesTaker | undefined,
  nowMs: () => number,
  onCount: ((inFlight: number) => void) | undefined,
): ((inFlight: number) => void) | undefined {
  if (series === undefined) return onCount
  return (inFlight) => {
    series.addInFlight(nowMs(), inFlight)
    onCount?.(inFlight)
  }
}
