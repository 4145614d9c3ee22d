import { bivariateNormalUpper } from '../../stats/bivariate-normal.ts'
import { risesToZero } from '../../stats/root.ts'
import { beyondDrift, standardError } from '../evidence/evidence.ts'
import type { Noise } from '../evidence/noise.ts'
import { falseAlarmRate, screenRate as mostScreened, powerRatio } from '../evidence/rule.ts'
import { criticalShift, noiseWithRuns } from './critical-shift.ts'
import { rankPower } from './rank-power.ts'
import { foundInSequence } from './sequential-power.ts'
import type { Steps } from './steps.ts'

// Ranks and fresh runs have to agree, too. Of a hundred worsenings that the location would have found they let two or three pass: measured
// with the runs of the calibration, at any spread.
const agreementRatio = 0.975

/**
 * The smallest shift that is found in the wanted share of executions. Absent where no shift would be found.
 *
 * @param noise of a candidate with `runs` runs
 */
export function detectableShift(noise: Noise, runs: number, steps: Steps): number | undefined {
  const { looks, ...fixed } = steps
  const { first, last } = boundsOf(noise, runs, fixed)
  const start = Math.max(first.shift, last.shift)
  const widest = Math.max(first.error * first.stretch, last.error * last.stretch)
  const shift = risesToZero(beyondPower(foundRatio(noise, runs, fixed)), start, start + 6 * widest, 1e-8 * widest)
  if (!Number.isFinite(shift)) return undefined
  if (looks === undefined) return shift
  // Looks cost a little of it. Each is an integral, so that the search is narrow, and to a sixtieth of the standard error.
  const most = Math.max(shift, excludedShift(noise, runs, steps)) + first.error
  return risesToZero(beyondPower(foundRatio(noise, runs, steps)), shift, most, first.error / 60)
}

function beyondPower(found: (shift: number) => number): (shift: number) => number {
  return (shift) => found(shift) - powerRatio
}

/**
 * The share of executions in which a shift is found: by the first step in what was planned, and by the second in that and what was
 * added. Both see the same drift and the same baseline, and the second sees the runs of the first, so that their estimates of the
 * shift are taken as bivariate normal.
 *
 * @param noise of a candidate with `runs` runs
 */
export function foundRatio(noise: Noise, runs: number, steps: Steps): (shift: number) => number {
  const { planned, fresh, looks } = steps
  const all = noiseWithRuns(noise, runs, planned + fresh)
  // Both tests see the same runs, so that what passes the harder one nearly always passes the other.
  const ranked = steps.isRanked ? rankPower(all, steps.worseRate ?? falseAlarmRate) : () => 1
  if (looks !== undefined && looks.runs.length > 0) {
    const at = { noise, runs, planned, looks: looks.runs, worseRate: looks.worseRate }
    const found = foundInSequence(at, steps, excludedShift(noise, runs, steps))
    return (shift) => Math.min(found(shift), ranked(shift)) * agreementRatio
  }
  const { first, last } = boundsOf(noise, runs, steps)
  return (shift) => {
    const atLast = scoreOf(last, shift)
    const located =
      fresh === 0
        ? bivariateNormalUpper(atLast, Number.NEGATIVE_INFINITY, 0)
        : bivariateNormalUpper(scoreOf(first, shift), atLast, last.error / first.error)
    return Math.min(located, ranked(shift)) * agreementRatio
  }
}

/** What a step finds. */
interface Bound {
  /** From which shift on. */
  shift: number
  /** Standard error of the shift. */
  error: number
  /** How many times wider the share of executions rises because runs tell of the standard error, too; from 1. */
  stretch: number
}

/** What both steps find. */
function boundsOf(noise: Noise, runs: number, steps: Steps): { first: Bound; last: Bound } {
  const { planned, fresh, screenRate = mostScreened, worseRate = falseAlarmRate } = steps
  return {
    first: boundOf(noiseWithRuns(noise, runs, planned), screenRate, steps.screenShift),
    last: boundOf(noiseWithRuns(noise, runs, planned + fresh), worseRate, steps.smallestShift),
  }
}

function boundOf(noise: Noise, rate: number, leastShift: number): Bound {
  const { error } = standardError(noise, true)
  const critical = criticalShift(noise, rate)
  // What is no multiple of the standard error does not vary with it.
  const isFixed = leastShift >= critical || critical === beyondDrift(noise)
  const byRuns = (standardError(noise, false).error / error) ** 2
  const stretch = isFixed ? 1 : Math.sqrt(1 + ((critical / error) * byRuns) ** 2 / (2 * noise.values.degrees))
  return { shift: Math.max(leastShift, critical), error, stretch }
}

/**
 * The score above which an estimate is significant that lies around `shift`: of Student's test, by the normal approximation of N. L.
 * Johnson & B. L. Welch, "Applications of the Non-Central t-Distribution", Biometrika 31 (1940).
 */
function scoreOf({ shift: bound, error, stretch }: Bound, shift: number): number {
  return (bound - shift) / (error * stretch)
}

/**
 * What an execution has to exclude before it may stop as not worse: what the user asks to be found, but no less than all planned runs
 * could find.
 */
export function excludedShift(noise: Noise, runs: number, { looks: _looks, ...steps }: Steps): number {
  const detectable = detectableShift(noise, runs, steps) ?? Number.POSITIVE_INFINITY
  return Math.max(steps.askedShift ?? 0, detectable)
}
