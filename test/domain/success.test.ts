import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/domain/sample.ts'
import { checkSuccess, deadCases } from '../../src/domain/success.ts'
import type { GroupSummary } from '../../src/domain/summary.ts'

const noOutcomes: Record<Outcome, number> = { ok: 0, wrong: 0, error: 0, timeout: 0, limit: 0, infrastructure: 0 }
const group = (name: string, counts: Partial<Record<Outcome, number>>, successRatio?: number): GroupSummary => ({
  name,
  outcomes: { ...noOutcomes, ...counts },
  successRatio,
  metrics: {},
  scores: {},
})

describe('checkSuccess', () => {
  const judged = { outcomes: { ...noOutcomes, ok: 17, wrong: 2, timeout: 1 }, scenario: { successRatio: 0.85 } }

  test('at its threshold it holds', () => {
    expect(checkSuccess(judged, 0.85, undefined, [])).toEqual({
      status: 'pass',
      code: 'success',
      subject: 'success',
      metric: 'successRatio',
      value: 0.85,
      bound: 0.85,
      unit: 'ratio',
      message: 'success is 85.0% (17 of 20 runs ok).',
    })
  })

  test('under it, it tells how the others ended', () => {
    expect(checkSuccess(judged, 0.9, 'simple', [])).toMatchObject({
      status: 'fail',
      subject: 'success in simple',
      category: 'simple',
      message: 'success in simple is 85.0%, under its threshold of 90.0% (17 of 20 runs ok; 2 wrong, 1 timeout).',
    })
  })

  test('names the cases that fail, three at most', () => {
    const cases = ['a', 'b', 'c', 'd'].map((name) => group(name, {}, 0.5))
    const check = (failing: GroupSummary[]) => checkSuccess(judged, 0.9, undefined, [...failing, group('z', {}, 1)])
    expect(check(cases.slice(0, 2))).toMatchObject({ remedy: expect.stringMatching(/^Look at "a", "b"\. /) })
    expect(check(cases)).toMatchObject({ remedy: expect.stringMatching(/^Look at "a", "b", "c" and 1 more\. /) })
    expect(check([])).toMatchObject({ remedy: expect.not.stringContaining('Look at') })
  })

  test('one run of two thousand is not nothing', () => {
    const almost = { outcomes: { ...noOutcomes, ok: 1999, wrong: 1 }, scenario: { successRatio: 1999 / 2000 } }
    expect(checkSuccess(almost, 1, undefined, [])).toMatchObject({
      status: 'fail',
      message: 'success is >99.9%, under its threshold of 100% (1,999 of 2,000 runs ok; 1 wrong).',
    })
  })

  test('unknown success fails', () => {
    const broken = { outcomes: { ...noOutcomes, infrastructure: 20 }, scenario: {} }
    expect(checkSuccess(broken, 0, undefined, [])).toMatchObject({ status: 'fail', code: 'success' })
  })
})

describe('deadCases', () => {
  const dead = (failed: number, bound: number) => deadCases([group('a', { wrong: failed })], bound).length === 1

  // (1 − bound)^n < 0.01
  test.for([
    [1, 1, true],
    [0.99, 1, false],
    [0.991, 1, true],
    [0.95, 1, false],
    [0.95, 2, true],
    [0.8, 2, false],
    [0.8, 3, true],
    [0.5, 6, false],
    [0.5, 7, true],
    [0.1, 43, false],
    [0.1, 44, true],
    [0, 1000, false],
  ] as const)(
    'where %d of the runs must be ok, a case that failed %d times is dead: %s',
    ([bound, failed, expected]) => {
      expect(dead(failed, bound)).toBe(expected)
    },
  )

  test('one ok run is life', () => {
    expect(deadCases([group('a', { ok: 1, wrong: 99 })], 1)).toEqual([])
  })

  test('every way to fail counts, and what the infrastructure broke does not', () => {
    expect(deadCases([group('a', { wrong: 1, error: 1, timeout: 1, limit: 1 })], 0.7)).toHaveLength(1)
    expect(deadCases([group('a', { infrastructure: 10 })], 1)).toEqual([])
    expect(deadCases([group('a', { wrong: 1, infrastructure: 99 })], 0.9)).toEqual([])
  })

  test('each dead case is told by its name', () => {
    const cases = [group('a', { error: 5 }), group('b', { ok: 5 }), group('c', { error: 1 })]
    expect(deadCases(cases, 1).map(({ message }) => message)).toEqual([
      'case "a" never succeeded (5 runs).',
      'case "c" never succeeded (1 run).',
    ])
  })
})
