import { expect, test } from 'vitest'
import { enlarged } from '../../../../src/run/study/stress/enlarge.ts'

test('text is repeated, a line each', () => {
  expect(enlarged('Hi.', 3)).toBe('Hi.\nHi.\nHi.')
  expect(enlarged('Hi.', 1)).toBe('Hi.')
})

test('so is every text within lists and records, and all else stays', () => {
  const input = { question: 'Hi.', top: 3, parts: ['a', 7, { text: 'b', none: null, not: undefined }], on: true }
  expect(enlarged(input, 2)).toEqual({
    question: 'Hi.\nHi.',
    top: 3,
    parts: ['a\na', 7, { text: 'b\nb', none: null, not: undefined }],
    on: true,
  })
  expect(input.question).toBe('Hi.')
})

test('what is of a class stays the very same', () => {
  class Message {
    text = 'a'
  }
  const message = new Message()
  const at = new Date(0)
  const grown = enlarged({ message, at, text: 'b' }, 2) as Record<string, unknown>
  expect(grown).toEqual({ message, at, text: 'b\nb' })
  expect(grown.message).toBe(message)
  expect(grown.at).toBe(at)
  expect(message.text).toBe('a')
})

test.for([
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['an empty text', ''],
  ['an empty list', []],
  ['no text in it', { a: [1, { b: '' }], c: true }],
  [
    'a class',
    new (class {
      text = 'a'
    })(),
  ],
  ['a function', () => 'a'],
] as const)('there is nothing to enlarge: %s', ([, input]) => {
  expect(enlarged(input, 10)).toBeUndefined()
})

test('an empty text beside one with words is no hindrance', () => {
  expect(enlarged({ system: '', user: 'a' }, 2)).toEqual({ system: '\n', user: 'a\na' })
})
