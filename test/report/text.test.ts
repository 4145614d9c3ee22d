import fc from 'fast-check'
import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { cutEnd, cutMiddle, displayWidth, oneLine, pad, withoutColours, wrap } from '../../src/report/text.ts'

const { red, bold } = pc.createColors(true)
const anyText = fc.string({ unit: 'grapheme' })

describe('displayWidth', () => {
  test.for([
    ['plain text', 'refund', 6],
    ['an umlaut', 'für', 3],
    ['a letter with a combining accent', 'e\u0301', 1],
    ['Chinese', '退款', 4],
    ['Korean', '환불', 4],
    ['fullwidth letters', 'ＡＢ', 4],
    ['an emoji', '🚀', 2],
    ['an emoji of several', '👨‍👩‍👧', 2],
    ['a flag', '🇱🇻', 2],
    ['a sign shown as an emoji', '⚠️', 2],
    ['signs that are no emoji', '✔✖▲→', 4],
    ['blocks', '▁▂█', 3],
    ['a zero-width space', 'a\u200Bb', 2],
    ['nothing', '', 0],
  ] as const)('of %s is what a terminal takes', ([, text, width]) => {
    expect(displayWidth(text)).toBe(width)
  })

  test('does not count colours', () => {
    expect(displayWidth(bold(red('refund')))).toBe(6)
    expect(displayWidth(red('退款'))).toBe(4)
  })

  test('does not count the address of a hyperlink', () => {
    expect(displayWidth('\u001B]8;;https://example.invalid\u0007refund\u001B]8;;\u0007')).toBe(6)
    expect(displayWidth('\u001B]8;;https://example.invalid\u001B\\refund\u001B]8;;\u001B\\')).toBe(6)
  })
})

test('withoutColours leaves the text', () => {
  expect(withoutColours(`a ${red('red')} b`)).toBe('a red b')
})

test('oneLine joins lines, and drops colours and control characters', () => {
  expect(oneLine(`  expected ${red('1')}\r\n\tto be 2\u0000 `)).toBe('expected 1 to be 2')
})

describe('cutting', () => {
  test('leaves what fits', () => {
    expect(cutEnd('refund', 6)).toBe('refund')
    expect(cutMiddle('refund', 6)).toBe('refund')
  })

  test('keeps the start, or both ends', () => {
    expect(cutEnd('refund on a large model', 10)).toBe('refund on…')
    expect(cutMiddle('refund on a large model', 12)).toBe('refund…model')
  })

  test('never breaks a character in two', () => {
    expect(cutEnd('退款退款', 6)).toBe('退款…')
    expect(cutEnd('a👨‍👩‍👧b', 3)).toBe('a…')
  })

  test('never passes the width', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, width) => {
        expect(displayWidth(cutEnd(text, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(cutMiddle(text, width))).toBeLessThanOrEqual(width)
      }),
    )
  })
})

test('pad fills up by what is seen', () => {
  expect(pad('退款', 6, 'left')).toBe('退款  ')
  expect(pad(red('ab'), 4, 'right')).toBe(`  ${red('ab')}`)
  expect(pad('too long', 3, 'left')).toBe('too long')
})

describe('wrap', () => {
  test('breaks at spaces, below the text of the first line', () => {
    expect(wrap('one two three four', 12, '  → ')).toEqual(['  → one two', '    three', '    four'])
  })

  test('leaves a long word whole', () => {
    expect(wrap('see https://example.invalid/a/b/c now', 10)).toEqual(['see', 'https://example.invalid/a/b/c', 'now'])
  })

  test('does not break a piece of code', () => {
    expect(wrap('call `run.usage({ inputTokens })` now', 20)).toEqual(['call', '`run.usage({ inputTokens })`', 'now'])
  })

  test('takes a backtick that stands alone for a sign', () => {
    expect(wrap('a ` b c d', 3)).toEqual(['a `', 'b c', 'd'])
  })

  test('does not count colours of the first line', () => {
    expect(wrap('one two', 9, `${red('✖')} `)).toEqual([`${red('✖')} one two`])
  })

  test('loses no word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z✔退]{1,9}$/)), fc.integer({ min: 1, max: 30 }), (words, width) => {
        expect(wrap(words.join(' '), width).join(' ').trim()).toBe(words.join(' '))
      }),
    )
  })
})
