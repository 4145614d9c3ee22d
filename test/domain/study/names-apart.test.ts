import { expect, test } from 'vitest'
import { namesApart } from '../../../src/domain/study/names-apart.ts'

test.each([
  [
    ['refund on a', 'refund on b'],
    ['a', 'b'],
  ],
  [
    ['on gpt-5 in French', 'on gpt-5 mini in French'],
    ['on gpt-5 in French', 'on gpt-5 mini in French'],
  ],
  [
    ['a cold start', 'a warm start'],
    ['cold', 'warm'],
  ],
  [
    ['one', 'two'],
    ['one', 'two'],
  ],
  [
    ['same', 'same'],
    ['same', 'same'],
  ],
  [
    ['runs 1 time', 'runs 10 times'],
    ['1 time', '10 times'],
  ],
  [['only'], ['only']],
  [[], []],
])('%j are told apart as %j', (names, apart) => {
  expect(namesApart(names)).toEqual(apart)
})
