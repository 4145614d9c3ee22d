import { describe, expect, test } from 'vitest'
import { compareWithBaseline } from '../../src/compare/regression.ts'
import type { BaselineEntry, MetricValues } from '../../src/domain/baseline.ts'
import { committedLines } from '../../src/domain/baseline.ts'
import type { Finding } from '../../src/domain/finding.ts'
import type { Pattern } from '../../src/domain/pattern.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { type Acceptance, acceptExecution, obsoleteKeys, type UpdateMode } from '../../src/history/accept.ts'
import type { BaselineFile } from '../../src/history/baseline-file.ts'
import { same } from '../compare/given.ts'
import { times } from '../domain/given.ts'
import { recordOf } from '../report/sessions.ts'

const steady = (value: number) => [times(5, () => value)]
const before: MetricValues = { inputTokens: steady(1000), steps: steady(2), toolCalls: steady(3) }
const entry: BaselineEntry = { ...same, metrics: committedLines(before) }

/** What accepting an execution with `values` does to `known`, after it was judged against it. */
function accept(values: MetricValues, known: BaselineEntry | undefined, update: UpdateMode): Acceptance {
  const baseline = { entry: known, history: [], environmentKey: 'here' }
  const findings: Finding[] = compareWithBaseline({ values, comparability: same, confirms: true }, baseline).map(
    (finding) => (finding.status === 'worse' && update === 'all' ? { ...finding, status: 'accepted' } : finding),
  )
  const passing = recordOf('passing')
  const record: ExecutionRecord = {
    ...passing,
    comparability: same,
    verdict: { ...passing.verdict, findings },
  }
  return acceptExecution({ record, values }, known, update)
}

describe('an execution without an entry', () => {
  const values: MetricValues = { ...before, workingMs: [[80, 90]] }

  test.for(['new', 'all'] as const)('makes one, of the metrics of the agent (%s)', (update) => {
    const { entry: made, added, levels } = accept(values, undefined, update)
    expect(made).toEqual({ ...same, metrics: committedLines(before) })
    expect(Object.keys(made.metrics)).not.toContain('workingMs')
    expect(added).toBe(true)
    expect(levels).toEqual([])
  })

  test('goes into the history with every value', () => {
    const { past } = accept(values, undefined, 'new')
    expect(past).toEqual({
      ...same,
      execution: recordOf('passing').execution,
      startedAt: recordOf('passing').startedAt,
      startsLevel: [],
      committed: { inputTokens: 1000, steps: 2, toolCalls: 3 },
      values,
    })
  })

  test('in CI, where nothing is committed, the history knows of no line', () => {
    expect(accept(values, undefined, 'none').past.committed).toBeUndefined()
  })

  test('its lines tell no spread of executions: there is one', () => {
    for (const line of Object.values(accept(values, undefined, 'new').entry.metrics))
      expect(line?.between).toBeUndefined()
  })
})

describe('an execution with an entry', () => {
  test.for(['new', 'all'] as const)('leaves it as it is when nothing changed beyond noise (%s)', (update) => {
    const slightly: MetricValues = { inputTokens: steady(1010), steps: steady(2), toolCalls: steady(3) }
    const accepted = accept(slightly, entry, update)
    expect(accepted.entry).toEqual(entry)
    expect(accepted).toMatchObject({ added: false, levels: [], past: { startsLevel: [] } })
  })

  test('leaves what got better as it is without -u', () => {
    const better: MetricValues = { ...before, inputTokens: steady(500) }
    expect(accept(better, entry, 'new').entry).toEqual(entry)
    expect(accept(better, entry, 'new').past.startsLevel).toEqual([])
  })

  test('-u renews what got worse and what got better, and only that', () => {
    const changed: MetricValues = { inputTokens: steady(2000), steps: steady(1), toolCalls: steady(3.1) }
    const { entry: renewed, levels, past, added } = accept(changed, entry, 'all')
    expect(renewed.metrics).toEqual({
      inputTokens: { n: 5, location: 2000, within: 0 },
      steps: { n: 5, location: 1, within: 0 },
      toolCalls: entry.metrics.toolCalls,
    })
    expect(levels).toMatchObject([
      { metric: 'inputTokens', status: 'accepted', baseline: { location: 1000 }, candidate: { location: 2000 } },
      { metric: 'steps', status: 'better', baseline: { location: 2 }, candidate: { location: 1 } },
    ])
    expect(past.startsLevel).toEqual(['inputTokens', 'steps'])
    expect(added).toBe(false)
  })

  test('a new level keeps what five executions or more differed by: those of it will, too', () => {
    const past = (location: number) => ({ location, n: 25, between: 0.2 })
    const renewed = (executions: number) => {
      const findings: Finding[] = [
        {
          metric: 'inputTokens',
          status: 'accepted',
          baseline: past(1000),
          candidate: { location: 2000, n: 5 },
          executions,
        },
      ]
      const passing = recordOf('passing')
      const record = { ...passing, comparability: same, verdict: { ...passing.verdict, findings } }
      return acceptExecution({ record, values: { inputTokens: steady(2000) } }, entry, 'all').entry.metrics.inputTokens
    }
    expect(renewed(5)).toEqual({ n: 5, location: 2000, within: 0, between: 0.2 })
    expect(renewed(4)?.between).toBeUndefined()
  })

  test('what executions differed by is forgotten with the old level where few tell, and kept with the others', () => {
    const spread: BaselineEntry = {
      ...entry,
      metrics: {
        inputTokens: { n: 50, location: 1000, within: 0, between: 0.02 },
        steps: { n: 50, location: 2, within: 0, between: 0.01 },
      },
    }
    const { metrics } = accept({ inputTokens: steady(2000), steps: steady(2) }, spread, 'all').entry
    expect(metrics.inputTokens?.between).toBeUndefined()
    expect(metrics.steps?.between).toBe(0.01)
  })

  test('adds a line for a metric that it did not have, and keeps those that were not measured', () => {
    const { entry: grown } = accept({ steps: steady(2), costUsd: steady(0.01) }, entry, 'new')
    expect(grown.metrics).toEqual({ ...entry.metrics, costUsd: { n: 5, location: 0.01, within: 0 } })
  })

  test('that may not be compared with takes its place', () => {
    const edited = accept({ steps: steady(9) }, { ...entry, cases: 'edited' }, 'new')
    expect(edited.entry).toEqual({ ...same, metrics: { steps: { n: 5, location: 9, within: 0 } } })
    expect(edited).toMatchObject({ added: true, levels: [] })
  })

  test('the history remembers where the committed lines lay', () => {
    const changed: MetricValues = { inputTokens: steady(2000), steps: steady(2) }
    const old = { inputTokens: 1000, steps: 2, toolCalls: 3 }
    expect(accept(changed, entry, 'all').past.committed).toEqual({ ...old, inputTokens: 2000 })
    expect(accept(changed, entry, 'none').past.committed).toEqual(old)
    expect(accept(changed, { ...entry, cases: 'edited' }, 'none').past.committed).toBeUndefined()
  })

  test('the entry that was given is not changed', () => {
    const copy = structuredClone(entry)
    accept({ inputTokens: steady(2000), costUsd: steady(1) }, entry, 'all')
    expect(entry).toEqual(copy)
  })
})

describe('a level that crept', () => {
  const passing = recordOf('passing')
  const finding: Finding = { metric: 'steps', status: 'same', candidate: { n: 5, location: 2.4 } }
  const accepted = (kind: Pattern['kind'], update: UpdateMode) => {
    const pattern: Pattern = { kind, metric: 'steps', before: 2, after: 2.4, executions: 20 }
    const verdict = { ...passing.verdict, findings: [finding], patterns: [pattern] }
    return acceptExecution(
      { record: { ...passing, comparability: same, verdict }, values: { steps: steady(2.4) } },
      entry,
      update,
    )
  }

  test.for(['creep', 'step'] as const)('begins anew with -u, from where it came (%s)', (kind) => {
    const { entry: renewed, levels, past } = accepted(kind, 'all')
    expect(renewed.metrics.steps?.location).toBe(2.4)
    expect(levels).toMatchObject([{ metric: 'steps', baseline: { location: 2 }, candidate: { location: 2.4 } }])
    expect(past.startsLevel).toEqual(['steps'])
  })

  test('stays where it is without -u, and so does one that was accepted before', () => {
    expect(accepted('creep', 'new').entry).toEqual(entry)
    for (const kind of ['levels', 'spread'] as const) expect(accepted(kind, 'all').past.startsLevel).toEqual([])
  })
})

describe('obsoleteKeys', () => {
  const file = (...keys: string[]): BaselineFile => ({
    schemaVersion: 1,
    scenarios: Object.fromEntries(keys.map((key) => [key, { ...same, metrics: {} }])),
  })

  test('are those of the project that no scenario has any more', () => {
    const known = new Set(['perf > refund'])
    expect(obsoleteKeys(file('perf > refund', 'perf > book', 'perf > shop > cancel'), 'perf', known)).toEqual([
      'perf > book',
      'perf > shop > cancel',
    ])
  })

  test('another project’s are its own business', () => {
    const keys = file('perf-live > book', 'perf > book', ' > book')
    expect(obsoleteKeys(keys, 'perf', new Set())).toEqual(['perf > book'])
    expect(obsoleteKeys(keys, '', new Set())).toEqual([' > book'])
  })

  test('what a known test measured under names of its own is known', () => {
    const known = new Set(['perf > a refund stays cheap'])
    const keys = file('perf > a refund stays cheap > first', 'perf > a refund stays cheaper')
    expect(obsoleteKeys(keys, 'perf', known)).toEqual(['perf > a refund stays cheaper'])
  })

  test('quotes in the name of a project are left out, as in its keys', () => {
    expect(obsoleteKeys(file('perf on gpt-5 > book'), 'perf on "gpt-5"', new Set())).toEqual(['perf on gpt-5 > book'])
  })
})

test('the lines are made of all executions that fill the baseline together, and the history keeps this one', () => {
  const values: MetricValues = { steps: steady(2) }
  const together: MetricValues = { steps: [[...times(5, () => 2), ...times(5, () => 3)]] }
  const record = { ...recordOf('passing'), comparability: same }
  const { entry: made, past } = acceptExecution({ record, values, together }, undefined, 'new', 'session')
  expect(made.metrics).toEqual(committedLines(together))
  expect(past).toMatchObject({ values, session: 'session', committed: { steps: made.metrics.steps?.location } })
})
