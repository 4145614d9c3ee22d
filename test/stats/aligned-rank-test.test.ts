import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alignedRankTest, type Block } from '../../src/stats/aligned-rank-test.ts'
import { random } from '../../src/stats/random.ts'
import { rankTest } from '../../src/stats/rank-test.ts'
import { sample } from './arbitrary.ts'

/** Blocks on levels far apart, whose candidates lie `shift` below the others; uniform, from 0 to 1. */
function blocksOf(seed: number, count: number, size: number, shift = 0): Block[] {
  const next = random(seed)
  return Array.from({ length: count }, (_, position) => ({
    candidate: Array.from({ length: size }, () => position * 100 - shift + next()),
    baseline: Array.from({ length: size }, () => position * 100 + next()),
  }))
}

describe('alignedRankTest', () => {
  test('is the rank test with one block', () => {
    const property = fc.property(sample(1), sample(1), (candidate, baseline) => {
      expect(alignedRankTest([{ candidate, baseline }])).toBe(rankTest(candidate, baseline, 'less').p)
    })
    fc.assert(property, { seed: 1 })
  })

  test('by hand: pairs, each of which is less by as much', () => {
    const blocks = [10, 20, 30, 40].map((level) => ({ candidate: [level - 1], baseline: [level + 1] }))
    // Ranks 2.5 against 6.5 in each of four pairs: the deviation is −8, the variance 4 · 4.
    expect(alignedRankTest(blocks)).toBeCloseTo(0.0304, 4)
  })

  test('of values alike says so about as often as its p', () => {
    for (const [count, size] of [
      [30, 1],
      [10, 3],
      [3, 10],
    ] as const) {
      const seeds = 2000
      let low = 0
      for (let seed = 0; seed < seeds; seed++) if (alignedRankTest(blocksOf(seed, count, size)) < 0.05) low += 1
      expect(low / seeds, `${count} of ${size}`).toBeGreaterThan(0.03)
      expect(low / seeds, `${count} of ${size}`).toBeLessThan(0.06)
    }
  })

  test('sees a shift that is small beside the levels, and not the other way round', () => {
    expect(alignedRankTest(blocksOf(1, 10, 3, 0.5))).toBeLessThan(0.001)
    expect(alignedRankTest(blocksOf(1, 10, 3, -0.5))).toBeGreaterThan(0.99)
  })

  test('is not changed by blocks that lack a side, nor by the levels of the others', () => {
    const blocks = blocksOf(2, 5, 4, 0.2)
    const p = alignedRankTest(blocks)
    expect(alignedRankTest([...blocks, { candidate: [1, 2], baseline: [] }, { candidate: [], baseline: [9] }])).toBe(p)
    const higher = blocks.map(({ candidate, baseline }, position) => ({
      candidate: candidate.map((value) => value + position * 512),
      baseline: baseline.map((value) => value + position * 512),
    }))
    expect(alignedRankTest(higher)).toBeCloseTo(p, 9)
  })

  test('knows nothing of nothing, and of what is all the same', () => {
    expect(alignedRankTest([])).toBe(1)
    expect(alignedRankTest([{ candidate: [1], baseline: [] }])).toBe(1)
    expect(alignedRankTest([1, 2].map((value) => ({ candidate: [value], baseline: [value, value] })))).toBe(1)
  })

  test('refuses what is no number', () => {
    expect(() => alignedRankTest([1, 2].map(() => ({ candidate: [Number.NaN], baseline: [1] })))).toThrow(RangeError)
  })
})
