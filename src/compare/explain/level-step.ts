import { changePoints } from '../../stats/change-point.ts'
import { median } from '../../stats/moments.ts'
import { sorted } from '../../stats/sorted.ts'
import { theilSenSlope } from '../../stats/theil-sen.ts'
import { middleOf } from './creep.ts'
import { ofLevel, type Series, type SeriesPoint } from './series.ts'

/** That a level stepped at one execution, which did not show it by itself. */
export interface LevelStep {
  /** In the metric's unit. */
  before: number
  after: number
  /** Executions that it is told from. */
  executions: number
  /** Executions since then, the first of the new level included. */
  count: number
  /** When the first of them was; ISO 8601. */
  since?: string | undefined
  p: number
}

/** Executions between two steps, and at either end. */
const fewestOfLevel = 3
// What lies further back is no news: the baseline has moved there.
const newsExecutions = 10
const smallestStep = Math.log(1.05)

/**
 * The last step of a level in the worse direction, of 5% or more within the last ten executions, since the last level that somebody
 * accepted. Absent when there is none, and when a steady creep tells more of the executions.
 *
 * @param rate greatest probability of finding one in a series without any, above 0
 */
export function levelStepOf(series: Series, rate: number): LevelStep | undefined {
  const points = ofLevel(series)
  const levels = points.map(({ level }) => level)
  // A test by shuffling takes its time, and hardly ever has to be made.
  if (!mayHaveStepped(levels)) return undefined
  const found = changePoints(levels, stepTest(rate))
  const [last, start] = [found.at(-1), found.at(-2)]
  if (last === undefined || points.length - last.index > newsExecutions) return undefined
  // What has gone back since is no level any more.
  const now = middleOf(points.slice(-fewestOfLevel)).level
  if (Math.min(last.after, now) - last.before < smallestStep || isCreep(levels, found)) return undefined
  return {
    before: middleOf(points.slice(start?.index ?? 0, last.index)).location,
    after: middleOf(points.slice(last.index)).location,
    executions: points.length,
    count: points.length - last.index,
    since: points[last.index]?.startedAt,
    p: last.p,
  }
}

/** How {@link changePoints} tests with a false-alarm rate this small. */
export function stepTest(rate: number) {
  return { alpha: rate, permutations: Math.ceil(1 / rate), minimumLength: fewestOfLevel }
}

function mayHaveStepped(levels: readonly number[]): boolean {
  const middle = (part: readonly number[]) => median(sorted(part))
  for (
    let index = Math.max(fewestOfLevel, levels.length - newsExecutions);
    index <= levels.length - fewestOfLevel;
    index++
  )
    if (middle(levels.slice(index)) - middle(levels.slice(0, index)) >= smallestStep / 2) return true
  return false
}

/** Whether a straight line comes nearer to `levels` than steps do. */
function isCreep(
  levels: readonly number[],
  steps: readonly { index: number; before: number; after: number }[],
): boolean {
  const positions = levels.map((_, position) => position)
  const slope = theilSenSlope(positions, levels)?.slope ?? 0
  const rest = levels.map((level, position) => level - slope * position)
  const centre = median(sorted(rest))
  const ofLine = rest.reduce((sum, value) => sum + Math.abs(value - centre), 0)
  const ofSteps = levels.reduce((sum, level, position) => {
    const step = steps.findLast(({ index }) => index <= position)
    return sum + Math.abs(level - (step?.after ?? steps[0]?.before ?? level))
  }, 0)
  return ofLine <= ofSteps
}

/** How often the level of `series` was accepted anew, each time worse by 5% or more, and from where to where it went. */
export function acceptedLevels({ points }: Series): Omit<LevelStep, 'p'> | undefined {
  const starts = points.flatMap(({ startsLevel }, index) => (startsLevel && index > 0 ? [index] : []))
  const ends = [...starts.slice(1), points.length]
  const raised = starts.filter((start, which) => {
    const own = middleOf(points.slice(start, ends[which]))
    return own.level - levelBefore(points, starts[which - 1] ?? 0, start) >= smallestStep
  })
  const [first] = raised
  if (first === undefined || raised.length < 2) return undefined
  const before = middleOf(points.slice(starts[starts.indexOf(first) - 1] ?? 0, first))
  const after = middleOf(points.slice(starts.at(-1)))
  if (after.level - before.level < smallestLevels) return undefined
  return {
    before: before.location,
    after: after.location,
    executions: points.length,
    count: raised.length,
    since: points[first]?.startedAt,
  }
}

// Two of the smallest regressions that there are.
const smallestLevels = Math.log(1.2)

function levelBefore(points: readonly SeriesPoint[], from: number, to: number): number {
  return middleOf(points.slice(from, to)).level
}
