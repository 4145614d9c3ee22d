import { expect, test } from 'vitest'
import { histogram } from '../../src/stats/histogram.ts'
import { logHistogram, record } from '../../src/stats/log-histogram.ts'
import { binsOf } from '../../src/stats/log-histogram-bins.ts'
import { random } from '../../src/stats/random.ts'
import { sorted } from '../../src/stats/sorted.ts'

function both(values: readonly number[]) {
  const counted = logHistogram()
  for (const value of values) record(counted, value)
  return { rows: histogram(sorted(values)), bins: binsOf(counted) }
}

test('whole numbers come to the bins of the values themselves', () => {
  const next = random(1)
  const { rows, bins } = both(Array.from({ length: 5_000 }, () => Math.floor(next() * 1_000)))
  expect(bins).toEqual(rows)
})

test('other numbers come to bins near theirs, and none is lost', () => {
  const next = random(2)
  const { rows, bins } = both(Array.from({ length: 5_000 }, () => Math.exp(3 * next())))
  expect(bins.counts.reduce((sum, count) => sum + count, 0)).toBe(5_000)
  for (const [bin, count] of rows.counts.entries()) expect(Math.abs((bins.counts[bin] ?? 0) - count)).toBeLessThan(15)
})

test('one value lies in one bin', () => {
  expect(both([7, 7, 7]).bins.counts).toEqual([3, ...Array.from({ length: 15 }, () => 0)])
})

test.each([0, 1.5])('%f bins are refused', (bins) => {
  const counted = logHistogram()
  record(counted, 1)
  expect(() => binsOf(counted, bins)).toThrow(/whole number of bins/)
})
