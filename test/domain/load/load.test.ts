import { describe, expect, test } from 'vitest'
import { describeLoad, nextStartMs } from '../../../src/domain/load/load.ts'

describe('nextStartMs', () => {
  const paced = { concurrency: 4, runsPerSecond: 10 }

  test('without a rate the next run starts at once', () => {
    expect(nextStartMs({ concurrency: 1 }, 500, 499)).toBe(500)
  })

  test('the first run waits for no rate', () => {
    expect(nextStartMs(paced, 500, undefined)).toBe(500)
  })

  test('starts keep the distance of the rate', () => {
    expect(nextStartMs(paced, 500, 480)).toBe(580)
    expect(nextStartMs(paced, 580, 480)).toBe(580)
  })

  test('a pause is not made up for by a burst', () => {
    const afterPauseMs = nextStartMs(paced, 10_000, 480)
    expect(afterPauseMs).toBe(10_000)
    expect(nextStartMs(paced, 10_001, afterPauseMs)).toBe(10_100)
  })
})

describe('describeLoad', () => {
  test.for([
    [{ concurrency: 1 }, 'concurrency 1'],
    [{ concurrency: 16, runsPerSecond: undefined }, 'concurrency 16'],
    [{ concurrency: 4, runsPerSecond: 2.5 }, 'concurrency 4, at most 2.5 runs/s'],
  ] as const)('%j is "%s"', ([load, words]) => {
    expect(describeLoad(load)).toBe(words)
  })

  test.for([
    [
      [
        [0, 10],
        [2_000, 10],
        [0, 100],
        [1_000, 100],
        [0, 5],
      ],
      '10 runs/s for 2 s, 100 runs/s for 1 s, 5 runs/s',
    ],
    [
      [
        [30_000, 20],
        [60_000, 20],
        [10_000, 0],
      ],
      '0 to 20 runs/s over 30 s, 20 runs/s for 60 s, 20 to 0 runs/s over 10 s',
    ],
  ] as const)('stages %j are "%s"', ([steps, words]) => {
    const stages = steps.map(([durationMs, ratePerSecond]) => ({ durationMs, ratePerSecond }))
    expect(
      describeLoad({ ratePerSecond: 1, stages, arrival: 'constant', pacing: 'timer', seed: 1, durationMs: 1 }),
    ).toBe(words)
  })

  test('stages of a closed load are told by their concurrency', () => {
    const stages = [
      { durationMs: 1_000, concurrency: 8 },
      { durationMs: 500, concurrency: 8 },
    ]
    expect(describeLoad({ concurrency: 8, stages, durationMs: 1_500 })).toBe(
      'concurrency 0 to 8 over 1 s, 8 for 500 ms',
    )
  })
})
