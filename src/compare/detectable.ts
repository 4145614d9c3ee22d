import { bivariateNormalUpper } from '../stats/bivariate-normal.ts'
import { criticalShift, noiseWithRuns } from './critical-shift.ts'
import { standardError } from './evidence.ts'
import type { Noise } from './noise.ts'
import { falseAlarmRate, powerRatio, screenRate } from './rule.ts'
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
  const first = noiseWithRuns(noise, runs, steps.planned)
  const { error } = standardError(first, true)
  const last = noiseWithRuns(noise, runs, steps.planned + steps.fresh)
  const start = Math.max(
    steps.smallestShift,
    steps.screenShift,
    criticalShift(first, screenRate),
    criticalShift(last, steps.worseRate ?? falseAlarmRate),
  )
  const isFound = isFoundBy(foundRatio(noise, runs, fixed))
  const shift = bisect(isFound, start, start + 6 * error, 30)
  if (!Number.isFinite(shift)) return undefined
  if (looks === undefined) return shift
  // Looks cost a little of it. Each is an integral, so that the search is narrow, and to a sixtieth of the standard error.
  const most = Math.max(shift, excludedShift(noise, runs, steps)) + error
  return bisect(isFoundBy(foundRatio(noise, runs, steps)), shift, most, 6)
}

function isFoundBy(found: (shift: number) => number): (shift: number) => boolean {
  return (shift) => found(shift) >= powerRatio
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
  if (looks !== undefined && looks.runs.length > 0) {
    const at = { noise, runs, planned, looks: looks.runs }
    const found = foundInSequence(at, steps, excludedShift(noise, runs, steps))
    return (shift) => found(shift) * agreementRatio
  }
  const first = noiseWithRuns(noise, runs, planned)
  const last = noiseWithRuns(noise, runs, planned + fresh)
  const firstError = standardError(first, true).error
  const lastError = standardError(last, true).error
  const bound = Math.max(steps.smallestShift, criticalShift(last, steps.worseRate ?? falseAlarmRate))
  const screen = Math.max(steps.screenShift, criticalShift(first, screenRate))
  return (shift) => {
    const atLast = (bound - shift) / lastError
    if (fresh === 0) return bivariateNormalUpper(atLast, Number.NEGATIVE_INFINITY, 0) * agreementRatio
    return bivariateNormalUpper((screen - shift) / firstError, atLast, lastError / firstError) * agreementRatio
  }
}

/**
 * What an execution has to exclude before it may stop as not worse: what the user asks to be found, but no less than all planned runs
 * could find.
 */
export function excludedShift(noise: Noise, runs: number, { looks: _looks, ...steps }: Steps): number {
  const detectable = detectableShift(noise, runs, steps) ?? Number.POSITIVE_INFINITY
  return Math.max(steps.askedShift ?? 0, detectable)
}

/** The least value from `low` to `high` that holds, where all greater ones do too. */
function bisect(holds: (value: number) => boolean, low: number, high: number, steps: number): number {
  let least = low
  let enough = high
  for (let step = 0; step < steps; step++) {
    const middle = (least + enough) / 2
    if (holds(middle)) enough = middle
    else least = middle
  }
  return enough
}
