import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { MetricValues } from '../../../src/domain/baseline.ts'
import { committedLines } from '../../../src/domain/baseline.ts'
import type { Finding } from '../../../src/domain/finding.ts'
import type { ExecutionRecord } from '../../../src/domain/record.ts'
import { readBaselineFile, scenarioKey } from '../../../src/history/baseline-file.ts'
import { historyPath, readHistoryFile } from '../../../src/history/history-file.ts'
import type { Gathered, GatheredExecution } from '../../../src/vitest/session/gather.ts'
import { type UpdateRules, updateBaselines } from '../../../src/vitest/session/update-baselines.ts'
import { samplesOf } from '../../domain/given.ts'
import { ownFolder } from '../../history/folder.ts'
import { recordOf } from '../../report/sessions.ts'

/** A session's execution of one case, whose runs took `inputTokens`. */
function execution(
  root: string,
  id: string,
  inputTokens: number[],
  more: Partial<ExecutionRecord> = {},
  passed = true,
): GatheredExecution {
  const given = recordOf('passing')
  const record: ExecutionRecord = {
    ...given,
    execution: id,
    plan: { ...given.plan, cases: [{ name: 'only' }] },
    verdict: { ...given.verdict, findings: [] },
    ...more,
  }
  return {
    record,
    samples: samplesOf(inputTokens.map((tokens) => ({ values: { inputTokens: tokens } }))),
    failed: !passed,
    passed,
    place: undefined,
    testFile: join(root, record.identity.file),
    key: scenarioKey(record.identity),
  }
}

/** What accepting `executions` of one test leaves behind. */
async function accepted(root: string, executions: GatheredExecution[], more: Partial<UpdateRules> = {}) {
  const [first] = executions
  if (first === undefined) throw new Error('expected an execution')
  const { testFile, key, record } = first
  const file = { testFile, project: record.identity.project, keys: new Set([key]), complete: true }
  const gathered: Gathered = { executions, studies: [], declared: [], files: [file] }
  const rules = { root, update: 'new', writeHistory: true, interrupted: false, session: 'now', ...more } as const
  const outcome = await updateBaselines(gathered, rules)
  const history = await readHistoryFile(historyPath(root, record.environmentKey, record.identity.file))
  const baselines = await readBaselineFile(testFile)
  return { outcome, past: history?.scenarios[key] ?? [], entry: baselines?.scenarios[key] }
}

const filling = (position: number, executions = 3) => ({ filling: { execution: position, executions } })
const linesOf = (values: MetricValues) => committedLines(values).inputTokens

describe('executions that fill a baseline', () => {
  const filled = (root: string, passed = true) => [
    execution(root, 'a', [100, 102], filling(1), passed),
    execution(root, 'b', [110, 108], filling(2), passed),
    execution(root, 'c', [120, 121], filling(3), passed),
  ]

  test('are kept each, newest first, and make one committed line of all their runs', async () => {
    const root = ownFolder()
    const { entry, past, outcome } = await accepted(root, filled(root))
    expect(past.map(({ execution: id, session }) => [id, session])).toEqual([
      ['c', 'now'],
      ['b', 'now'],
      ['a', 'now'],
    ])
    expect(entry?.metrics.inputTokens).toEqual(linesOf({ inputTokens: [[100, 102, 110, 108, 120, 121]] }))
    expect(entry?.metrics.inputTokens?.n).toBe(6)
    expect(outcome.added).toEqual([recordOf('passing').identity.name])
    // So that the next session finds them on the level on which the line lies.
    for (const { committed } of past) expect(committed?.inputTokens).toBe(entry?.metrics.inputTokens?.location)
  })

  test('are none of them kept when one of them failed their test', async () => {
    const root = ownFolder()
    const { entry, past } = await accepted(root, filled(root, false))
    expect(past).toEqual([])
    expect(entry).toBeUndefined()
  })

  test('leave a line that is there as it is', async () => {
    const root = ownFolder()
    const before = await accepted(root, [execution(root, 'before', [100, 100])], { session: 'before' })
    const { entry, past } = await accepted(root, filled(root))
    expect(entry).toEqual(before.entry)
    expect(past.map(({ session }) => session)).toEqual(['now', 'now', 'now', 'before'])
  })

  test('of a retried test count as far as they are of the last attempt', async () => {
    const root = ownFolder()
    const again = filled(root).map((one) => ({ ...one, record: { ...one.record, attempt: 1 } }))
    const first = execution(root, 'first', [500], filling(1))
    const { past } = await accepted(root, [first, ...again])
    expect(past.map(({ execution: id }) => id)).toEqual(['c', 'b', 'a'])
  })

  test('begin a new level together under -u, which is told once', async () => {
    const root = ownFolder()
    await accepted(root, [execution(root, 'before', [50, 50])], { session: 'before' })
    const finding: Finding = {
      metric: 'inputTokens',
      status: 'accepted',
      baseline: { n: 2, location: 50 },
      candidate: { n: 2, location: 101 },
    }
    const verdict = { ...recordOf('passing').verdict, findings: [finding] }
    const worse = filled(root).map((one) => ({ ...one, record: { ...one.record, verdict } }))
    const { entry, past, outcome } = await accepted(root, worse, { update: 'all' })
    expect(past.map(({ startsLevel }) => startsLevel)).toEqual([[], [], ['inputTokens'], []])
    expect(entry?.metrics.inputTokens?.n).toBe(6)
    expect(outcome.accepted).toEqual([
      {
        scenario: recordOf('passing').identity.name,
        metric: 'inputTokens',
        before: 50,
        after: entry?.metrics.inputTokens?.location,
      },
    ])
  })
})

test('of a test that is repeated the last execution is kept', async () => {
  const root = ownFolder()
  const { past } = await accepted(root, [execution(root, 'a', [100]), execution(root, 'b', [100])])
  expect(past.map(({ execution: id }) => id)).toEqual(['b'])
})

test('what the machine could do goes into the history', async () => {
  const root = ownFolder()
  const calibration = { workload: 1, iterations: 400, medianUs: 110, meanUs: 118, spreadRatio: 0.2 }
  const environment = { ...recordOf('passing').environment, calibration }
  const { past } = await accepted(root, [execution(root, 'a', [100], { environment })])
  expect(past[0]?.calibration).toEqual(calibration)
})
