import { expect, test } from 'vitest'
import { takeSeries } from '../../src/domain/time-series.ts'

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
