import { describe, expect, test } from 'vitest'
import { histogramBar, latencySeries, sparkline } from '../../src/report/sparkline.ts'
import { histogram } from '../../src/stats/histogram.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { recordOf } from './sessions.ts'

describe('a sparkline', () => {
  test('goes from the lowest block to the highest', () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).toBe('▁▂▃▄▅▆▇█')
  })

  test('has a block for the median of as many neighbours', () => {
    // One value in four is an outlier, which no median shows.
    const values = Array.from({ length: 80 }, (_, index) => (index % 4 === 1 ? 1_000 : index < 40 ? 10 : 20))
    expect(sparkline(values)).toBe(`${'▁'.repeat(10)}${'█'.repeat(10)}`)
  })

  test('has at most as many blocks as were asked for', () => {
    expect(sparkline(Array.from({ length: 33 }, (_, index) => index)).length).toBe(20)
    expect(sparkline([1, 2, 3], 2)).toHaveLength(2)
  })

  test('is flat for values that are the same, and low for differences that are small', () => {
    expect(sparkline([5, 5, 5])).toBe('▁▁▁')
    expect(sparkline([0, 0])).toBe('▁▁')
    expect(sparkline([100, 101, 102])).toBe('▁▁▂')
  })

  test('of nothing is nothing', () => {
    expect(sparkline([])).toBe('')
  })
})

test('a histogram has a block for each bin, and a space for an empty one', () => {
  expect(histogramBar({ low: 0, high: 4, counts: [1, 8, 0, 4] })).toBe('▁█ ▄')
  expect(histogramBar(histogram(sorted([1, 1, 1, 1]), 4)).trimEnd()).toBe('█')
})

describe('the latencies of an execution', () => {
  const samples = recordOf('problems').samples
  if (samples === undefined) throw new Error('expected samples')

  test('leave out runs that have none to speak of', () => {
    const timed = samples.outcome.filter((outcome) => outcome !== 'error' && outcome !== 'infrastructure')
    expect(latencySeries(samples)).toHaveLength(timed.length)
  })

  test('are in the order in which the runs started', () => {
    const columns = {
      ...samples,
      outcome: ['ok', 'ok', 'ok'] as const satisfies string[],
      startedAtMs: [10, 0, 5],
      endedAtMs: [11, 20, 7],
    }
    expect(latencySeries({ ...columns, outcome: [...columns.outcome] })).toEqual([20, 2, 1])
  })
})
