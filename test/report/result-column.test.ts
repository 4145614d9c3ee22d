import { describe, expect, test } from 'vitest'
import { distributionOf } from '../../src/domain/distribution.ts'
import { explainColumns, resultColumns, statisticText } from '../../src/report/result-column.ts'
import { checksOfCategory, type ResultRow, resultGroups } from '../../src/report/result-row.ts'
import { thresholdCheck } from './given.ts'
import { recordOf, recordsOf, sessionOf, sessions } from './sessions.ts'

const rowsOf = (...names: string[]) => resultGroups(sessionOf(names.map(recordOf))).flatMap((group) => group.rows)
const headings = (rows: readonly ResultRow[], drawn?: boolean) =>
  resultColumns(rows, drawn).map(({ heading }) => heading)

describe('the columns of the results', () => {
  test('are those that a scenario has a value for', () => {
    expect(headings(rowsOf('unknown-metrics'))).toEqual(['runs', 'ok', 'p50', 'p95', 'latency over time'])
    expect(headings(rowsOf('conversation'))).toContain('score polite')
  })

  test('have no blocks where none are wanted', () => {
    expect(headings(rowsOf('passing'), false)).not.toContain('latency over time')
  })

  test('are explained as far as they are shown', () => {
    expect(explainColumns(['p50', 'p95', 'tokens'])).toBe('p50, p95: latency of a run; tokens: mean of a run')
    expect(explainColumns(['ok'])).toBe('')
  })
})

describe('the rows of the results', () => {
  test('are grouped by file, with categories and turns below their scenario', () => {
    const [goals, chat] = resultGroups(sessionOf([recordOf('categories'), recordOf('conversation')]))
    expect(goals?.heading).toBe('test/goals.perf.ts')
    expect(goals?.rows.map(({ kind, name, standing }) => [kind, name, standing])).toEqual([
      ['scenario', 'goals', 'failed'],
      ['category', 'simple', 'passed'],
      ['category', 'complex', 'failed'],
    ])
    expect(chat?.rows.map(({ kind }) => kind)).toEqual(['scenario', 'turn', 'turn', 'turn'])
  })

  test('judge a category by the checks that name it, whatever their subjects end with', () => {
    const checks = ['simple', 'not in simple', undefined].map((category) =>
      thresholdCheck('totalTokens', `tokens mean in ${category ?? 'simple'}`, { category }),
    )
    expect(checksOfCategory('simple', checks)).toEqual(checks.slice(0, 1))
  })

  test('tell runs that can be judged, of those planned', () => {
    expect(rowsOf('spend')[0]).toMatchObject({ runs: 20, planned: 30 })
    const [broken] = resultGroups(sessionOf(recordsOf('infrastructure'))).flatMap((group) => group.rows)
    expect(broken).toMatchObject({ runs: 17, planned: 20 })
    expect(rowsOf('passing')[0]?.planned).toBeUndefined()
  })

  test('name the project where there are several', () => {
    const live = { ...recordOf('slower'), identity: { ...recordOf('slower').identity, project: 'perf-live' } }
    const groups = resultGroups(sessionOf([recordOf('passing'), live]))
    expect(groups.map(({ heading }) => heading)).toEqual([
      'perf · test/refund.perf.ts',
      'perf-live · test/refund.perf.ts',
    ])
  })

  test('hold what is left of a scenario whose process died', () => {
    const rows = resultGroups(sessions.failing?.() ?? sessionOf([])).flatMap((group) => group.rows)
    expect(rows.at(-1)).toMatchObject({ name: 'index a book', runs: 7, standing: 'failed' })
  })
})

describe('a statistic', () => {
  const stopped = distributionOf([100, 200, 5_000, 5_000], 0, [5_000, 5_000])

  test('at or above the lowest bound of a stopped run is at least that', () => {
    expect(statisticText('ms', stopped, 'min')).toBe('100 ms')
    expect(statisticText('ms', stopped, 'p95')).toBe('≥ 5 s')
  })

  test('is at least that for a mean with a stopped run', () => {
    expect(statisticText('ms', stopped, 'mean')).toBe('≥ 2.58 s')
  })

  test('is absent when unknown', () => {
    expect(statisticText('ms', undefined, 'p50')).toBeUndefined()
  })
})
