import { describe, expect, test } from 'vitest'
import { locationOf, pooledSpread, shareUnit } from '../../src/domain/spread.ts'
import { times } from './given.ts'

const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 30]

describe('the spread of values around the location of their group', () => {
  // Python: w = scipy.stats.mstats.winsorize(values, (.2, .2)); n * (n - 1) * w.var(ddof=1) / (h * (h - 1)) with n = 10, h = 6
  test('is n times the squared standard error of a trimmed mean, with a degree of freedom less than values kept', () => {
    expect(pooledSpread([values], true)).toEqual({ variance: expect.closeTo(8.966_666_666_667, 10), degrees: 5 })
  })

  // Python: numpy.var(values, ddof=1)
  test('is the plain variance where locations are plain means', () => {
    expect(pooledSpread([values], false)).toEqual({ variance: expect.closeTo(73.6, 10), degrees: 9 })
  })

  // Python: the same of [1, 2, 4, 8, 16], weighted by degrees of freedom
  test('is pooled over groups, each by its degrees of freedom', () => {
    const pooled = pooledSpread([values, [1, 2, 4, 8, 16]], true)
    expect(pooled).toEqual({ variance: expect.closeTo(15.166_666_666_667, 10), degrees: 7 })
  })

  test('does not see where a group lies', () => {
    const far = values.map((value) => value + 1024)
    expect(pooledSpread([values, far], true)?.variance).toBeCloseTo(pooledSpread([values], true)?.variance ?? 0, 9)
  })

  test('shrugs off a value that is far off', () => {
    const spike = values.map((value) => (value === 30 ? 30_000 : value))
    expect(pooledSpread([spike], true)).toEqual(pooledSpread([values], true))
    expect(pooledSpread([spike], false)?.variance).toBeGreaterThan(1e6)
  })

  test('is the plain one where all that differs was dropped', () => {
    const rare = [...times(18, () => 4), 5, 5]
    expect(pooledSpread([rare], true)).toEqual(pooledSpread([rare], false))
    expect(pooledSpread([rare], true)?.variance).toBeGreaterThan(0)
  })

  test('is exactly 0 of equal values, however they are written', () => {
    expect(pooledSpread([times(7, () => Math.log(0.1)), times(3, () => Math.log(3))], true)).toEqual({
      variance: 0,
      degrees: 8,
    })
  })

  test('groups of one value say nothing of it', () => {
    expect(pooledSpread([[5], [], [7]], true)).toBeUndefined()
    expect(pooledSpread([], false)).toBeUndefined()
    expect(pooledSpread([[5], values], true)).toEqual(pooledSpread([values], true))
  })
})

describe('the location of values', () => {
  // Python: scipy.stats.trim_mean(values, .2)
  test('is their 20% trimmed mean', () => {
    expect(locationOf(values, true)).toBeCloseTo(4.166_666_666_667, 10)
    expect(locationOf(values.toReversed(), true)).toBe(locationOf(values, true))
  })

  test('is their plain mean where nothing is trimmed', () => {
    expect(locationOf(values, false)).toBe(6.6)
  })

  test('shrugs off a spike', () => {
    expect(locationOf([...values.slice(0, 9), 1e9], true)).toBe(locationOf(values, true))
  })
})

test('shares are counted in the size of a location, unless that is as good as 0', () => {
  expect(shareUnit(-4)).toBe(4)
  expect(shareUnit(0)).toBe(1)
  expect(shareUnit(5e-324)).toBe(1)
})
