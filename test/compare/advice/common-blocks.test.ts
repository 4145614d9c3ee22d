import { describe, expect, test } from 'vitest'
import { commonBlocks, longestRising } from '../../../src/compare/advice/common-blocks.ts'
import { promptOf } from './given.ts'

const common = (before: string, prompt: string) =>
  commonBlocks(promptOf(before.split(' ')), promptOf(prompt.split(' ')))

describe('of a prompt before, another one has', () => {
  test.for([
    ['all', 'a b c d', 'a b c d', { common: 400, leading: 400, firstDifference: 4 }],
    ['all, and goes on', 'a b', 'a b c', { common: 200, leading: 200, firstDifference: 2 }],
    ['all but the first block', 'a b c d', 'x b c d', { common: 300, leading: 0, firstDifference: 0 }],
    ['all behind something new', 'a b c d', 'x y a b c d', { common: 400, leading: 0, firstDifference: 0 }],
    ['what lies on both sides of a change', 'a b c d e', 'a x d e', { common: 300, leading: 100, firstDifference: 1 }],
    ['what stands in the same order only', 'a b c d', 'x d c b a', { common: 100, leading: 0, firstDifference: 0 }],
    ['nothing of what is repeated', 'a b a b c', 'x a b a b', { common: 0, leading: 0, firstDifference: 0 }],
    ['nothing', 'a b', 'c d', { common: 0, leading: 0, firstDifference: 0 }],
  ] as const)('%s', ([, before, prompt, expected]) => {
    expect(common(before, prompt)).toEqual(expected)
  })
})

test.for([
  [[], []],
  [
    [3, 1, 2],
    [1, 2],
  ],
  [
    [1, 2, 3],
    [0, 1, 2],
  ],
  [
    [5, 1, 4, 2, 3, 0],
    [1, 3, 4],
  ],
] as const)('a longest rising subsequence of %j lies at %j', ([values, positions]) => {
  expect(longestRising(values)).toEqual(positions)
})
