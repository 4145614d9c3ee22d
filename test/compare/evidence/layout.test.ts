import { describe, expect, test } from 'vitest'
import {
  commonCases,
  executionLocation,
  inCases,
  layoutOf,
  locationWeight,
} from '../../../src/compare/evidence/layout.ts'
import { mean } from '../../../src/stats/moments.ts'
import { drawing } from '../given.ts'

describe('the layout of a metric', () => {
  test('has each value relative to where its case lies in the baseline, as a logarithm', () => {
    const past = [
      [[100], [4000]],
      [[100], [4000]],
    ]
    const layout = layoutOf('totalTokens', [[110, 120], [4400]], past)
    expect(layout?.logarithmic).toBe(true)
    const [small = [], large = []] = layout?.candidate ?? []
    expect(small.map(Math.exp)).toEqual([expect.closeTo(1.1, 12), expect.closeTo(1.2, 12)])
    expect(large.map(Math.exp)).toEqual([expect.closeTo(1.1, 12)])
    expect(layout?.past).toEqual([
      [[0], [0]],
      [[0], [0]],
    ])
  })

  test('pools the executions of the baseline into one level for each case', () => {
    const layout = layoutOf('totalTokens', [[100]], [[[100]], [[400]]])
    expect(layout?.candidate[0]?.map(Math.exp)).toEqual([expect.closeTo(0.5, 12)])
    expect(layout?.past.flat(2).map(Math.exp)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(2, 12)])
  })

  test('takes shares of the baseline where a value is 0', () => {
    const layout = layoutOf('toolCalls', [[3, 3]], [[[0, 4]]])
    expect(layout).toEqual({ logarithmic: false, candidate: [[0.5, 0.5]], past: [[[-1, 1]]] })
  })

  test('of cases that share their level, for a case that lies at 0 has none of its own', () => {
    const layout = layoutOf('toolCalls', [[1], [5]], [[[0], [4]]])
    expect(layout?.candidate).toEqual([[0.5], [0.5]])
  })

  test('where the whole baseline is 0 the candidate itself is the shift', () => {
    expect(layoutOf('toolCalls', [[3]], [[[0, 0]]])?.candidate).toEqual([[3]])
  })

  test('greater is worse, of scores and success too', () => {
    expect(layoutOf('scores.polite', [[0.4]], [[[0.8]]])?.candidate).toEqual([[0.5]])
    expect(layoutOf('successRatio', [[0, 1]], [[[1, 1]]])?.candidate).toEqual([[1, expect.closeTo(0)]])
    expect(layoutOf('workingMs', [[50]], [[[100]]])?.candidate[0]?.[0]).toBeLessThan(0)
  })

  test('leaves out a case that one side lacks', () => {
    const layout = layoutOf('totalTokens', [[10], [], [30], [40]], [[[10], [20], [], [40]], [[10]]])
    expect(layout?.candidate).toEqual([[0], [0]])
    expect(layout?.past).toEqual([
      [[0], [0]],
      [[0], []],
    ])
  })

  test('a 0 in a case that is left out makes no difference', () => {
    expect(layoutOf('toolCalls', [[2], [0]], [[[2], []]])?.logarithmic).toBe(true)
  })

  test('is absent when no case has values on both sides', () => {
    expect(layoutOf('totalTokens', [[1], []], [[[], [1]]])).toBeUndefined()
    expect(layoutOf('totalTokens', [[1]], [])).toBeUndefined()
  })
})

test('common cases are told by their positions, and picked by them', () => {
  expect(commonCases([[1], [], [3]], [[[], [2], [3]], [[1]]])).toEqual([0, 2])
  expect(inCases([[1], [2], [3]], [0, 2, 5])).toEqual([[1], [3], []])
})

describe('the location of an execution', () => {
  test('is the mean over the cases that it has, each counting the same', () => {
    expect(executionLocation([[1, 1, 1, 1], [], [4]], true)).toBe(2.5)
    expect(executionLocation([[], []], true)).toBeUndefined()
  })

  test('shrugs off a run in ten that is far off', () => {
    const calm = [0.1, -0.1, 0.05, -0.05, 0, 0.02, -0.02, 0.08, -0.08, 0.03]
    expect(executionLocation([[...calm.slice(0, 7), 9, -0.08, 0.03]], true)).toBeCloseTo(0, 1)
    expect(executionLocation([[...calm.slice(0, 7), 9, -0.08, 0.03]], false)).toBeGreaterThan(0.8)
  })
})

describe('the weight of a location', () => {
  test('of one case is one over its runs', () => {
    expect(locationWeight([[1, 2, 3, 4]])).toBe(0.25)
  })

  test('is what the variance of single values is multiplied by, whatever the runs of each case', () => {
    const draw = drawing(31)
    const execution = () => [2, 5, 1].map((runs) => Array.from({ length: runs }, draw.normal))
    const locations = Array.from({ length: 20_000 }, () => executionLocation(execution(), false) ?? Number.NaN)
    const variance = mean(locations.map((location) => location ** 2))
    expect(locationWeight(execution())).toBeCloseTo((1 / 2 + 1 / 5 + 1) / 9, 12)
    expect(variance / locationWeight(execution())).toBeCloseTo(1, 1)
  })

  test('passes over cases without values', () => {
    expect(locationWeight([[1, 2], [], []])).toBe(0.5)
  })
})
