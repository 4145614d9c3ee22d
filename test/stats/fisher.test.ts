import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { type Failures, fisherTest } from '../../src/stats/fisher.ts'
import { relativeError } from './relative-error.ts'

const failures = fc
  .tuple(fc.nat(30), fc.nat(30))
  .map(([failed, passed]): Failures => ({ failures: failed, trials: failed + passed }))

function choose(all: number, some: number): bigint {
  let ways = 1n
  for (let taken = 1; taken <= some; taken++) ways = (ways * BigInt(all - some + taken)) / BigInt(taken)
  return ways
}

function observed(candidate: Failures, baseline: Failures): number {
  const failures = candidate.failures + baseline.failures
  const ways = choose(candidate.trials, candidate.failures) * choose(baseline.trials, baseline.failures)
  return Number(ways) / Number(choose(candidate.trials + baseline.trials, failures))
}

describe('fisherTest', () => {
  // R: fisher.test(matrix(c(a, n - a, b, m - b), 2), alternative = 'greater')$p.value
  test.for(oracle.fisher)(
    '$candidate.failures of $candidate.trials against $baseline.failures of $baseline.trials is that of R',
    ({ candidate, baseline, p }) => {
      expect(relativeError(fisherTest(candidate, baseline), p)).toBeLessThan(1e-12)
    },
  )

  test('without a failure, or without a trial, is 1', () => {
    expect(fisherTest({ failures: 0, trials: 20 }, { failures: 0, trials: 30 })).toBe(1)
    expect(fisherTest({ failures: 0, trials: 0 }, { failures: 3, trials: 30 })).toBe(1)
    expect(fisherTest({ failures: 3, trials: 30 }, { failures: 0, trials: 0 })).toBe(1)
  })

  test('agrees with counting by hand: three failures of three against none of three', () => {
    expect(fisherTest({ failures: 3, trials: 3 }, { failures: 0, trials: 3 })).toBeCloseTo(1 / 20, 15)
  })

  test('falls with every failure of the candidate', () => {
    fc.assert(
      fc.property(failures, failures, (candidate, baseline) => {
        const worse = { failures: candidate.failures + 1, trials: candidate.trials + 1 }
        expect(fisherTest(worse, baseline)).toBeLessThanOrEqual(fisherTest(candidate, baseline) + 1e-12)
      }),
    )
  })

  // Oracle: the hypergeometric probability of the table, in whole numbers.
  test('the two sides overlap in the observed table only', () => {
    fc.assert(
      fc.property(failures, failures, (candidate, baseline) => {
        const both = fisherTest(candidate, baseline) + fisherTest(baseline, candidate)
        expect(both - 1).toBeCloseTo(observed(candidate, baseline), 12)
      }),
    )
  })

  test.for([
    { failures: 3, trials: 2 },
    { failures: -1, trials: 2 },
    { failures: 0.5, trials: 2 },
    { failures: 0, trials: Number.NaN },
  ])('refuses $failures of $trials', (counts) => {
    const fine = { failures: 1, trials: 2 }
    expect(() => fisherTest(counts, fine)).toThrow(RangeError)
    expect(() => fisherTest(fine, counts)).toThrow(RangeError)
  })
})
