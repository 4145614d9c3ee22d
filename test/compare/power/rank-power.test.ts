import { expect, test } from 'vitest'
import { rankPower } from '../../../src/compare/power/rank-power.ts'
import { rankTest } from '../../../src/stats/rank-test.ts'
import { times } from '../../domain/given.ts'
import { drawing } from '../given.ts'
import { noiseGiven } from '../noise-given.ts'

test('it is the share of samples in which the rank test finds a shift', () => {
  const draw = drawing(5)
  const normals = (count: number, shift = 0) => times(count, () => shift + draw.normal())
  const trials = 2000
  const found = times(trials, () => rankTest(normals(50, 1.4), normals(20), 'greater').p < 1e-4)
  const share = found.filter(Boolean).length / trials
  const noise = { ...noiseGiven({ sigma: 1, runs: 50 }), baselineWeight: 1 / 20 }
  expect(share).toBeGreaterThan(0.5)
  expect(share).toBeLessThan(0.95)
  expect(Math.abs(rankPower(noise, 1e-4)(1.4) - share)).toBeLessThan(0.03)
})

test('drift blurs it, and neighbours that are alike lower it', () => {
  const noise = { ...noiseGiven({ sigma: 0.4, runs: 50 }), baselineWeight: 1 / 20 }
  const still = rankPower(noise, 1e-4)
  const drifting = rankPower({ ...noise, drift: { variance: 0.1 ** 2, degrees: 10 } }, 1e-4)
  expect(still(0.3)).toBeLessThan(0.5)
  expect(drifting(0.3)).toBeGreaterThan(still(0.3))
  expect(still(0.7)).toBeGreaterThan(0.9)
  expect(drifting(0.7)).toBeLessThan(still(0.7))
  expect(rankPower({ ...noise, designEffect: 1.5 }, 1e-4)(0.7)).toBeLessThan(still(0.7))
})

test('it takes nothing away where ranks are not asked, or nothing varies', () => {
  const few = { ...noiseGiven({ runs: 3 }), baselineWeight: 1 / 3 }
  expect(rankPower(few, 1e-4)(0)).toBe(1)
  expect(rankPower(noiseGiven({ sigma: 0 }), 1e-4)(0)).toBe(1)
})
