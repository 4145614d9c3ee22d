import { expect, test } from 'vitest'
import { delays } from '../../src/domain/delay.ts'

test('nothing that was late has no delay', () => {
  expect(delays().p99Ms()).toBeUndefined()
})

test.each([
  [[0, 0, 0], 0],
  [Array.from({ length: 100 }, (_, index) => index + 1), 99],
  [[...Array(98).fill(0), 42.34, 50], 42.34],
  [[...Array(98).fill(0), 5_000.2, 9_000], 5_000.2],
  [[1e9], 60_100],
  [[-3], 0],
])('the 99th percentile of %j is that of one in a hundred', (all, p99Ms) => {
  const found = delays()
  for (const ms of all) found.add(ms)
  expect(Math.abs((found.p99Ms() ?? Number.NaN) - p99Ms)).toBeLessThanOrEqual(p99Ms < 100 ? 0.0501 : 0.501)
})
