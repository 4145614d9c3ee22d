import type { BaselineMetric } from '../../domain/finding.ts'
import { mean } from '../../stats/moments.ts'
import { studentUpperTail } from '../../stats/student.ts'
import { ofLevel, type Series, type SeriesPoint } from './series.ts'

// What an agent does more of, and what follows from it: a metric is not explained by what it is a part of.
const drivers: { [M in BaselineMetric]?: readonly BaselineMetric[] } = {
  workingMs: ['steps', 'toolCalls', 'outputTokens', 'inputTokens'],
  ttftMs: ['steps', 'inputTokens'],
  costUsd: ['steps', 'outputTokens', 'inputTokens'],
  inputTokens: ['steps', 'toolCalls'],
  outputTokens: ['steps', 'toolCalls'],
  toolCalls: ['steps'],
}

const smallestCorrelation = 0.8
const rate = 0.001

/**
 * What an agent does more of whenever the metric of `series` is worse: the driver whose executions correlate most with it, from 0.8
 * on and beyond chance (0.1%). Absent when nothing does. Two metrics that rise together do correlate, whatever the reason.
 */
export function companionOf(series: Series, all: readonly Series[]): BaselineMetric | undefined {
  const found = (drivers[series.metric] ?? []).flatMap((metric) => {
    const other = all.find((one) => one.metric === metric)
    const correlation = other === undefined ? undefined : correlationOf(ofLevel(series), ofLevel(other))
    return correlation === undefined ? [] : [{ metric, correlation }]
  })
  return found.sort((one, other) => other.correlation - one.correlation)[0]?.metric
}

/** Pearson's correlation of points that were measured together; absent when it is no more than chance. */
function correlationOf(own: readonly SeriesPoint[], other: readonly SeriesPoint[]): number | undefined {
  const pairs = own.flatMap(({ startedAt, level }) => {
    const twin = other.find((one) => one.startedAt === startedAt)
    return twin === undefined ? [] : [[level, twin.level] as const]
  })
  if (pairs.length < 4) return undefined
  const [ownMean, otherMean] = [mean(pairs.map(([one]) => one)), mean(pairs.map(([, one]) => one))]
  let [product, ownSquares, otherSquares] = [0, 0, 0]
  for (const [one, twin] of pairs) {
    product += (one - ownMean) * (twin - otherMean)
    ownSquares += (one - ownMean) ** 2
    otherSquares += (twin - otherMean) ** 2
  }
  if (ownSquares === 0 || otherSquares === 0) return undefined
  const correlation = Math.min(1, product / Math.sqrt(ownSquares * otherSquares))
  if (correlation < smallestCorrelation) return undefined
  const degrees = pairs.length - 2
  const t = correlation * Math.sqrt(degrees / Math.max(1e-12, 1 - correlation ** 2))
  return studentUpperTail(t, degrees) < rate ? correlation : undefined
}
