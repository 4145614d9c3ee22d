import { describe, expect, test } from 'vitest'
import { successEvidence } from '../../src/compare/success.ts'

const rule = { falseAlarmRate: 0.01, smallestEffectRatio: 0.1, powerRatio: 0.9 }
const line = (n: number, location: number) => ({ n, location, within: 0 })
const seen = (runs: number, baseline: { n: number; location: number }) =>
  successEvidence(line(runs, 1), baseline, rule).detectableRatio

describe('the smallest drop of success that would be found', () => {
  // Python: 6 of 10 failures are significant (Fisher, p .0054), 5 are not (.0163);
  // scipy.optimize.brentq(lambda q: scipy.stats.binom.sf(5, 10, q) - .9, 0, 1)
  test('is the failure rate that makes a significant number of failures in 9 of 10 executions', () => {
    expect(seen(10, line(10, 1))).toBeCloseTo(0.732_681_901, 8)
  })

  // 3 of 20 against 0 of 100: scipy.stats.binom.sf(2, 20, q) = .9
  test('gets smaller with more runs and more of a past', () => {
    expect(seen(20, line(100, 1))).toBeCloseTo(0.244_765_317, 8)
    expect(seen(200, line(1000, 1))).toBeLessThan(0.2)
  })

  test('is a share of the baseline', () => {
    const ratio = seen(100, line(1000, 0.8))
    expect(ratio).toBeGreaterThan(0.1)
    expect(ratio).toBeLessThan(0.25)
  })

  test('is absent where not even failure in every run would be found', () => {
    expect(seen(1, line(20, 1))).toBeUndefined()
    expect(seen(2, line(2, 1))).toBeUndefined()
  })

  test('is absent where there is nothing to lose', () => {
    expect(seen(20, line(20, 0))).toBeUndefined()
  })
})

test('counts are those behind the lines', () => {
  // Python: scipy.stats.fisher_exact([[3, 17], [5, 95]], alternative='greater').pvalue
  const { worse, better } = successEvidence(line(20, 0.85), line(100, 0.95), rule)
  expect(worse).toBeCloseTo(0.127_975_389, 8)
  expect(better).toBeGreaterThan(0.9)
})
