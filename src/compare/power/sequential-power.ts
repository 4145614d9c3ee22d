import { type Going, goingOn, probabilityAbove, start } from '../../stats/sequential-score.ts'
import { studentQuantile } from '../../stats/student.ts'
import { standardError } from '../evidence/evidence.ts'
import type { Noise } from '../evidence/noise.ts'
import { falseAlarmRate, missRate, screenRate as mostScreened } from '../evidence/rule.ts'
import { criticalShift, noiseWithRuns } from './critical-shift.ts'
import { leastGain, lookScales } from './look-scale.ts'
import type { Steps } from './steps.ts'

/** The looks at an execution of `planned` runs, of which the candidate has made `runs`. */
export interface LookedAt {
  noise: Noise
  runs: number
  planned: number
  /** Runs of the candidate at each look, rising, all below `planned`. */
  looks: readonly number[]
  /** Chance at which noise alone makes one of the looks find that it got worse, above 0. */
  worseRate: number
}

/**
 * The shift from which on each look stops an execution as clearly worse. What runs tell is measured by the variance of the shift that
 * they leave, drift and baseline included, so that where these outweigh the runs an early look knows nearly all. Absent for a look
 * that knows hardly more than one before.
 */
export function worseShifts(at: LookedAt): (number | undefined)[] {
  const { worseRate } = at
  return lookScales(worseRate, informationRatios(at))
    .slice(0, -1)
    .map((scale, look) => (scale === undefined ? undefined : criticalShift(noiseAt(at, look), worseRate, scale)))
}

/**
 * The shift up to which each look stops an execution as clearly not worse; see {@link worseShifts}.
 *
 * @param excluded the shift that should not be missed; infinite when all runs would miss every one, so that none is excluded
 */
export function notWorseShifts(at: LookedAt, excluded: number): (number | undefined)[] {
  return lookScales(missRate, informationRatios(at))
    .slice(0, -1)
    .map((scale, look) => {
      if (scale === undefined || !Number.isFinite(excluded)) return undefined
      const { error, degrees } = standardError(noiseAt(at, look), true)
      return excluded + studentQuantile(missRate, degrees) * scale * error
    })
}

function noiseAt({ noise, runs, looks, planned }: LookedAt, look: number): Noise {
  return noiseWithRuns(noise, runs, looks[look] ?? planned)
}

function informationRatios(at: LookedAt): number[] {
  const errors = [...at.looks, at.planned].map((_, look) => standardError(noiseAt(at, look), true).error)
  return errors.map((error) => ((errors.at(-1) ?? 0) / error) ** 2)
}

// From this many standard errors on a shift is always found, and beyond twice as many nothing lies.
const surelyZ = 20

/**
 * The share of executions in which a shift is found where looks may end the first step early: what is clearly worse then is confirmed,
 * for its bound lies far beyond the one that it has to pass, and what is clearly not worse never will be found. By the joint normal
 * distribution of the estimates at all looks and after confirmation, which have in common what drift and baseline add.
 *
 * @param excluded as in {@link notWorseShifts}
 */
export function foundInSequence(at: LookedAt, steps: Steps, excluded: number): (shift: number) => number {
  const { noise, runs, planned } = at
  const { fresh, screenShift, smallestShift, screenRate = mostScreened, worseRate = falseAlarmRate } = steps
  const all = planned + fresh
  const scored = (wanted: number, shift: number) =>
    shift / standardError(noiseWithRuns(noise, runs, wanted), true).error
  const ratioAt = (wanted: number) => (scored(wanted, 1) / scored(all, 1)) ** 2
  const boundAt = (wanted: number, rate: number, least: number) =>
    scored(wanted, Math.max(least, criticalShift(noiseWithRuns(noise, runs, wanted), rate)))
  const notWorse = notWorseShifts(at, excluded)
  const looks = worseShifts(at).flatMap((worse, look) => {
    if (worse === undefined) return []
    const made = at.looks[look] ?? planned
    const high = scored(made, Math.max(smallestShift, worse))
    const low = Math.min(high, scored(made, notWorse[look] ?? Number.NEGATIVE_INFINITY))
    return [{ ratio: ratioAt(made), high, low }]
  })
  const screen = boundAt(planned, screenRate, screenShift)
  const final = boundAt(all, worseRate, smallestShift)
  return (shift) => {
    if (scored(planned, shift) > surelyZ) return 1
    const drift = scored(all, shift)
    let going = start
    let found = 0
    for (const { ratio, high, low } of looks) {
      const step = { ratio, drift }
      found += probabilityAbove(going, step, high)
      going = goingOn(going, step, low, high)
    }
    // Where the last look knows as much as all planned runs do, its score is theirs.
    const isKnown = ratioAt(planned) < leastGain * going.ratio
    const suspect = isKnown
      ? above(going, screen)
      : goingOn(going, { ratio: ratioAt(planned), drift }, screen, 2 * surelyZ)
    return Math.min(1, found + probabilityAfter(suspect, drift, final))
  }
}

function probabilityAfter(going: Going, drift: number, final: number): number {
  if (leastGain * going.ratio > 1) return above(going, final).masses.reduce((sum, mass) => sum + mass, 0)
  return probabilityAbove(going, { ratio: 1, drift }, final)
}

function above({ ratio, points, masses }: Going, least: number): Going {
  const kept = points.flatMap((point, index) => (point >= least ? [index] : []))
  return {
    ratio,
    points: kept.map((index) => points[index] ?? 0),
    masses: kept.map((index) => masses[index] ?? 0),
  }
}
