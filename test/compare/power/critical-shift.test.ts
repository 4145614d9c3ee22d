import { expect, test } from 'vitest'
import { beyondDrift, shiftProbability } from '../../../src/compare/evidence/evidence.ts'
import { criticalShift, noiseWithRuns } from '../../../src/compare/power/critical-shift.ts'
import { noiseGiven } from '../noise-given.ts'

test('a shift is significant from the critical one on', () => {
  for (const drift of [0, 0.03, 0.08]) {
    const noise = noiseGiven({ drift })
    const critical = criticalShift(noise, 0.01)
    expect(shiftProbability(critical * 1.001, noise)).toBeLessThan(0.01)
    expect(shiftProbability(critical * 0.999, noise)).toBeGreaterThan(0.01)
  }
})

test('the bound of a look lies as many times further out', () => {
  const noise = noiseGiven({ sigma: 0.05 })
  expect(criticalShift(noise, 0.01, 2)).toBeCloseTo(2 * criticalShift(noise, 0.01), 12)
})

test('drift does not push it beyond what no drift explains', () => {
  const noise = { ...noiseGiven({ drift: 0.11 }), drift: { variance: 0.11 ** 2, degrees: 8 } }
  expect(criticalShift(noise, 0.0001)).toBe(beyondDrift(noise))
})

test('twice the runs halve the weight of a run', () => {
  const noise = noiseGiven({ runs: 20 })
  expect(noiseWithRuns(noise, 20, 40).candidateWeight).toBe(1 / 40)
  expect(noiseWithRuns(noise, 20, 40).baselineWeight).toBe(noise.baselineWeight)
})
