import { describe, expect, test } from 'vitest'
import { coldStartOf, sensitivityOf, youthOf } from '../../src/report/seen.ts'
import { finding, recordWith } from './given.ts'
import { recordOf, recordsOf, sessionOf } from './sessions.ts'

const executionsOf = (...records: Parameters<typeof sessionOf>[0]) => sessionOf(records).executions

describe('what the verdict could have seen', () => {
  test('is the coarsest of all scenarios, by metric', () => {
    const of = (name: string, detectableRatio: number) =>
      recordWith(name, { findings: [finding('totalTokens', 'same', 1, 1, { detectableRatio })] })
    const text = sensitivityOf(executionsOf(of('a', 0.1), of('b', 0.25), of('c', 0.2)))
    expect(text).toContain('25.0%')
    expect(text).not.toContain('20.0%')
  })

  test('leaves out parts of other metrics', () => {
    const text = sensitivityOf(executionsOf(recordOf('passing')))
    expect(text).toMatch(/working .*tokens .*steps .*cost /)
    expect(text).not.toContain('input')
  })

  test('is absent when nothing was compared', () => {
    expect(sensitivityOf(executionsOf(recordOf('first-run')))).toBeUndefined()
  })
})

describe('the cold start', () => {
  test('of one scenario is told whatever it is', () => {
    expect(coldStartOf(executionsOf(recordOf('unknown-metrics')))?.latencyMs).toBe(315)
  })

  test('of several is told when it stands out', () => {
    expect(coldStartOf(executionsOf(recordOf('passing'), recordOf('thresholds')))?.execution.record.identity.name).toBe(
      'refund',
    )
    expect(coldStartOf(executionsOf(recordOf('conversation'), recordOf('thresholds')))).toBeUndefined()
  })

  test('is absent without a warm-up, and where it failed', () => {
    expect(coldStartOf(executionsOf(...recordsOf('degraded')))).toBeUndefined()
    const failed = { ...recordOf('passing'), coldStart: { latencyMs: 9_000, outcome: 'error' as const } }
    expect(coldStartOf(executionsOf(failed))).toBeUndefined()
  })
})

describe('a young baseline', () => {
  const knowing = (name: string, executions: number) =>
    recordWith(name, { findings: [finding('workingMs', 'same', 100, 100, { executions })] })
  const youth = (...records: ReturnType<typeof knowing>[]) => youthOf(sessionOf(records).executions)

  test('tells how much longer times have to be to fail', () => {
    expect(youth(knowing('refund', 1))).toBe(
      'Young: the baseline of refund knows 1 execution of this machine, so that only times that are 50.0% longer are a regression; from 5 on, 10.0%.',
    )
  })

  test('is told by the youngest of several', () => {
    expect(youth(knowing('a', 3), knowing('b', 2), knowing('c', 8))).toBe(
      'Young: 2 of 3 baselines know as few as 2 executions of this machine, so that only times that are 40.0% longer are a regression; from 5 on, 10.0%.',
    )
  })

  test('is none from five executions on, nor of what is the same on every machine', () => {
    expect(youth(knowing('a', 5))).toBeUndefined()
    expect(youth(recordWith('b', { findings: [finding('steps', 'same', 2, 2, { executions: 1 })] }))).toBeUndefined()
  })
})
