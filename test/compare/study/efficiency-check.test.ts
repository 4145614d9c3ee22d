import { describe, expect, test } from 'vitest'
import { efficiencyChecks } from '../../../src/compare/study/efficiency-check.ts'
import type { Efficiency, LossPart, SweepLevel } from '../../../src/domain/study/sweep.ts'

function level(concurrency: number, efficiency?: Partial<Efficiency>): SweepLevel {
  return {
    name: String(concurrency),
    concurrency,
    execution: 'one',
    runs: 30,
    efficiency: efficiency && { ratio: 0.42, idealPerSecond: 100, ...efficiency },
  }
}

describe('the check of an efficiency', () => {
  test('passes at its bound and above', () => {
    const levels = [level(5, { ratio: 0.8 }), level(10, { ratio: 0.7 })]
    const checks = efficiencyChecks(levels, { 5: 0.7, 10: 0.7 })
    expect(checks).toMatchObject([
      { status: 'pass', code: 'threshold', subject: 'efficiency of 5', value: 0.8, bound: 0.7, unit: 'ratio' },
      { status: 'pass', subject: 'efficiency of 10', value: 0.7 },
    ])
    expect(checks[0]?.message).toBe('The efficiency of 5 is 80.0%, above its threshold of 70.0%.')
    expect(checks[1]?.message).toBe('The efficiency of 10 is 70.0%, at its threshold of 70.0%.')
    expect(checks[0]?.remedy).toBeUndefined()
  })

  test('fails under its bound, with its interval', () => {
    const [check] = efficiencyChecks([level(5, { interval: { low: 0.39, high: 0.46 } })], { 5: 0.7 })
    expect(check).toMatchObject({ status: 'fail', value: 0.42, bound: 0.7 })
    expect(check?.message).toBe('The efficiency of 5 is 42.0% (95%: 39.0% to 46.0%), under its threshold of 70.0%.')
  })

  test.for([
    [{ backOff: 0.3, model: 0.2, tool: 0.1, other: 0.1 }, /rate limits/],
    [{ backOff: 0.1, model: 0.2, other: 0.1 }, /the model, which answers more slowly/],
    [{ model: 0.1, tool: 0.2, other: 0.1 }, /in tools/],
    [{ backOff: 0.1, other: 0.2 }, /neither model nor tool: look for a queue/],
    [{}, /which runs failed/],
    [undefined, /which runs failed/],
  ] as [Partial<Record<LossPart, number>> | undefined, RegExp][])('has the remedy for most of %o', ([loss, remedy]) => {
    expect(efficiencyChecks([level(5, { loss })], { 5: 0.7 })[0]?.remedy).toMatch(remedy)
  })

  test('fails when it is unknown, for that is no efficiency', () => {
    for (const levels of [[level(5)], []]) {
      const [check] = efficiencyChecks(levels, { 5: 0.7 })
      expect(check).toMatchObject({
        status: 'fail',
        code: 'unknownMetric',
        bound: 0.7,
        remedy: 'See why the runs failed.',
      })
      expect(check).not.toHaveProperty('value')
      expect(check?.message).toBe(
        'The efficiency of 5 is unknown, for too few good runs of it, or of one alone, ended.',
      )
    }
  })

  test('is made of nothing that was not asked', () => {
    expect(efficiencyChecks([level(5, {})], {})).toEqual([])
  })
})
