import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sumKnown, sumUsage, totalTokens } from '../../src/domain/usage.ts'

describe('sumUsage', () => {
  test('adds field by field', () => {
    const sum = sumUsage([
      { inputTokens: 10, outputTokens: 3, cachedTokens: 4, reasoningTokens: 0 },
      { inputTokens: 5, outputTokens: 2, cachedTokens: 0, reasoningTokens: 1 },
    ])
    expect(sum).toEqual({ inputTokens: 15, outputTokens: 5, cachedTokens: 4, reasoningTokens: 1 })
  })

  test('a field that one call does not know is unknown in the sum, and only that field', () => {
    const sum = sumUsage([{ inputTokens: 10, outputTokens: 3 }, { outputTokens: 2 }])
    expect(sum.inputTokens).toBeUndefined()
    expect(sum.outputTokens).toBe(5)
    expect(sum.cachedTokens).toBeUndefined()
  })

  test('no calls know nothing: their sum is not 0', () => {
    expect(Object.values(sumUsage([])).every((value) => value === undefined)).toBe(true)
  })
})

describe('sumKnown', () => {
  test.for([
    [[], undefined],
    [[0], 0],
    [[1, 2, 3], 6],
    [[1, undefined, 3], undefined],
    [[undefined], undefined],
  ] as const)('of %j is %s', ([values, sum]) => {
    expect(sumKnown(values)).toBe(sum)
  })

  test('does not depend on the order', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(), { nil: undefined })), (values) => {
        expect(sumKnown(values.toReversed())).toBe(sumKnown(values))
      }),
    )
  })
})

describe('totalTokens', () => {
  test('is input and output together; cached and reasoning tokens are in them already', () => {
    expect(totalTokens({ inputTokens: 10, outputTokens: 3, cachedTokens: 8, reasoningTokens: 2 })).toBe(13)
  })

  test('is unknown when either is', () => {
    expect(totalTokens({ inputTokens: 10 })).toBeUndefined()
    expect(totalTokens({ outputTokens: 3 })).toBeUndefined()
    expect(totalTokens({})).toBeUndefined()
  })
})
