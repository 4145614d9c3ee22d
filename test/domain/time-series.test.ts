import { expect, test } from 'vitest'
import { mergeSeries, takeSeries } from '../../src/domain/time-series.ts'
import { samplesOf } from './given.ts'

const run = { isOk: true, isTimed: true }

test('an execution second by second', () => {
  const series = takeSeries()
  series.addResidentSet(-5, 9_999)
  series.addResidentSet(100, 50)
  series.addResidentSet(900, 70)
  series.addResidentSet(1_000, 60)
  series.addRun({ ...run, startedAtMs: 0, endedAtMs: 100, outputTokens: 5 })
  series.addRun({ ...run, startedAtMs: 100, endedAtMs: 400, outputTokens: 7 })
  series.addDrop(950)
  for (const [atMs, count] of [
    [-3, 9],
    [0, 1],
    [500, 4],
    [700, 3],
    [900, 2],
    [3_100, 0],
  ] as const)
    series.addInFlight(atMs, count)
  series.addRun({ startedAtMs: 500, endedAtMs: 1_200, isOk: false, isTimed: true })
  series.addRun({ startedAtMs: 900, endedAtMs: 3_100, isOk: false, isTimed: false })
  expect(series.finish()).toEqual({
    started: [4, 0, 0, 0],
    ended: [2, 1, 0, 1],
    failed: [0, 1, 0, 1],
    dropped: [1, 0, 0, 0],
    inFlight: [4, 2, 2, 2],
    p50Ms: [200, 700, null, null],
    p95Ms: [290, 700, null, null],
    outputTokens: [12, null, null, null],
    rssBytes: [70, 60, null, null],
  })
})

test('of nothing is empty', () => {
  expect(takeSeries().finish().started).toEqual([])
})

test('of several executions, each from its start, memory is known where all that are on tell it', () => {
  const of = (rssBytes: (number | null)[]) => {
    const column = rssBytes.map(() => 1)
    const values = rssBytes.map(() => 10)
    const [started, ended, failed, dropped, inFlight] = [column, column, column, column, column]
    return { started, ended, failed, dropped, inFlight, p50Ms: values, p95Ms: values, outputTokens: values, rssBytes }
  }
  const parts = [
    { series: of([5, 6, null]), startsAtMs: 0 },
    { series: of([1, 2, 3]), startsAtMs: 1_100 },
  ]
  expect(mergeSeries(parts, samplesOf([{ startedAtMs: 900, endedAtMs: 1_500 }]))).toEqual({
    started: [1, 0, 0, 0],
    ended: [0, 1, 0, 0],
    failed: [0, 0, 0, 0],
    dropped: [1, 2, 2, 1],
    inFlight: [1, 2, 2, 1],
    p50Ms: [null, 600, null, null],
    p95Ms: [null, 600, null, null],
    outputTokens: [null, null, null, null],
    rssBytes: [5, 7, null, 3],
  })
  expect(mergeSeries([], samplesOf([]))).toBeUndefined()
})
