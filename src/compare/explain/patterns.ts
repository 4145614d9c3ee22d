import type { Baseline, Comparability } from '../../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import type { Pattern } from '../../domain/pattern.ts'
import { companionOf } from './companion.ts'
import { creepOf } from './creep.ts'
import { acceptedLevels, levelStepOf } from './level-step.ts'
import { type Series, seriesOf } from './series.ts'
import { spreadGrowthOf } from './spread-growth.ts'

/** Chance of even one pattern in the metrics of a scenario where nothing changes, executions being independent of one another. */
export const patternRate = 0.005

/**
 * What the accepted executions of a scenario show together: steps that add up, levels that began unseen or were accepted one after
 * another, and runs that vary more than they did. Warnings, never verdicts: executions that depend on the one before, as those of a
 * provider with good and bad weeks, show patterns more often than {@link patternRate}.
 *
 * @param findings of the execution that is judged
 * @see METHODOLOGY.md#patterns
 */
export function patternsOf(findings: readonly Finding[], candidate: Comparability, baseline: Baseline): Pattern[] {
  const all = findings
    .filter((finding) => finding.baseline !== undefined && isPlain(finding))
    .map((finding) => seriesOf(finding, candidate, baseline))
  const tested = all.filter(({ points, committed }) =>
    varies([...points, ...(committed === undefined ? [] : [committed])]),
  )
  // Every metric is asked three questions.
  const rate = patternRate / (3 * Math.max(1, tested.length))
  return tested.flatMap((series) => patternsOfSeries(series, all, rate))
}

// What follows others shows their patterns, and a share of a time shows that of the time.
function isPlain({ metric, follows }: Finding): boolean {
  return follows === undefined && metric !== 'workingPerOutputTokenMs'
}

// How much success varies follows from how much there is of it.
function isCounted(metric: BaselineMetric): boolean {
  return metric === 'successRatio' || metric.startsWith('scores.')
}

function varies(points: readonly { level: number }[]): boolean {
  return points.some(({ level }) => level !== points[0]?.level)
}

function patternsOfSeries(series: Series, all: readonly Series[], rate: number): Pattern[] {
  const { metric } = series
  const level = patternOfLevel(series, rate)
  const spread = isCounted(metric) ? undefined : spreadGrowthOf(series, rate)
  const along: BaselineMetric | undefined = level === undefined ? undefined : companionOf(series, all)
  return [
    ...(level === undefined ? [] : [{ ...level, metric, ...(along === undefined ? {} : { along }) }]),
    ...(spread === undefined ? [] : [{ kind: 'spread' as const, metric, ...spread }]),
  ]
}

/** The one that tells most of where the level went. */
function patternOfLevel(series: Series, rate: number): Omit<Pattern, 'metric'> | undefined {
  const step = levelStepOf(series, rate)
  if (step !== undefined) return { kind: 'step', ...step }
  const creep = creepOf(series, rate)
  if (creep !== undefined) return { kind: 'creep', ...creep }
  const levels = acceptedLevels(series)
  return levels === undefined ? undefined : { kind: 'levels', ...levels }
}
