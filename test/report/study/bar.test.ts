import { expect, test } from 'vitest'
import { bar } from '../../../src/report/study/bar.ts'

test.each([
  [0, ''],
  [1, '████'],
  [0.5, '██'],
  [0.53, '██▏'],
  [0.9, '███▋'],
  [1.7, '████'],
])('the bar of a share of %d is "%s"', (share, expected) => {
  expect(bar(share, 4)).toBe(expected)
})

test('the bar of a little is the thinnest, of nothing none', () => {
  expect(bar(0.0001, 4)).toBe('▏')
  expect(bar(0, 4)).toBe('')
})
