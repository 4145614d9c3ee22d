import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coveredMs, type TimeInterval } from '../../src/domain/intervals.ts'

const intervals = fc.array(
  fc.tuple(fc.nat(50), fc.nat(20)).map(([startMs, lengthMs]): TimeInterval => ({ startMs, endMs: startMs + lengthMs })),
)

describe('covered time', () => {
  test('counts what overlaps once, and gaps not at all', () => {
    expect(coveredMs([])).toBe(0)
    expect(
      coveredMs([
        { startMs: 5, endMs: 15 },
        { startMs: 0, endMs: 10 },
        { startMs: 20, endMs: 21 },
      ]),
    ).toBe(16)
    expect(
      coveredMs([
        { startMs: 0, endMs: 10 },
        { startMs: 2, endMs: 3 },
      ]),
    ).toBe(10)
  })

  // Oracle: counting the whole milliseconds that lie in one of them.
  test('is the number of instants that lie in one of the intervals', () => {
    fc.assert(
      fc.property(intervals, (some) => {
        const instants = Array.from({ length: 71 }, (_, ms) => ms)
        const counted = instants.filter((ms) => some.some(({ startMs, endMs }) => startMs <= ms && ms < endMs))
        expect(coveredMs(some)).toBe(counted.length)
      }),
    )
  })
})
