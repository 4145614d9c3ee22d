import { readFileSync } from 'node:fs'
import type { Calibration } from '../../src/domain/calibration.ts'
import { fromColumns, toColumns } from '../../src/domain/columns.ts'
import { type ExecutionRecord, Results } from '../../src/domain/record.ts'
import { createSamples } from '../../src/domain/sample.ts'
import { type Summary, summarize } from '../../src/domain/summary.ts'
import type { BaselineOutcome, ReportedExecution, Session } from '../../src/report/session.ts'

/** The records of `fixtures/records/<name>.json`. */
export function recordsOf(name: string): ExecutionRecord[] {
  const text = readFileSync(new URL(`../../fixtures/records/${name}.json`, import.meta.url), 'utf8')
  return Results.parse(JSON.parse(text)).records
}

/** The only record of `fixtures/records/<name>.json`. */
export function recordOf(name: string): ExecutionRecord {
  const [record] = recordsOf(name)
  if (record === undefined) throw new Error(`expected a record in ${name}.json`)
  return record
}

/** No baseline changed. */
export const unchangedBaselines: BaselineOutcome = {
  written: [],
  added: [],
  accepted: [],
  obsolete: [],
  removed: false,
  problems: [],
}

const files = ['.bench-agent/RESULTS.md', '.bench-agent/results.json']

/** A session that made `records`, as the runner would report it. */
export function sessionOf(records: readonly ExecutionRecord[], more: Partial<Session> = {}): Session {
  const environment = records[0]?.environment ?? recordOf('passing').environment
  return {
    startedAt: '2026-11-20T09:00:00.000Z',
    durationMs: records.reduce((sum, record) => sum + record.durationMs, 0),
    environment,
    executions: records.map(executionOf),
    dead: [],
    notRun: [],
    baselines: unchangedBaselines,
    files,
    interrupted: false,
    ...more,
  }
}

function executionOf(record: ExecutionRecord, position: number): ReportedExecution {
  return {
    record,
    failed: record.verdict.status === 'fail',
    place: `${record.identity.file}:${4 + position * 17}:1`,
  }
}

/** What the first `runs` runs of `record` come to. */
function partialOf({ samples, plan }: ExecutionRecord, runs: number): Summary {
  const all = samples === undefined ? createSamples(0) : fromColumns([samples])
  const cases = plan.cases.map(({ name }) => ({ name, input: undefined }))
  return summarize(fromColumns([toColumns(all, 0, runs)]), { durationMs: 0 }, cases)
}

/** What a machine can do whose fixed piece of work takes this long. */
export function calibration(meanUs: number): Calibration {
  return { workload: 1, iterations: 400, medianUs: meanUs, meanUs, spreadRatio: 0.2 }
}

function calibrated(record: ExecutionRecord): ExecutionRecord {
  return { ...record, environment: { ...record.environment, calibration: calibration(102) } }
}

const first = {
  ...unchangedBaselines,
  written: ['test/__bench__/refund.perf.ts.json'],
  added: ['refund'],
}

/** Sessions worth looking at, by the name of their golden files. */
export const sessions: Record<string, () => Session> = {
  passing: () => sessionOf([recordOf('passing')]),
  'first-run': () => sessionOf([recordOf('first-run')], { baselines: first }),
  'missing-baseline': () => sessionOf([recordOf('missing-baseline')]),
  failing: () =>
    sessionOf(['regression', 'thresholds', 'problems', 'timeouts', 'degraded'].map(recordOf), {
      dead: [
        {
          name: 'index a book',
          place: 'test/index.perf.ts:9:1',
          reason: 'Its process ran out of memory (FATAL ERROR: Reached heap limit) in run 8, case "War and Peace".',
          remedy:
            'Look at what grows with the size of the input, or give the process more: `--max-old-space-size=8192`.',
          runsKept: 7,
          partial: partialOf(recordOf('passing'), 7),
        },
      ],
      notRun: ['index a letter', 'index a photograph'],
      baselines: { ...unchangedBaselines, obsolete: ['refund by telephone'] },
      capUsd: 1.2,
    }),
  slower: () => sessionOf([recordOf('slower')]),
  accepted: () =>
    sessionOf([recordOf('accepted')], {
      baselines: {
        ...unchangedBaselines,
        written: ['test/__bench__/refund.perf.ts.json'],
        accepted: [
          { scenario: 'refund', place: 'test/refund.perf.ts:4:1', metric: 'totalTokens', before: 2_149, after: 3_023 },
          { scenario: 'refund', place: 'test/refund.perf.ts:4:1', metric: 'steps', before: 2, after: 3 },
          { scenario: 'refund', place: 'test/refund.perf.ts:4:1', metric: 'costUsd', before: 0.00122, after: 0.00172 },
        ],
        obsolete: ['refund by telephone'],
        removed: true,
      },
    }),
  improvement: () => sessionOf([recordOf('improvement')]),
  unknown: () => sessionOf([recordOf('unknown-metrics')]),
  groups: () => sessionOf([recordOf('categories'), recordOf('conversation')]),
  undecided: () =>
    sessionOf([...recordsOf('infrastructure').slice(0, 1), recordOf('spend'), recordOf('changed-model')], {
      interrupted: true,
    }),
  refused: () =>
    sessionOf([...['refused', 'mistake', 'unreachable'].map(recordOf), ...recordsOf('infrastructure').slice(1)]),
  forty: () => sessionOf(recordsOf('forty')),
  impact: () => sessionOf([recordOf('calls'), recordOf('cache')]),
  slowly: () => sessionOf([recordOf('creeping'), recordOf('unconfirmed')]),
  shifted: () =>
    sessionOf(recordsOf('shifted').map(calibrated), { pastCalibrations: [101, 98, 100, 99].map(calibration) }),
}
