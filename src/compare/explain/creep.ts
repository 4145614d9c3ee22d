import { type Failures, fisherTest } from '../../stats/fisher.ts'
import { mannKendall } from '../../stats/mann-kendall.ts'
import { mean, median, standardDeviation } from '../../stats/moments.ts'
import { sorted } from '../../stats/sorted.ts'
import { studentUpperTail } from '../../stats/student.ts'
import { steadyToleranceRatio } from '../evidence/rule.ts'
import { type Located, ofLevel, type Series, type SeriesPoint } from './series.ts'

/** That a level moved without ever being a regression. */
export interface Creep {
  /** In the metric's unit, as the middle of several executions. */
  before: number
  after: number
  /** Executions that it is told from. */
  executions: number
  /** ISO 8601; absent when it began at the committed line. */
  since?: string | undefined
  /** Probability that a level which stays where it is does this. */
  p: number
}

// Fewer executions than that have no trend to speak of.
const fewestOfTrend = 8
// Of a walk away from the committed line: so many executions have to lie there.
const fewestOfDistance = 3
const mostOfDistance = 5
/** Steps that add up to less are not worth a word. */
export const smallestCreep = Math.log(1.1)

/**
 * Many small steps that add up, in the worse direction: a trend of the executions since the last level that somebody accepted, by
 * Mann and Kendall's test, of 10% between its first and its last third; or, where a line is committed, that the last executions
 * lie 10% beyond it. Absent when there is none.
 *
 * @param rate greatest probability of finding one where there is none, for each of the two
 */
export function creepOf(series: Series, rate: number): Creep | undefined {
  return trendOf(ofLevel(series), rate) ?? distanceOf(series, rate)
}

function trendOf(points: readonly SeriesPoint[], rate: number): Creep | undefined {
  if (points.length < fewestOfTrend) return undefined
  const test = mannKendall(points.map(({ level }) => level))
  if (test === undefined || test.s <= 0 || test.p / 2 > rate) return undefined
  const third = Math.floor(points.length / 3)
  const first = middleOf(points.slice(0, third))
  const last = middleOf(points.slice(-third))
  if (last.level - first.level < smallestCreep) return undefined
  return {
    before: first.location,
    after: last.location,
    executions: points.length,
    since: points[0]?.startedAt,
    p: test.p / 2,
  }
}

/** How far the last executions lie beyond the committed line, which stays where it is while the history moves on. */
function distanceOf(series: Series, rate: number): Creep | undefined {
  const { committed } = series
  const recent = ofLevel(series).slice(-mostOfDistance)
  if (committed === undefined || recent.length < fewestOfDistance) return undefined
  const distance = mean(recent.map(({ level }) => level)) - committed.level
  const own = errorOf(recent)
  const error = Math.hypot(own.error, committed.error ?? 0)
  if (distance < (error === 0 ? Math.log1p(steadyToleranceRatio) : smallestCreep)) return undefined
  const isCount = series.metric === 'successRatio'
  const p = isCount ? fisherTest(failuresOf(recent), failuresOf([committed])) : chanceOf(distance, error, own.degrees)
  if (p > rate) return undefined
  return { before: committed.location, after: middleOf(recent).location, executions: recent.length, p }
}

function chanceOf(distance: number, error: number, degrees: number): number {
  return error === 0 ? 0 : studentUpperTail(distance / error, degrees)
}

/** Standard error of where `points` lie: by what they differ by, or by their runs where that is more. */
function errorOf(points: readonly SeriesPoint[]): { error: number; degrees: number } {
  const between = (standardDeviation(points.map(({ level }) => level)) ?? 0) / Math.sqrt(points.length)
  const within = Math.hypot(...points.map(({ error = 0 }) => error)) / points.length
  const runs = points.reduce((sum, { n }) => sum + n, 0)
  return between > within
    ? { error: between, degrees: points.length - 1 }
    : { error: within, degrees: Math.max(1, runs - points.length) }
}

function failuresOf(points: readonly Located[]): Failures {
  return {
    failures: points.reduce((sum, { n, location }) => sum + Math.round(n * (1 - location)), 0),
    trials: points.reduce((sum, { n }) => sum + n, 0),
  }
}

/** Where several points lie: their median. */
export function middleOf(points: readonly SeriesPoint[]): { level: number; location: number } {
  return {
    level: median(sorted(points.map(({ level }) => level))),
    location: median(sorted(points.map(({ location }) => location))),
  }
}
