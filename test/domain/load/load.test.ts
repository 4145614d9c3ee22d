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
})
