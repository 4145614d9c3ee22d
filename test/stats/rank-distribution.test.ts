import { describe, expect, test } from 'vitest'
import { rankDistribution } from '../../src/stats/rank-distribution.ts'
import { relativeError } from './relative-error.ts'

/** Arrangements of two samples for each U, by the recurrence of Mann & Whitney (1947), in whole numbers. */
function arrangements(n: number, m: number): bigint[] {
  let rows: bigint[][] = Array.from({ length: m + 1 }, () => [1n])
  for (let own = 1; own <= n; own++) {
    const next: bigint[][] = [[1n]]
    for (let other = 1; other <= m; other++) {
      const [without, within] = [next[other - 1] ?? [], rows[other] ?? []]
      next.push(Array.from({ length: own * other + 1 }, (_, u) => (without[u] ?? 0n) + (within[u - other] ?? 0n)))
    }
    rows = next
  }
  return rows[m] ?? []
}

describe('rankDistribution', () => {
  test('of two values each is 1, 2, 4, 5, 6 of 6', () => {
    expect([...rankDistribution(2, 2, 4)]).toEqual([1, 2, 4, 5, 6].map((ways) => ways / 6))
  })

  test.for([
    [1, 1],
    [3, 7],
    [1, 300],
    [10, 100],
    [31, 33],
    [50, 50],
  ] as const)('of %d and %d values is exact over the half that is used', ([n, m]) => {
    const ways = arrangements(n, m)
    const total = Number(ways.reduce((sum, way) => sum + way))
    const half = Math.floor((n * m) / 2)
    const probabilities = rankDistribution(n, m, half)
    let cumulative = 0n
    let worst = 0
    for (let u = 0; u <= half; u++) {
      cumulative += ways[u] ?? 0n
      worst = Math.max(worst, relativeError(probabilities[u], Number(cumulative) / total))
    }
    expect(worst).toBeLessThan(1e-12)
  })
})
