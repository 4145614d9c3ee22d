import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code, placeLink, plain, prose, tableHead, tableRow } from '../../src/report/markdown-text.ts'

describe('plain text', () => {
  test('keeps its signs', () => {
    expect(plain('a*b_c`d|e~f#g[h]\\i')).toBe('a\\*b\\_c\\`d\\|e\\~f\\#g\\[h\\]\\\\i')
    expect(plain('<script> & "x"')).toBe('&lt;script&gt; &amp; "x"')
  })

  test('notifies nobody', () => {
    expect(plain('ask @octocat')).not.toContain('@octocat')
  })

  test('is not read as mathematics', () => {
    expect(plain('$x$ and $y$')).toBe('\\$x\\$ and \\$y\\$')
    expect(plain('$0.05 of $1.20')).toBe('$0.05 of $1.20')
  })

  test('is on one line', () => {
    expect(plain('a\n\n| b |')).toBe('a \\| b \\|')
  })
})

describe('code', () => {
  test('is between more backticks than it holds', () => {
    expect(code('npx vitest')).toBe('`npx vitest`')
    expect(code('a `b` c')).toBe('``a `b` c``')
    expect(code('`b`')).toBe('`` `b` ``')
  })

  test('does not end the cell that it stands in', () => {
    expect(code('a | b')).toBe('`a \\| b`')
  })

  test('never holds a run of backticks as long as its fence', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '|') }), (text) => {
        const whole = code(text)
        const fence = whole.match(/^`+/)?.[0] ?? ''
        const inside = whole.slice(fence.length, whole.length - fence.length)
        for (const ticks of inside.match(/`+/g) ?? []) expect(ticks.length).not.toBe(fence.length)
      }),
    )
  })
})

test('prose shows pieces between backticks as code, and the rest as it is', () => {
  expect(prose('Call `run.usage({ a_b })`, *now*.')).toBe('Call `run.usage({ a_b })`, \\*now\\*.')
  expect(prose('a ` b')).toBe('a \\` b')
})

test('a place is linked with its line', () => {
  expect(placeLink('refund', 'test/refund.perf.ts:12:1', '..')).toBe('[refund](../test/refund.perf.ts#L12)')
  expect(placeLink('a_b', 'test/a b (c).ts', '..')).toBe('[a\\_b](../test/a%20b%20%28c%29.ts)')
  expect(placeLink('refund', undefined, '..')).toBe('refund')
})

test('a table has a head of two lines', () => {
  expect(
    tableHead([
      { heading: '', align: 'center' },
      { heading: 'a', align: 'left' },
      { heading: 'b', align: 'right' },
    ]),
  ).toEqual(['|  | a | b |', '|:-:|---|--:|'])
  expect(tableRow(['1', '2'])).toBe('| 1 | 2 |')
})
