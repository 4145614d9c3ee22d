import { expect, test } from 'vitest'
import type { Span } from '../../src/domain/trace.ts'
import { emptyTraces, keepTrace } from '../../src/run/traces.ts'
import { runMeasurement } from './run-measurement.ts'

const spans = (count: number): Span[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'phase', name: `p${index}`, startedAtMs: 0, endedAtMs: 1 }))

test('a trace has the run’s times on the clock of the execution', () => {
  const traces = emptyTraces()
  keepTrace(traces, runMeasurement({ startedMs: 130, endedMs: 150, spans: spans(1) }), 4, 100)
  expect(traces.kept).toMatchObject([{ index: 4, startedAtMs: 30, endedAtMs: 50, calls: [], spans: spans(1) }])
})

test('a run that did nothing worth telling has none', () => {
  const traces = emptyTraces()
  keepTrace(traces, runMeasurement(), 0, 0)
  expect(traces.kept).toEqual([])
})

test('the first runs are kept while there is room, and whole or not at all', () => {
  const traces = emptyTraces()
  for (let index = 0; index < 5; index++) keepTrace(traces, runMeasurement({ spans: spans(900) }), index, 0)
  keepTrace(traces, runMeasurement({ spans: spans(1) }), 5, 0)
  expect(traces.kept.map(({ index }) => index)).toEqual([0, 1, 2])
})
