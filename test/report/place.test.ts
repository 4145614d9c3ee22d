import { expect, test } from 'vitest'
import { positionOf } from '../../src/report/place.ts'

test.for([
  ['test/refund.perf.ts:12:1', { file: 'test/refund.perf.ts', line: '12', column: '1' }],
  ['test/refund.perf.ts:12', { file: 'test/refund.perf.ts', line: '12', column: undefined }],
  ['test/refund.perf.ts', { file: 'test/refund.perf.ts', line: undefined, column: undefined }],
  ['C:\\test\\refund.perf.ts:12:1', { file: 'C:\\test\\refund.perf.ts', line: '12', column: '1' }],
] as const)('the parts of %s', ([place, parts]) => {
  expect(positionOf(place)).toEqual(parts)
})

test('no place has no parts', () => {
  expect(positionOf(undefined)).toBeUndefined()
  expect(positionOf('')).toBeUndefined()
})
