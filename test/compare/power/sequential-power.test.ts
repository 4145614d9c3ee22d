import { describe, expect, test } from 'vitest'
import { standardError } from '../../../src/compare/evidence/evidence.ts'
import type { Noise } from '../../../src/compare/evidence/noise.ts'
import { confirmationRatio, falseAlarmRate, lookShareRatio, screenRate } from '../../../src/compare/evidence/rule.ts'
import { criticalShift, noiseWithRuns } from '../../../src/compare/power/critical-shift.ts'
import { excludedShift, foundRatio } from '../../../src/compare/power/detectable.ts'
import {
  foundInSequence,
  type LookedAt,
  notWorseShifts,
  worseShifts,
} from '../../../src/compare/power/sequential-power.ts'
import type { Steps } from '../../../src/compare/power/steps.ts'
import { normalQuantile } from '../../../src/stats/normal.ts'
import { random } from '../../../src/stats/random.ts'
import { noiseGiven } from '../noise-given.ts'

const planned = 50
const looks = [10, 20, 30, 40]
const lookRate = falseAlarmRate * lookShareRatio

function stepsOf(more: Partial<Steps> = {}): Steps {
  return {
    planned,
    fresh: 75,
    screenShift: Math.log(1.05),
    smallestShift: Math.log(1.1),
    looks: { runs: looks, worseRate: lookRate },
    worseRate: falseAlarmRate - lookRate,
    ...more,
  }
}

function lookedAt(noise: Noise): LookedAt {
  return { noise, runs: planned, planned, looks, worseRate: lookRate }
}

/** The bounds of all looks. */
function boundsOf(noise: Noise, steps: Steps) {
  const at = lookedAt(noise)
  const known = (shifts: readonly (number | undefined)[]) => shifts.map((shift) => shift ?? Number.NaN)
  return { worse: known(worseShifts(at)), notWorse: known(notWorseShifts(at, excludedShift(noise, planned, steps))) }
}

describe('the bounds of looks', () => {
  test('close in on what all planned runs would say', () => {
    const { worse, notWorse } = boundsOf(noiseGiven(), stepsOf())
    expect(worse).toHaveLength(4)
    expect(worse).toEqual([...worse].sort((a, b) => b - a))
    expect(notWorse).toEqual([...notWorse].sort((a, b) => a - b))
    expect(notWorse.every((shift, look) => shift < (worse[look] ?? 0))).toBe(true)
  })

  test('are nearer at an early look where drift outweighs the runs', () => {
    const reach = (drift: number) => {
      const noise = noiseGiven({ sigma: 0.1, drift })
      return (worseShifts(lookedAt(noise))[0] ?? 0) / standardError(noiseWithRuns(noise, planned, 10), true).error
    }
    expect(reach(0.05)).toBeLessThan(reach(0) / 1.3)
  })

  test('let nothing stop as not worse where all planned runs could find nothing', () => {
    expect(notWorseShifts(lookedAt(noiseGiven()), Number.POSITIVE_INFINITY)).toEqual(Array(4).fill(undefined))
  })
})

describe('foundInSequence', () => {
  test.each([0, 0.03, 0.08])('is what simulated executions come to, with a drift of %d', (drift) => {
    const noise = noiseGiven({ drift })
    const steps = stepsOf()
    const found = foundInSequence(lookedAt(noise), steps, excludedShift(noise, planned, steps))
    for (const times of [0.8, 1, 1.3]) {
      const shift = times * excludedShift(noise, planned, steps)
      expect(Math.abs(found(shift) - simulated(noise, steps, shift, 20_000))).toBeLessThan(0.015)
    }
  })

  // Nothing here is a simulation: with no change, the integral is the false-alarm rate, looks and confirmation together.
  test.each([0, 0.005, 0.01, 0.02, 0.05, 0.08])(
    'keeps the false-alarm rate of the rule, with a drift of %d',
    (drift) => {
      const noise = noiseGiven({ sigma: 0.3, drift })
      // Without smallest effects, which would hide an error, and without stops for what is not worse, for those may be ignored.
      const steps = stepsOf({ screenShift: 0, smallestShift: 0 })
      const found = foundInSequence(lookedAt(noise), steps, Number.POSITIVE_INFINITY)
      expect(found(0)).toBeLessThan(falseAlarmRate)
    },
  )

  test('costs a point or two of what a fixed number of runs would find', () => {
    for (const drift of [0, 0.03, 0.08]) {
      const noise = noiseGiven({ drift })
      const steps = stepsOf()
      const detectable = excludedShift(noise, planned, steps)
      const fixed = foundRatio(noise, planned, stepsOf({ looks: undefined }))(detectable)
      const sequential = foundRatio(noise, planned, steps)(detectable)
      expect(sequential).toBeLessThan(fixed)
      expect(sequential).toBeGreaterThan(fixed - 0.02)
    }
  })

  test('rises with the shift, up to all', () => {
    const noise = noiseGiven()
    const steps = stepsOf()
    const found = foundInSequence(lookedAt(noise), steps, excludedShift(noise, planned, steps))
    const ratios = [0, 0.1, 0.2, 0.3, 0.4, 0.6, 1, 3].map(found)
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b))
    expect(ratios.at(-1)).toBe(1)
  })
})

/** The rule run on normal estimates that share drift and baseline; found in so many of `count` executions. */
function simulated(noise: Noise, steps: Steps, shift: number, count: number): number {
  const next = random(11)
  const normal = () => normalQuantile(Math.max(Number.MIN_VALUE, next()))
  const { worse, notWorse } = boundsOf(noise, steps)
  const sigma = Math.sqrt(noise.values.variance)
  const at = (runs: number, rate: number) => criticalShift(noiseWithRuns(noise, planned, runs), rate)
  const screen = Math.max(steps.screenShift, at(planned, screenRate))
  const final = new Map(
    [...looks, planned].map((runs) => {
      const all = runs * (1 + confirmationRatio)
      return [runs, Math.max(steps.smallestShift, at(all, steps.worseRate ?? falseAlarmRate))]
    }),
  )
  let found = 0
  for (let execution = 0; execution < count; execution++) {
    const error = sigma * Math.sqrt(noise.baselineWeight) * normal()
    const offset = shift + error + Math.sqrt(noise.drift.variance * (1 + 1 / noise.executions)) * normal()
    let sum = 0
    let runs = 0
    const estimate = (until: number) => {
      sum += sigma * Math.sqrt(until - runs) * normal()
      runs = until
      return offset + sum / runs
    }
    const confirmed = (made: number) => estimate(made * (1 + confirmationRatio)) >= (final.get(made) ?? 0)
    let isOver = false
    for (const [look, made] of looks.entries()) {
      if (isOver) continue
      const value = estimate(made)
      if (value >= Math.max(steps.smallestShift, worse[look] ?? 0)) {
        isOver = true
        if (confirmed(made)) found += 1
      } else if (value <= (notWorse[look] ?? 0)) isOver = true
    }
    if (!isOver && estimate(planned) >= screen && confirmed(planned)) found += 1
  }
  return found / count
}
