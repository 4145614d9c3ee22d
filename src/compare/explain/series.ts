import {
  type Baseline,
  type Comparability,
  differences,
  isLogarithmic,
  isOfAgent,
  lowerIsBetter,
  type TrailPoint,
} from '../../domain/baseline.ts'
import type { BaselineLine, BaselineMetric, Finding } from '../../domain/finding.ts'
import { trailPoint } from '../../domain/trail.ts'
import { mean } from '../../stats/moments.ts'
import { bySession } from '../evidence/by-session.ts'

/** Where one metric lay in the accepted executions of a scenario, the oldest first. */
export interface Series {
  metric: BaselineMetric
  points: SeriesPoint[]
  /** Where its committed line lies; absent when it has none. */
  committed?: Located | undefined
}

/** Where it lay once. */
export interface Located {
  /** Values behind it. */
  n: number
  /** In the metric's unit. */
  location: number
  /** On a scale on which greater is worse and equal distances are equal changes: logarithms, else shares of the first location. */
  level: number
  /** Standard error of `level` by runs alone; absent when it is not known. */
  error?: number | undefined
}

/** One session of accepted executions, or the execution that is judged. */
export interface SeriesPoint extends Located {
  /** ISO 8601; absent of the execution that is judged. */
  startedAt?: string | undefined
  /** Spread of its runs, as a share of the location; absent when it is not known. */
  within?: number | undefined
  /** Whether somebody accepted a new level with it. */
  startsLevel: boolean
}

/**
 * The series of `finding` in the executions of `baseline` that may be compared with the candidate's, with that one at its end, unless
 * it is not going to be accepted.
 */
export function seriesOf(finding: Finding, candidate: Comparability, baseline: Baseline): Series {
  const { metric } = finding
  const trail = baseline.trail ?? baseline.history.map(trailPoint)
  const past = bySession(trail.filter((point) => differences(point, candidate).length === 0)).toReversed()
  const lines = past.flatMap((session) => lineOfSession(metric, session) ?? [])
  const { entry } = baseline
  const isComparable = entry !== undefined && differences(entry, candidate).length === 0 && isOfAgent(metric)
  const committed = isComparable ? entry.metrics[metric] : undefined
  if (willBeAccepted(finding))
    lines.push({ line: finding.candidate, startsLevel: finding.status === 'accepted', startedAt: undefined })
  const scale = scaleOf(metric, [...lines.map(({ line }) => line), ...(committed === undefined ? [] : [committed])])
  return {
    metric,
    points: lines.map(({ line, ...point }) => ({ ...point, ...scale(line), within: line.within })),
    committed: committed === undefined ? undefined : scale(committed),
  }
}

function willBeAccepted({ status }: Finding): boolean {
  return status === 'same' || status === 'better' || status === 'accepted'
}

interface DatedLine {
  line: BaselineLine
  startedAt: string | undefined
  startsLevel: boolean
}

/** The line of one session's executions, newest first, as if they were one; absent when they do not know the metric. */
function lineOfSession(metric: BaselineMetric, session: readonly TrailPoint[]): DatedLine | undefined {
  const lines = session.flatMap(({ lines }) => lines[metric] ?? [])
  if (lines.length === 0) return undefined
  const logarithmic = isLogarithmic(metric, [lines.map(({ location }) => location)])
  const centre = mean(lines.map(({ location }) => (logarithmic ? Math.log(location) : location)))
  const spreads = lines.flatMap(({ within }) => within ?? [])
  return {
    line: {
      n: lines.reduce((sum, { n }) => sum + n, 0),
      location: logarithmic ? Math.exp(centre) : centre,
      within: spreads.length === 0 ? undefined : mean(spreads),
    },
    startedAt: session.at(-1)?.startedAt,
    startsLevel: session.some(({ startsLevel }) => startsLevel.includes(metric)),
  }
}

function scaleOf(metric: BaselineMetric, lines: readonly BaselineLine[]): (line: BaselineLine) => Located {
  const sign = lowerIsBetter(metric) ? 1 : -1
  const logarithmic = isLogarithmic(metric, [lines.map(({ location }) => location)])
  const unit = Math.abs(lines[0]?.location ?? 0) || 1
  return ({ location, n, within }) => ({
    n,
    location,
    level: sign * (logarithmic ? Math.log(location) : location / unit),
    error: within === undefined ? undefined : within / Math.sqrt(n),
  })
}

/** The points of `series` since somebody last accepted a new level. */
export function ofLevel({ points }: Series): SeriesPoint[] {
  const start = points.findLastIndex(({ startsLevel }) => startsLevel)
  return start < 0 ? points : points.slice(start)
}
