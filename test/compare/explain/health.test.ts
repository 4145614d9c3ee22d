import { describe, expect, test } from 'vitest'
import { healthOf, type SuiteState } from '../../../src/compare/explain/health.ts'
import { graded } from '../../../src/compare/explain/severity.ts'
import { sessionShifts } from '../../../src/compare/session/session-shift.ts'
import type { Check } from '../../../src/domain/check.ts'
import type { Finding } from '../../../src/domain/finding.ts'
import type { Health } from '../../../src/domain/health.ts'
import type { ExecutionRecord } from '../../../src/domain/record.ts'
import type { Verdict, Warning } from '../../../src/domain/verdict.ts'
import { times } from '../../domain/given.ts'
import { failedCheck, finding, recordWith, thresholdCheck } from '../../report/given.ts'
import { recordsOf } from '../../report/sessions.ts'

const seen = { executions: 6, detectableRatio: 0.2 }
const well: Finding[] = [finding('workingMs', 'same', 100, 100, seen), finding('totalTokens', 'same', 100, 100, seen)]

/** A scenario that is well but for what is told. */
function scenario(name: string, verdict: Partial<Verdict> = {}): ExecutionRecord {
  const record = recordWith(name, { findings: well })
  return { ...record, verdict: graded({ ...record.verdict, ...verdict }) }
}

const suite = (count: number, verdict?: Partial<Verdict>) =>
  times(count, (position) => scenario(`${position}`, verdict))

function health(records: readonly ExecutionRecord[], more: Partial<SuiteState> = {}): Health | undefined {
  const failed = records.filter(({ verdict }) => verdict.status === 'fail').map(({ identity }) => identity.name)
  return healthOf({ records, failed, died: [], shifts: sessionShifts(records), ...more })
}

const regression = (metric: Check['metric'] = 'workingMs') => ({ ...failedCheck('regression', 'x'), metric })
const worse = (factor: number): Partial<Verdict> => ({
  status: 'fail',
  findings: [finding('totalTokens', 'worse', 100, 100 * factor, seen)],
  checks: [regression('totalTokens')],
})

describe('the health of a suite', () => {
  test('is healthy where all was judged and could be seen', () => {
    expect(health(suite(3))).toEqual({ word: 'healthy', reason: 'All was judged, nothing is worse.' })
  })

  test('tells what got better, and what was accepted', () => {
    const better = scenario('a', { findings: [...well, finding('steps', 'better', 3, 2, seen)] })
    expect(health([better, scenario('b')])?.reason).toBe(
      'All was judged, nothing is worse, and 1 of 2 scenarios got better.',
    )
    const accepted = scenario('a', { findings: [...well, finding('steps', 'accepted', 2, 3, seen)] })
    expect(health([accepted])?.reason).toBe('All was judged, nothing is worse but what was accepted.')
  })

  test('is failing by the worst, which is where to begin', () => {
    expect(health([scenario('a', worse(1.3)), scenario('b', worse(3)), scenario('c')])).toEqual({
      word: 'failing',
      reason: '2 of 3 scenarios failed, at worst critical.',
      action: 'Begin with b: mend what got worse, or accept it with `-u`.',
    })
  })

  test('is failing of one scenario, too', () => {
    expect(health([scenario('a', worse(1.3))])).toEqual({
      word: 'failing',
      reason: 'The scenario failed (medium).',
      action: 'Mend what got worse, or accept it with `-u`.',
    })
  })

  test('never tells to accept what broke', () => {
    const broken = scenario('a', {
      status: 'fail',
      checks: [thresholdCheck('latencyMs', 'latency p95', { value: 2, bound: 1 })],
    })
    expect(health([broken])?.action).toBe('Mend what broke.')
  })

  test('is failing where a process died, which comes first', () => {
    expect(health([scenario('a', worse(3))], { died: ['index'] })).toMatchObject({
      reason: '2 of 2 scenarios failed, at worst critical.',
      action: 'Begin with index: mend what broke.',
    })
    expect(health([], { died: ['index'] })?.word).toBe('failing')
  })

  test('is shifted where nothing failed but what all times share', () => {
    const state = health(recordsOf('shifted'))
    expect(state).toMatchObject({
      word: 'shifted',
      reason: '5 of 12 scenarios failed, and would not have without what all share.',
    })
    const alone = scenario('alone', worse(2))
    expect(health([...recordsOf('shifted'), alone])).toMatchObject({
      word: 'failing',
      action: expect.stringContaining('alone'),
    })
  })

  test('is undecided where something could not be decided, with what helps most of it', () => {
    const open = (remedy: string) => ({
      status: 'inconclusive' as const,
      checks: [failedCheck('spend', 'spend', { status: 'inconclusive', remedy })],
    })
    expect(health([scenario('a', open('Pay.')), scenario('b', open('Wait.')), scenario('c', open('Wait.'))])).toEqual({
      word: 'undecided',
      reason: '3 of 3 scenarios could not be decided.',
      action: 'Wait.',
    })
  })

  test('is new where nothing was compared, even if thresholds were kept', () => {
    const first = {
      findings: [finding('steps', 'new', 2, 2)],
      checks: [thresholdCheck('steps', 'steps', { status: 'pass' })],
    }
    expect(health(suite(2, first))?.word).toBe('new')
    expect(health([...suite(1, first), scenario('known')])?.word).not.toBe('new')
  })

  test('is healthy without baselines, where thresholds judge', () => {
    const bounded = { findings: [], checks: [thresholdCheck('latencyMs', 'latency p50', { status: 'pass' })] }
    expect(health(suite(2, bounded))?.word).toBe('healthy')
  })

  test('is blind where more than a fifth would not show a doubling', () => {
    const unseeing = { findings: [finding('workingMs', 'same', 100, 100, { executions: 6, detectableRatio: 1.4 })] }
    expect(health([...suite(7), ...suite(3, unseeing)])).toMatchObject({
      word: 'blind',
      reason: '3 of 10 scenarios would not show even a doubling of time, tokens or steps.',
    })
    expect(health([...suite(8), ...suite(2, unseeing)])?.word).toBe('healthy')
    expect(health(suite(3, { findings: [finding('workingMs', 'same', 100, 100, { executions: 6 })] }))?.word).toBe(
      'blind',
    )
  })

  test('that judges success alone is blind', () => {
    const success = { findings: [finding('successRatio', 'same', 1, 1, seen)], checks: [] }
    expect(health(suite(2, success))?.word).toBe('blind')
  })

  test('is blind for slow-downs in a CI that carries no history', () => {
    const untimed = { findings: [finding('workingMs', 'notJudged', 1, 1), finding('totalTokens', 'same', 1, 1, seen)] }
    const inCi = suite(2, untimed).map((record) => ({ ...record, environment: { ...record.environment, ci: true } }))
    expect(health(inCi)).toMatchObject({ word: 'blind', action: expect.stringContaining('.bench-agent/history/') })
    expect(health(suite(2, untimed))?.word).toBe('healthy')
    expect(health(inCi.map((record) => ({ ...record, mode: 'replay' })))?.word).toBe('healthy')
  })

  test('is creeping where levels move, and unsteady where runs vary more', () => {
    const pattern = { metric: 'workingMs', before: 1, after: 1.2, executions: 20 } as const
    expect(health([scenario('a'), scenario('b', { patterns: [{ ...pattern, kind: 'creep' }] })])).toMatchObject({
      word: 'creeping',
      action: expect.stringContaining('See b above'),
    })
    expect(health(suite(2, { patterns: [{ ...pattern, kind: 'spread' }] }))?.word).toBe('unsteady')
    expect(health([...suite(9), scenario('b', { patterns: [{ ...pattern, kind: 'spread' }] })])?.word).toBe('healthy')
  })

  test('is unsteady where the machine was busy', () => {
    const warnings: Warning[] = [{ code: 'degraded', message: 'Late.', remedy: 'Find quiet.' }]
    expect(health(suite(3, { warnings }))).toMatchObject({
      word: 'unsteady',
      action: expect.stringContaining('quieter'),
    })
  })

  test('is young while most baselines know fewer than five executions', () => {
    const young = { findings: [finding('workingMs', 'same', 100, 100, { executions: 2, detectableRatio: 0.5 })] }
    expect(health([...suite(1), ...suite(2, young)])).toMatchObject({
      word: 'young',
      action: expect.stringMatching(/^Let \d more sessions? pass: /),
    })
    expect(health([...suite(2), ...suite(2, young)])?.word).toBe('healthy')
  })

  test('is unknown where nothing was measured', () => {
    expect(health([])).toBeUndefined()
  })

  test('is told by the worst of several', () => {
    const warnings: Warning[] = [{ code: 'degraded', message: 'Late.', remedy: 'Find quiet.' }]
    const creep = { kind: 'creep', metric: 'steps', before: 2, after: 3, executions: 20 } as const
    expect(health(suite(3, { warnings, patterns: [creep] }))?.word).toBe('creeping')
    expect(health([...suite(3, { warnings }), scenario('red', worse(2))])?.word).toBe('failing')
  })
})
