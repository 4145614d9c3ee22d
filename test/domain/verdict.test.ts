import { describe, expect, test } from 'vitest'
import type { Check } from '../../src/domain/check.ts'
import { explainVerdict, type Verdict, verdictOf, type Warning } from '../../src/domain/verdict.ts'

const check = (status: Check['status'], message: string, remedy?: string): Check => ({
  status,
  code: 'threshold',
  subject: message,
  message,
  remedy,
})
const passed = check('pass', 'latency p50 is fine.')
const failed = check('fail', 'tokens mean is over.', 'Find what changed.')
const undecided = check('inconclusive', 'latency p95 cannot be told.', 'Let more runs end.')
const warning: Warning = { code: 'degraded', message: 'The loop was late.', remedy: 'Use a quieter machine.' }

describe('verdictOf', () => {
  test.for<[Verdict['status'], Check[]]>([
    ['pass', []],
    ['pass', [passed]],
    ['inconclusive', [passed, undecided]],
    ['fail', [failed]],
    ['fail', [undecided, failed, passed]],
  ])('is %s', ([status, checks]) => {
    expect(verdictOf(checks, [], []).status).toBe(status)
  })

  test('a warning fails nothing', () => {
    expect(verdictOf([passed], [warning], [])).toEqual({
      status: 'pass',
      checks: [passed],
      warnings: [warning],
      findings: [],
    })
  })
})

describe('explainVerdict', () => {
  const verdict = verdictOf([passed, failed, undecided], [warning], [])

  test('is every broken check with what to do, and nothing that held', () => {
    const text = explainVerdict('refund', verdict, [], false)
    for (const part of ['"refund"', failed.message, failed.remedy]) expect(text).toContain(part)
    expect(text).not.toContain(passed.message)
  })

  test('what could not be decided is in it where that fails the test', () => {
    expect(explainVerdict('refund', verdict, [], false)).not.toContain(undecided.message)
    expect(explainVerdict('refund', verdict, [], true)).toContain(undecided.message)
  })

  test('several broken checks come in one text, in their order', () => {
    const second = check('fail', 'steps max is over.')
    const text = explainVerdict('refund', verdictOf([failed, second], [], []), [], false)
    expect(text).toContain('2 checks')
    expect(text.indexOf(failed.message)).toBeLessThan(text.indexOf(second.message))
  })

  test('tells what runs broke on, the commonest first, and how many kinds it leaves out', () => {
    const problems = ['a', 'b', 'b\nat line 1', 'c', 'c', 'c', 'd', 'e'].map((message) => ({
      outcome: 'error',
      message,
    }))
    const lines = explainVerdict('refund', verdict, problems, false).split('\n').slice(3)
    expect(lines.map((line) => line.trim())).toEqual([
      '3 × error: c',
      '2 × error: b',
      '1 × error: a',
      'and 2 other kinds of problem',
    ])
  })
})
