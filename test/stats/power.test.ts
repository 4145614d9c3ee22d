import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { detectableShift, runsNeeded, shiftPower } from '../../src/stats/power.ts'
import { relativeError } from './relative-error.ts'

const design = fc.record({
  alpha: fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
  power: fc.double({ min: 0.2, max: 0.999, noNaN: true }),
  baselineRuns: fc.integer({ min: 1, max: 500 }),
  executionVariance: fc.double({ min: 0, max: 0.2, noNaN: true }),
})
const runs = fc.integer({ min: 1, max: 1000 })
const shift = fc.double({ min: 0, max: 10, noNaN: true })
const usual = { alpha: 0.05, power: 0.8, baselineRuns: 100 }

describe('shiftPower', () => {
  // statsmodels: NormalIndPower().power(shift, runs, alpha, ratio=baselineRuns / runs, alternative='larger')
  test.for(oracle.shiftPower)(
    'of $shift in $runs runs against $baselineRuns at $alpha is that of statsmodels',
    ({ power, shift, runs, ...against }) => {
      expect(relativeError(shiftPower(shift, runs, against), power)).toBeLessThan(1e-12)
    },
  )

  test('of no shift is alpha', () => {
    expect(relativeError(shiftPower(0, 20, usual), 0.05)).toBeLessThan(1e-14)
  })

  test('against a known level is that of a test of one sample', () => {
    const known = { alpha: 0.05, baselineRuns: Number.POSITIVE_INFINITY }
    // R: pnorm(qnorm(0.95) - 0.5 * sqrt(25), lower.tail = FALSE)
    expect(relativeError(shiftPower(0.5, 25, known), 0.803764940015494)).toBeLessThan(1e-14)
  })

  test('rises with the shift and the runs, and falls with the execution variance', () => {
    fc.assert(
      fc.property(shift, runs, design, (own, count, against) => {
        const power = shiftPower(own, count, against)
        const noisier = { ...against, executionVariance: against.executionVariance + 0.01 }
        expect(shiftPower(own + 0.1, count, against)).toBeGreaterThanOrEqual(power)
        expect(shiftPower(own, count + 1, against)).toBeGreaterThanOrEqual(power)
        expect(shiftPower(own, count, noisier)).toBeLessThanOrEqual(power)
      }),
    )
  })
})

describe('detectableShift', () => {
  test('is found with the wanted power', () => {
    fc.assert(
      fc.property(runs, design, (count, against) => {
        const power = shiftPower(detectableShift(count, against), count, against)
        expect(relativeError(power, against.power)).toBeLessThan(1e-12)
      }),
    )
  })

  test('does not fall below what the execution variance hides', () => {
    const against = { ...usual, executionVariance: 0.04 }
    expect(detectableShift(1e9, against)).toBeGreaterThan(detectableShift(1e9, usual))
    expect(detectableShift(1e9, { ...against, baselineRuns: 1e9 })).toBeCloseTo(2.486475 * 0.2, 5)
  })
})

describe('runsNeeded', () => {
  // statsmodels: the fewest runs whose NormalIndPower().power(…) is at least the wanted power
  test.for(oracle.runsNeeded)(
    'for $shift against $baselineRuns at $alpha with $power are $runs',
    ({ shift, runs, ...against }) => {
      expect(runsNeeded(shift, against)).toBe(runs ?? undefined)
    },
  )

  test('are enough, and one fewer is not', () => {
    fc.assert(
      fc.property(shift, design, (own, against) => {
        const count = runsNeeded(own, against)
        if (count === undefined) return
        expect(shiftPower(own, count, against)).toBeGreaterThanOrEqual(against.power * (1 - 1e-9))
        if (count > 1) expect(shiftPower(own, count - 1, against)).toBeLessThan(against.power)
      }),
    )
  })

  test('for what is detectable in so many runs are so many', () => {
    fc.assert(
      fc.property(runs, design, (count, against) => {
        expect(runsNeeded(detectableShift(count, against), against)).toBe(count)
      }),
    )
  })

  test('are absent where no number is enough', () => {
    expect(runsNeeded(0, usual)).toBeUndefined()
    expect(runsNeeded(0.3, { ...usual, executionVariance: 0.04 })).toBeUndefined()
    const { alpha, power } = usual
    const known = { alpha, power, baselineRuns: Number.POSITIVE_INFINITY, executionVariance: 0.01 }
    const least = detectableShift(Number.POSITIVE_INFINITY, known)
    expect(runsNeeded(least, known)).toBeUndefined()
    expect(runsNeeded(least * 1.001, known)).toBeGreaterThan(10_000)
  })

  test('never rise with the shift', () => {
    fc.assert(
      fc.property(shift, shift, design, (one, other, against) => {
        const more = runsNeeded(Math.min(one, other), against) ?? Number.POSITIVE_INFINITY
        expect(runsNeeded(Math.max(one, other), against) ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(more)
      }),
    )
  })
})

test.for([
  { alpha: 0, power: 0.8, baselineRuns: 10 },
  { alpha: 0.05, power: 1, baselineRuns: 10 },
  { alpha: 0.05, power: 0.05, baselineRuns: 10 },
  { alpha: 0.05, power: 0.8, baselineRuns: 0 },
  { alpha: 0.05, power: 0.8, baselineRuns: 10, executionVariance: -1 },
])('a design of %o is refused', (wrong) => {
  expect(() => runsNeeded(0.5, wrong)).toThrow(RangeError)
  expect(() => detectableShift(10, wrong)).toThrow(RangeError)
})

test('a shift below 0 and runs below 1 are refused', () => {
  expect(() => runsNeeded(-0.5, usual)).toThrow(RangeError)
  expect(() => shiftPower(-0.5, 10, usual)).toThrow(RangeError)
  expect(() => detectableShift(0.5, usual)).toThrow(RangeError)
})
