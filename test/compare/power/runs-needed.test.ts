import { describe, expect, test } from 'vitest'
import type { Contest } from '../../../src/compare/evidence/contest.ts'
import { contestOf } from '../../../src/compare/evidence/contest.ts'
import { plannedRuns } from '../../../src/compare/power/progress.ts'
import { runsNeeded } from '../../../src/compare/power/runs-needed.ts'
import { detectableRatio } from '../../../src/compare/power/sensitivity.ts'
import type { Baseline, MetricValues } from '../../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../../src/domain/finding.ts'
import { looksOf } from '../../../src/domain/plan.ts'
import { committedOf, drawing, historyOf, one, pastExecution, same } from '../given.ts'

const plan = { most: 20, confirms: true }

/** 20 runs that vary by `sigma` against `executions` of as many, between which the machine drifts by `drift`. */
function contest({ metric = 'workingMs' as BaselineMetric, sigma = 0.2, drift = 0, executions = 10, seed = 5 } = {}) {
  const draw = drawing(seed)
  const values = () => one(metric, draw.runs(20, sigma, draw.drift(drift)))
  const past = Array.from({ length: executions }, (_, session) => pastExecution(values(), { session: `${session}` }))
  return held(metric, values(), { ...historyOf(...past), drift: { deviation: drift, sessions: 40 } })
}

function held(metric: BaselineMetric, values: MetricValues, baseline: Baseline): Contest {
  const found = contestOf(metric, values[metric] ?? [], same, baseline)
  if ('status' in found) throw new Error(found.reason)
  return found
}

describe('runsNeeded', () => {
  test.each([
    { ratio: 0.3, sigma: 0.1 },
    { ratio: 0.5, sigma: 0.2 },
    { ratio: 0.5, sigma: 0.4 },
    { ratio: 0.5, sigma: 0.2, drift: 0.02 },
  ])('is the fewest runs whose detectable effect is what is asked: %o', ({ ratio, ...given }) => {
    const one = contest(given)
    const { runs = 0, executions } = runsNeeded(one, ratio, 1, plan)
    const seen = (most: number) => detectableRatio(one, plannedRuns(1, { ...plan, most })) ?? 9
    expect(executions).toBeUndefined()
    expect(seen(runs)).toBeLessThanOrEqual(ratio * 1.0001)
    expect(seen(runs - 1)).toBeGreaterThan(ratio)
  })

  test('more is asked of fewer: half the effect takes more than twice the runs', () => {
    const [whole, half] = [0.4, 0.2].map((ratio) => runsNeeded(contest({ metric: 'steps' }), ratio, 1, plan).runs ?? 0)
    expect(whole).toBeGreaterThan(2)
    expect(half).toBeGreaterThan(2 * (whole ?? 0))
  })

  test('says what was asked and planned', () => {
    expect(runsNeeded(contest(), 0.5, 1, plan)).toMatchObject({ ratio: 0.5, planned: 20 })
  })

  test('counts the runs of each case, of which a round brings one', () => {
    const draw = drawing(3)
    const cases = () => ({ steps: Array.from({ length: 5 }, () => draw.runs(20, 0.3)) })
    const many = held('steps', cases(), historyOf(...Array.from({ length: 10 }, () => pastExecution(cases()))))
    const alone = contest({ metric: 'steps', sigma: 0.3 })
    const each = runsNeeded(many, 0.2, 5, plan).runs ?? 0
    const all = runsNeeded(alone, 0.2, 1, plan).runs ?? 0
    expect(Math.abs((5 * each) / all - 1)).toBeLessThan(0.35)
  })

  test('with stops a little more than without', () => {
    const one = contest({ metric: 'steps', sigma: 0.4 })
    const fixed = runsNeeded(one, 0.3, 1, { most: 50, confirms: true }).runs ?? 0
    const sequential = runsNeeded(one, 0.3, 1, { most: 50, looks: looksOf(50), confirms: true }).runs ?? 0
    expect(sequential).toBeGreaterThanOrEqual(fixed)
    expect(sequential).toBeLessThan(1.15 * fixed + 2)
  })

  test('no number of runs sees through drift', () => {
    expect(runsNeeded(contest({ sigma: 0.1, drift: 0.06 }), 0.2, 1, plan)).toEqual({
      ratio: 0.2,
      planned: 20,
      hiddenBy: 'drift',
    })
  })

  test('nothing is found that is never called a regression', () => {
    expect(runsNeeded(contest({ metric: 'steps', sigma: 0.1 }), 0.08, 1, plan).hiddenBy).toBe('smallestEffect')
  })

  test('a time of a few milliseconds has no worsening of a fifth', () => {
    const values = () => one('workingMs', [3, 3.1, 2.9, 3.2, 2.8, 3.05])
    const short = held('workingMs', values(), historyOf(...Array.from({ length: 10 }, () => pastExecution(values()))))
    expect(runsNeeded(short, 0.2, 1, plan).hiddenBy).toBe('smallestEffect')
  })

  test('what varies out of all measure is not found by 10,000 runs', () => {
    expect(runsNeeded(contest({ metric: 'steps', sigma: 5 }), 0.11, 1, plan).hiddenBy).toBe('noise')
  })

  test('a young baseline says how many executions it lacks, where the runs are enough', () => {
    expect(runsNeeded(contest({ executions: 1, sigma: 0.1 }), 0.45, 1, plan)).toEqual({
      ratio: 0.45,
      planned: 20,
      runs: 20,
      executions: 2,
    })
  })

  test('a thin baseline that would take many times the runs says what a full one would take', () => {
    const draw = drawing(8)
    const values = () => one('steps', draw.runs(20, 0.3))
    const thin = held('steps', values(), committedOf(values()))
    const { runs = 0, executions } = runsNeeded(thin, 0.2, 1, plan)
    expect(executions).toBe(10)
    expect(runs).toBeGreaterThan(20)
    expect(runs).toBeLessThan(200)
  })

  test('where no run varies there is nothing to plan', () => {
    const values = one('steps', Array(20).fill(4))
    const steady = held('steps', values, historyOf(pastExecution(values)))
    expect(runsNeeded(steady, 0.1, 1, plan)).toEqual({ ratio: 0.1, planned: 20 })
  })

  test('success takes as many runs as its exact power says', () => {
    const values = () => one('successRatio', [...Array(19).fill(1), 0])
    const success = held(
      'successRatio',
      values(),
      historyOf(...Array.from({ length: 10 }, () => pastExecution(values()))),
    )
    const { runs = 0 } = runsNeeded(success, 0.3, 1, plan)
    const seen = (most: number) => detectableRatio(success, plannedRuns(1, { ...plan, most })) ?? 1
    expect(seen(runs)).toBeLessThanOrEqual(0.3)
    expect(runs).toBeGreaterThan(5)
    expect(runs).toBeLessThan(100)
  })
})
