import { describe, expect, test } from 'vitest'
import { type Explained, impactsOf } from '../../../src/compare/explain/impact.ts'
import { compareWithBaseline } from '../../../src/compare/regression.ts'
import type { Baseline, MetricValues } from '../../../src/domain/baseline.ts'
import type { Finding } from '../../../src/domain/finding.ts'
import { times } from '../../domain/given.ts'
import { finding } from '../../report/given.ts'
import { candidateOf, committedOf, drawing, historyOf, pastExecution, same } from '../given.ts'

const cases = 10
const caseNames = times(cases, (position) => `case ${position}`)

/** Values of ten cases, five runs of each, that vary by 5%; `factorOf` says how much longer each case takes than usual. */
function execution(seed: number, factorOf: (position: number) => number = () => 1): number[][] {
  const draw = drawing(seed)
  return times(cases, (position) => draw.runs(5, 0.05, (1 + position / 3) * factorOf(position)))
}

const past = historyOf(...times(6, (seed) => pastExecution({ workingMs: execution(seed + 1) })))

function impacts(values: MetricValues, baseline: Baseline, findings?: Finding[], names = caseNames) {
  const explained: Explained = {
    findings: findings ?? compareWithBaseline(candidateOf(values), baseline),
    values,
    explaining: {},
    comparability: same,
    caseNames: names,
  }
  return impactsOf(explained, baseline)
}

const worseTime = [finding('workingMs', 'worse', 100, 150)]

describe('the cases that a worsening hits', () => {
  test('are told by name, the worst first, with what they were and are', () => {
    const factors = [1, 1, 2.1, 1, 1, 1.4, 1, 1, 1.7, 1]
    const [impact] = impacts({ workingMs: execution(9, (position) => factors[position] ?? 1) }, past, worseTime)
    expect(impact).toMatchObject({ metric: 'workingMs', cases: 10 })
    expect(impact?.worse.map(({ name }) => name)).toEqual(['case 2', 'case 8', 'case 5'])
    const [worst] = impact?.worse ?? []
    expect((worst?.after ?? 0) / (worst?.before ?? 1)).toBeCloseTo(2.1, 0)
    expect(worst?.before).toBeCloseTo(1667, -2)
  })

  test('are all of them when all got worse', () => {
    const [impact] = impacts({ workingMs: execution(9, () => 1.5) }, past)
    expect(impact?.worse).toHaveLength(10)
  })

  test('are hardly ever told where a case did not change', () => {
    const named = times(
      60,
      (seed) => impacts({ workingMs: execution(100 + seed) }, past, worseTime)[0]?.worse.length ?? 0,
    )
    // One case in a hundred may be named, of 600.
    expect(named.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6)
  })

  test('are none that changed by less than a tenth', () => {
    const steady = (value: number) => ({ steps: times(3, () => times(5, () => value)) })
    const baseline = historyOf(pastExecution(steady(100)))
    const grown = [finding('steps', 'worse', 100, 109)]
    expect(impacts(steady(109), baseline, grown)[0]?.worse).toEqual([])
    expect(impacts(steady(112), baseline, grown)[0]?.worse).toHaveLength(3)
  })

  test('are not known where only the committed line is', () => {
    const values = {
      steps: [
        [2, 2, 2],
        [4, 4, 4],
      ],
    }
    const more = {
      steps: [
        [3, 3, 3],
        [6, 6, 6],
      ],
    }
    expect(impacts(more, committedOf(values))).toMatchObject([{ metric: 'steps', cases: 0, worse: [] }])
  })

  test('are matched by position where a case has no values', () => {
    const values = execution(9, (position) => (position === 7 ? 2 : 1)).map((own, position) =>
      position === 3 ? [] : own,
    )
    const [impact] = impacts({ workingMs: values }, past, worseTime)
    expect(impact).toMatchObject({ cases: 9, worse: [{ name: 'case 7' }] })
  })

  test('of success are those that fail more often than chance lets them', () => {
    const ok = (counts: number[]) => ({
      successRatio: counts.map((good) => [...times(good, () => 1), ...times(5 - good, () => 0)]),
    })
    const baseline = historyOf(...times(6, () => pastExecution(ok([5, 5, 4, 5]))))
    const [impact] = impacts(ok([5, 0, 4, 4]), baseline, [finding('successRatio', 'worse', 0.95, 0.65)])
    expect(impact).toEqual({
      metric: 'successRatio',
      cases: 4,
      worse: [{ name: 'case 1', before: 1, after: 0 }],
      reasons: [],
    })
  })
})

describe('impacts', () => {
  test('are one for time, one for money and one for success, of the metric that people ask for', () => {
    const findings = ['steps', 'inputTokens', 'totalTokens', 'costUsd', 'ttftMs', 'workingMs', 'successRatio'].map(
      (metric) => finding(metric as Finding['metric'], 'worse', 1, 2),
    )
    expect(impacts({}, past, findings).map(({ metric }) => metric)).toEqual(['workingMs', 'costUsd', 'successRatio'])
  })

  test('tell the score that lost most, where success did not get worse', () => {
    const findings = [finding('scores.a', 'worse', 1, 0.9), finding('scores.b', 'worse', 1, 0.5)]
    expect(impacts({}, past, findings).map(({ metric }) => metric)).toEqual(['scores.b'])
  })

  test('are of what was accepted, too, and of nothing that did not get worse', () => {
    expect(impacts({}, past, [finding('steps', 'accepted', 2, 3)])).toHaveLength(1)
    for (const status of ['same', 'better', 'unclear', 'new', 'notJudged'] as const)
      expect(impacts({}, past, [finding('steps', status, 2, 3)])).toEqual([])
  })
})
