import { describe, expect, test } from 'vitest'
import { coldStartOf, sensitivityOf } from '../../src/report/seen.ts'
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
