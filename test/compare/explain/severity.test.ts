import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { graded, severityOf } from '../../../src/compare/explain/severity.ts'
import type { Check } from '../../../src/domain/check.ts'
import type { Finding } from '../../../src/domain/finding.ts'
import { severities } from '../../../src/domain/severity.ts'
import { failedCheck, finding } from '../../report/given.ts'

const worse = (metric: Finding['metric'], before: number, after: number) => finding(metric, 'worse', before, after)
const bound = (metric: Check['metric'], value: number, limit: number, code: Check['code'] = 'threshold'): Check => ({
  ...failedCheck(code, `${metric}`),
  status: (metric === 'successRatio' ? value < limit : value > limit) ? 'fail' : 'pass',
  metric,
  value,
  bound: limit,
})
const levelOf = (one: Finding, checks: Check[] = []) => severities.indexOf(severityOf(one, checks) ?? 'low')

describe('the severity of a worsening', () => {
  test('of one case goes by what that case changed by', () => {
    const ofCase = { position: 3, baseline: 100, candidate: 400, changeRatio: 3 }
    expect(severityOf({ ...worse('workingMs', 100, 106), ofCase }, [])).toBe('critical')
    expect(severityOf(worse('workingMs', 100, 106), [])).toBe('low')
  })

  test.for([
    [1.11, 'low'],
    [1.24, 'low'],
    [1.25, 'medium'],
    [1.5, 'high'],
    [1.99, 'high'],
    [2, 'critical'],
    [40, 'critical'],
  ] as const)('of what should be low goes by its growth: × %d is %s', ([factor, severity]) => {
    for (const metric of ['workingMs', 'costUsd', 'steps'] as const)
      expect(severityOf(worse(metric, 100, 100 * factor), [])).toBe(severity)
  })

  test.for([
    [0.95, 'low'],
    [0.9, 'medium'],
    [0.75, 'high'],
    [0.5, 'critical'],
    [0, 'critical'],
  ] as const)('of success and scores goes by the share that is lost: 1 → %d is %s', ([now, severity]) => {
    for (const metric of ['successRatio', 'scores.polite'] as const)
      expect(severityOf(worse(metric, 1, now), [])).toBe(severity)
  })

  test('that left 0 is high: no share tells its size', () => {
    expect(severityOf(worse('toolCalls', 0, 2), [])).toBe('high')
  })

  test('is that of an accepted one too, and of nothing else', () => {
    expect(severityOf(finding('steps', 'accepted', 2, 3), [])).toBe('high')
    for (const status of ['same', 'better', 'unclear', 'new', 'notJudged'] as const)
      expect(severityOf(finding('steps', status, 2, 3), [])).toBeUndefined()
  })

  test('rises by one where it uses up nine tenths of a threshold', () => {
    const one = worse('workingMs', 100, 130)
    expect(severityOf(one, [bound('latencyMs', 130, 150)])).toBe('medium')
    expect(severityOf(one, [bound('latencyMs', 135, 150)])).toBe('high')
    expect(severityOf(one, [bound('costUsd', 135, 150)])).toBe('medium')
  })

  test('is at least that of the threshold that it broke', () => {
    const one = worse('workingMs', 100, 111)
    expect(severityOf(one, [bound('latencyMs', 160, 150)])).toBe('medium')
    expect(severityOf(one, [bound('latencyMs', 226, 150)])).toBe('critical')
  })

  test('of success does not rise at a threshold that holds: nothing is better than all', () => {
    expect(severityOf(worse('successRatio', 1, 0.95), [bound('successRatio', 0.95, 0.9, 'success')])).toBe('low')
  })

  test('does not know of thresholds on a category', () => {
    const check = { ...bound('costUsd', 200, 100), category: 'simple' }
    expect(severityOf(worse('costUsd', 100, 111), [check])).toBe('low')
  })

  test('never falls as the worsening grows, or as it comes nearer to a threshold and passes it', () => {
    const factor = fc.double({ min: 1.01, max: 10, noNaN: true })
    fc.assert(
      fc.property(factor, factor, factor, factor, (growth, more, used, beyond) => {
        const mild = worse('costUsd', 1, growth)
        const strong = worse('costUsd', 1, growth * more)
        const far = bound('costUsd', used / 5, 1)
        const near = bound('costUsd', (used * beyond) / 5, 1)
        expect(levelOf(strong, [far])).toBeGreaterThanOrEqual(levelOf(mild, [far]))
        expect(levelOf(mild, [near])).toBeGreaterThanOrEqual(levelOf(mild, [far]))
        expect(levelOf(mild, [far])).toBeGreaterThanOrEqual(levelOf(mild))
      }),
    )
  })
})

describe('a graded verdict', () => {
  const verdictOf = (findings: Finding[], checks: Check[]) => graded({ status: 'fail', findings, checks, warnings: [] })

  test('has the severity of each regression at its check', () => {
    const { checks, findings } = verdictOf(
      [worse('steps', 2, 3), finding('costUsd', 'same', 1, 1)],
      [{ ...failedCheck('regression', 'steps against baseline'), metric: 'steps' }],
    )
    expect(checks[0]?.severity).toBe('high')
    expect(findings.map(({ severity }) => severity)).toEqual(['high', undefined])
  })

  test.for([
    [160, 'medium'],
    [190, 'high'],
    [230, 'critical'],
  ] as const)('has a broken threshold one above the same growth: %d of 150 is %s', ([value, severity]) => {
    expect(verdictOf([], [bound('latencyMs', value, 150)]).checks[0]?.severity).toBe(severity)
  })

  test.for([
    [0.9, 'medium'],
    [0.8, 'high'],
    [0.5, 'critical'],
  ] as const)('has success one above the same loss: %d of 95% is %s', ([value, severity]) => {
    expect(verdictOf([], [bound('successRatio', value, 0.95, 'success')]).checks[0]?.severity).toBe(severity)
  })

  test('has what leaves a bound of 0 critical, and a dead case high', () => {
    expect(verdictOf([], [bound('retries', 1, 0)]).checks[0]?.severity).toBe('critical')
    expect(verdictOf([], [failedCheck('deadCase', 'case "angry"')]).checks[0]?.severity).toBe('high')
  })

  test('says nothing of what holds, nor of what judges the measurement', () => {
    const { checks } = verdictOf([], [bound('latencyMs', 100, 150), failedCheck('tooFewSamples', 'samples')])
    expect(checks.map(({ severity }) => severity)).toEqual([undefined, undefined])
  })
})
