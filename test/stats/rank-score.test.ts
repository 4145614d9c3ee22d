import { describe, expect, test } from 'vitest'
import { rankScore } from '../../src/stats/rank-score.ts'

describe('rankScore', () => {
  // Python: p = norm.cdf(d / 2**.5), p2 = quad(lambda x: norm.cdf(x + d)**2 * norm.pdf(x), -12, 12)[0], s0 = (m*n*(m+n+1)/12)**.5;
  // m*n*(p - .5) / s0, (m*n*(p*(1 - p) + (m + n - 2)*(p2 - p*p)))**.5 / s0
  test.for([
    { shift: 0, own: 20, other: 20, mean: 0, deviation: 1 },
    { shift: 0.5, own: 50, other: 200, mean: 3.0209680363918845, deviation: 0.9509579540163589 },
    { shift: 1.6, own: 50, other: 20, mean: 4.823857268840213, deviation: 0.6019253197291593 },
    { shift: 3, own: 10, other: 20, mean: 4.250295976136588, deviation: 0.18026589548392913 },
  ])('of $own values $shift above $other is that of SciPy', ({ shift, own, other, mean, deviation }) => {
    const score = rankScore(shift, own, other)
    expect(score.mean).toBeCloseTo(mean, 10)
    expect(score.deviation).toBeCloseTo(deviation, 10)
  })

  test('ends where the samples are wholly apart', () => {
    const apart = rankScore(Number.POSITIVE_INFINITY, 10, 20)
    expect(apart.mean).toBeCloseTo(100 / Math.sqrt((200 * 31) / 12), 12)
    expect(apart.deviation).toBe(0)
    expect(rankScore(Number.NEGATIVE_INFINITY, 10, 20).mean).toBeCloseTo(-apart.mean, 12)
  })
})
