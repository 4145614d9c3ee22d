import { describe, expect, test } from 'vitest'
import { distributionOf } from '../../src/domain/distribution.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { describeTime, timeSharesOf } from '../../src/report/time-share.ts'
import { recordsOf, sessionOf } from './sessions.ts'

function of(...values: number[]): NonNullable<ReturnType<typeof distributionOf>> {
  const distribution = distributionOf(values)
  if (distribution === undefined) throw new Error('expected values')
  return distribution
}

/** A record of two runs of 100 and 300 ms. */
function recordWith(changes: Partial<ExecutionRecord['summary']>, times = {}): ExecutionRecord {
  const [record] = recordsOf('passing')
  if (record === undefined) throw new Error('expected a record')
  const { summary } = record
  const metrics = { latencyMs: of(100, 300), ...times }
  return { ...record, summary: { ...summary, metrics, phases: [], tools: [], ...changes } }
}

const lookUp = { name: 'look_up', count: 3, failures: 1, durationMs: of(10, 10, 20), shareRatio: 0.1 }
const retrieve = { ...lookUp, name: 'retrieve', failures: 0, cpuMs: of(2, 4, 6), heapGrowthBytes: of(1024, 2048, 3072) }

describe('where the time goes', () => {
  test('is each part’s share of all runs together', () => {
    const record = recordWith(
      { tools: [lookUp], phases: [retrieve] },
      { modelMs: of(80, 200), toolMs: of(20, 20), waitingMs: of(0, 60) },
    )
    expect(timeSharesOf(record).map(({ kind, name, shareRatio }) => [kind, name, shareRatio])).toEqual([
      ['model', 'model calls', 0.7],
      ['tools', 'tools', 0.1],
      ['tool', 'look_up', 0.1],
      ['backOff', 'back-off', 0.15],
      ['phase', 'retrieve', 0.1],
    ])
    expect(describeTime(record)).toBe('model calls 70.0%, back-off 15.0%, look_up 10.0%, retrieve 10.0%')
  })

  test('is nothing where nobody told, and not worth a line where there is nothing but model calls', () => {
    expect(timeSharesOf(recordWith({}))).toEqual([])
    expect(timeSharesOf(recordWith({}, { waitingMs: of(0, 0) }))).toEqual([])
    expect(describeTime(recordWith({}, { modelMs: of(80, 200) }))).toBeUndefined()
  })

  test('is a table in the report', () => {
    const record = recordWith({ phases: [retrieve], tools: [lookUp] }, { toolMs: of(20, 20) })
    const lines = renderMarkdown(sessionOf([record])).split('\n')
    const from = lines.findIndex((line) => line.includes('Where the time goes'))
    expect(lines.slice(from + 2, from + 7)).toEqual([
      '| Scenario | Part | share | times | p50 | p95 | failed | CPU | heap |',
      '|---|---|--:|--:|--:|--:|--:|--:|--:|',
      expect.stringMatching(/\| tools \| 10\.0% \| – \| 20 ms \| 20 ms \| – \| – \| – \|$/),
      expect.stringMatching(/\| &nbsp;&nbsp;look\\_up \| 10\.0% \| 3 \| 10 ms \| \d+(\.\d)? ms \| 1 \| – \| – \|$/),
      expect.stringMatching(/\| phase retrieve \| 10\.0% \| 3 \| 10 ms \| \d+(\.\d)? ms \| 0 \| 4 ms \| 2 KiB \|$/),
    ])
  })
})
