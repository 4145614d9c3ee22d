import { describe, expect, test } from 'vitest'
import { thresholdStandings } from '../../../src/compare/looks/threshold-look.ts'
import { nameCase } from '../../../src/domain/case.ts'
import { type Plannable, planScenario } from '../../../src/domain/plan.ts'
import { type GivenRun, samplesOf, times } from '../../domain/given.ts'

const cases = [{ input: 1 }, { input: 2, category: 'hard' }].map(nameCase)

/** How thresholds stand after `rounds` rounds over two cases, each run made by `run`. */
function standings(
  options: Plannable,
  run: (index: number) => GivenRun,
  { rounds = 30, max = 50 }: { rounds?: number; max?: number } = {},
) {
  const plan = planScenario('refund', { ...options, runs: { max, stop: 'auto' } }, cases)
  const samples = samplesOf(times(2 * rounds, (index) => ({ caseIndex: index % 2, ...run(index) })))
  return thresholdStandings(plan, samples, rounds)
}

const about =
  (level: number, spread = 0.1) =>
  (index: number) => ({
    endedAtMs: level * (1 + spread * Math.sin(7 * index)),
  })

describe('a threshold', () => {
  test('stands by its subject, as its check is called', () => {
    const options = {
      thresholds: { latencyMs: { mean: 100, p50: 100 }, successRatio: 0.5, scores: { polite: { mean: 0.5 } } },
      categories: { hard: { latencyMs: { p90: 100 } } },
    }
    expect(standings(options, about(90)).map(({ subject }) => subject)).toEqual([
      'latency mean',
      'latency p50',
      'success',
      'score polite mean',
      'latency p90 in hard',
    ])
  })

  test('has no standing where there is no look', () => {
    expect(standings({ thresholds: { latencyMs: { mean: 1 } } }, about(9), { rounds: 31 })).toEqual([])
  })

  const of = (options: Plannable['thresholds'], run: (index: number) => GivenRun, rounds = 30, max = 50) =>
    standings({ thresholds: options }, run, { rounds, max })[0]?.answer

  test('on a mean is kept, broken or open', () => {
    expect(of({ latencyMs: { mean: 120 } }, about(100))).toBe('kept')
    expect(of({ latencyMs: { mean: 80 } }, about(100))).toBe('broken')
    expect(of({ latencyMs: { mean: 100 } }, about(100))).toBe('open')
  })

  test('on a quantile goes by how many values lie beyond it', () => {
    expect(of({ latencyMs: { p50: 120 } }, about(100))).toBe('kept')
    expect(of({ latencyMs: { p50: 80 } }, about(100))).toBe('broken')
    expect(of({ latencyMs: { p50: 100 } }, about(100))).toBe('open')
    expect(of({ latencyMs: { p95: 120 } }, about(100), 40, 50)).toBe('open')
    expect(of({ latencyMs: { p95: 120 } }, about(100), 120, 200)).toBe('kept')
    expect(of({ latencyMs: { p95: 95 } }, about(100), 10, 50)).toBe('broken')
  })

  test('on a metric that is better when higher goes the other way', () => {
    const speed = (index: number) => ({ calls: [{ outputTokensPerSecond: 50 + Math.sin(7 * index) }] })
    expect(of({ outputTokensPerSecond: { mean: 40 } }, speed)).toBe('kept')
    expect(of({ outputTokensPerSecond: { p50: 60 } }, speed)).toBe('broken')
    expect(of({ outputTokensPerSecond: { min: 60 } }, speed)).toBe('broken')
    expect(of({ outputTokensPerSecond: { min: 40 } }, speed)).toBe('open')
    expect(of({ outputTokensPerSecond: { max: 40 } }, speed)).toBe('kept')
  })

  test('on the greatest value is broken by one, and never kept before the last', () => {
    expect(of({ latencyMs: { max: 105 } }, about(100))).toBe('broken')
    expect(of({ latencyMs: { max: 500 } }, about(100))).toBe('open')
    expect(of({ latencyMs: { min: 95 } }, about(100))).toBe('kept')
    expect(of({ latencyMs: { min: 5 } }, about(100))).toBe('open')
  })

  test('is open where a run was stopped, unless it is broken all the same', () => {
    const stopped = (index: number): GivenRun => ({ ...about(100)(index), outcome: index === 3 ? 'timeout' : 'ok' })
    expect(of({ latencyMs: { mean: 120 } }, stopped)).toBe('open')
    expect(of({ latencyMs: { mean: 80 } }, stopped)).toBe('broken')
  })

  test('is open where most runs did not tell', () => {
    const silent = (index: number) => (index < 10 ? { values: { inputTokens: 5 } } : {})
    expect(of({ inputTokens: { mean: 50 } }, silent)).toBe('open')
    expect(of({ ttftMs: { mean: 50 } }, silent)).toBe('open')
  })

  test('on success goes by counts', () => {
    const failing =
      (every: number) =>
      (index: number): GivenRun => ({ outcome: index % every === 0 ? 'wrong' : 'ok' })
    expect(of({ successRatio: 0.5 }, failing(9))).toBe('kept')
    expect(of({ successRatio: 0.9 }, failing(3))).toBe('broken')
    expect(of({ successRatio: 0.9 }, failing(9))).toBe('open')
    expect(of({ successRatio: 1 }, failing(999))).toBe('broken')
    expect(of({ successRatio: 1 }, () => ({}))).toBe('open')
    expect(of({ successRatio: 0 }, failing(2))).toBe('open')
    expect(of({ successRatio: 0.5 }, () => ({ outcome: 'infrastructure' }))).toBe('open')
  })

  test('on success is open while a case never succeeded', () => {
    const dead = (index: number): GivenRun => ({ outcome: index % 2 === 0 ? 'wrong' : 'ok' })
    expect(of({ successRatio: 0.1 }, dead)).toBe('open')
    expect(of({ successRatio: 0.1 }, (index) => ({ outcome: index % 3 === 0 ? 'wrong' : 'ok' }))).toBe('kept')
  })

  test('on the execution as a whole is open', () => {
    expect(of({ peakRssBytes: 1 }, () => ({}))).toBe('open')
  })

  test('of a category looks at its own cases', () => {
    const options = { categories: { hard: { latencyMs: { mean: 50 } } } }
    const hard = (index: number) => about(index % 2 === 1 ? 40 : 400)(index)
    expect(standings(options, hard)).toEqual([{ subject: 'latency mean in hard', answer: 'kept' }])
  })

  test('takes more at an early look', () => {
    expect([10, 20, 30, 40].map((rounds) => of({ latencyMs: { mean: 104 } }, about(100), rounds))).toEqual([
      'open',
      'open',
      'kept',
      'kept',
    ])
  })
})
