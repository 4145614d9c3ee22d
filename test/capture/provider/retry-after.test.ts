import { expect, test } from 'vitest'
import { retryAfterMs } from '../../../src/capture/provider/retry-after.ts'

const date = 'Fri, 20 Nov 2026 17:00:00 GMT'

test.each<[string, Record<string, string>, number | undefined]>([
  ['milliseconds', { 'Retry-After-Ms': '1500' }, 1500],
  ['seconds', { 'retry-after': '20' }, 20_000],
  ['parts of a second', { 'retry-after': '0.5' }, 500],
  ['milliseconds before seconds', { 'retry-after': '2', 'retry-after-ms': '1500' }, 1500],
  ['a date, by the clock of the server', { date, 'retry-after': 'Fri, 20 Nov 2026 17:00:30 GMT' }, 30_000],
  ['a date in the past', { date, 'retry-after': 'Fri, 20 Nov 2026 16:59:00 GMT' }, 0],
  ['a date without a clock', { 'retry-after': 'Fri, 20 Nov 2026 17:00:30 GMT' }, undefined],
  ['no number', { 'retry-after': 'soon', 'retry-after-ms': '-1' }, undefined],
  ['nothing', {}, undefined],
])('%s', (_, headers, expected) => {
  expect(retryAfterMs(headers)).toBe(expected)
})
