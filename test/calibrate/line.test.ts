import { describe, expect, test } from 'vitest'
import { isOk, jsonLine, proportionInterval } from '../../calibrate/line.ts'

describe('the interval of a proportion', () => {
  // scipy.stats.binomtest(hits, n).proportion_ci(method='wilson')
  test.for([
    { hits: 3, n: 40, low: 0.025836025774588198, high: 0.19864233524310543 },
    { hits: 0, n: 4000, low: 0, high: 0.0009594432897014865 },
    { hits: 28, n: 4000, low: 0.004847586613478226, high: 0.01009842447016744 },
  ])('of $hits of $n is $low to $high', ({ hits, n, low, high }) => {
    const interval = proportionInterval(hits, n, 0.95)
    expect(interval.low).toBeCloseTo(low, 14)
    expect(interval.high).toBeCloseTo(high, 14)
  })
})

describe('a line', () => {
  const line = { name: 'a', value: 0.025, n: 1000, isProportion: true }

  test('is held to its bound from either side', () => {
    expect(isOk({ ...line, bound: { atMost: 0.025 } }, false)).toBe(true)
    expect(isOk({ ...line, bound: { atMost: 0.01 } }, false)).toBe(false)
    expect(isOk({ ...line, bound: { atLeast: 0.03 } }, false)).toBe(false)
    expect(isOk({ ...line, bound: { low: 0.01, high: 0.03 } }, false)).toBe(true)
    expect(isOk({ ...line, bound: { low: 0.03, high: 0.05 } }, false)).toBe(false)
  })

  // scipy.stats.binomtest(25, 1000).proportion_ci(0.998, method='wilson'): 0.0137 to 0.0453
  test('of few trials breaks its bound where all of its interval does', () => {
    expect(isOk({ ...line, bound: { atMost: 0.014 } }, true)).toBe(true)
    expect(isOk({ ...line, bound: { atMost: 0.013 } }, true)).toBe(false)
    expect(isOk({ ...line, bound: { atMost: 0.014 }, isProportion: false }, true)).toBe(false)
  })

  test('without a bound is ok', () => {
    expect(isOk(line, false)).toBe(true)
  })

  test('is JSON with a bound of one number or two, or none', () => {
    expect(JSON.parse(jsonLine({ ...line, bound: { atMost: 0.01 } }, false))).toEqual({
      name: 'a',
      value: 0.025,
      bound: 0.01,
      ok: false,
      n: 1000,
      // scipy.stats.binomtest(25, 1000).proportion_ci(method='wilson')
      low: expect.closeTo(0.016990131293434067, 12),
      high: expect.closeTo(0.0366452892678433, 12),
    })
    expect(JSON.parse(jsonLine({ ...line, bound: { low: 0, high: 1 } }, false))).toMatchObject({ bound: [0, 1] })
    expect(JSON.parse(jsonLine({ ...line, peer: true }, false))).toMatchObject({ bound: null, ok: true, peer: true })
  })
})
