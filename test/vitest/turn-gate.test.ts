import { expect, test } from 'vitest'
import { turnRuns } from '../../src/vitest/turn-gate.ts'

test('a turn is as many runs as go at once', () => {
  expect(turnRuns({ load: { concurrency: 1 } })).toBe(1)
  expect(turnRuns({ load: { concurrency: 8 } })).toBe(8)
})
