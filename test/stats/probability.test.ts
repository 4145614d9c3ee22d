import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { probabilitiesFromRatios } from '../../src/stats/probability.ts'
import { relativeError } from './relative-error.ts'

const binomial = (count: number, q: number) =>
  probabilitiesFromRatios(count, (outcome) => ((count - outcome + 1) / outcome) * (q / (1 - q)))

describe('probabilitiesFromRatios', () => {
  test('of a fair coin thrown four times is 1, 4, 6, 4, 1 of 16', () => {
    expect([...binomial(4, 0.5)]).toEqual([1, 4, 6, 4, 1].map((ways) => ways / 16))
  })

  // generate.py: exact rational arithmetic
  test.for(oracle.binomial)('$outcome of $count at $q has the probability $probability', (answer) => {
    const probabilities = binomial(answer.count, answer.q)
    expect(relativeError(probabilities[answer.outcome], answer.probability)).toBeLessThan(1e-12)
  })

  test('of a million outcomes still sums to 1', () => {
    const total = binomial(1_000_000, 0.99).reduce((sum, probability) => sum + probability)
    expect(total).toBeCloseTo(1, 12)
  })

  test('of one outcome is certain', () => {
    expect([...probabilitiesFromRatios(0, () => 0)]).toEqual([1])
  })
})
