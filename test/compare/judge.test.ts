import { describe, expect, test } from 'vitest'
import {
  type Acceptance,
  checkFindings,
  describeMetric,
  judge,
  type Measured,
  sensitivity,
} from '../../src/compare/judge.ts'
import type { Baseline } from '../../src/domain/baseline.ts'
import type { Case } from '../../src/domain/case.ts'
import type { Check } from '../../src/domain/check.ts'
import type { BaselineMetric, Finding } from '../../src/domain/finding.ts'
import { type Plannable, planScenario } from '../../src/domain/plan.ts'
import { summarize } from '../../src/domain/summary.ts'
import type { Warning } from '../../src/domain/verdict.ts'
import { type GivenRun, oneCase, oneSecond, samplesOf, times } from '../domain/given.ts'
import { committedOf, historyOf, pastExecution, same } from './given.ts'

/** An execution of `runs` by a plan for as many. */
function measured(runs: readonly GivenRun[], options: Plannable = {}, cases: readonly Case[] = oneCase): Measured {
  const plan = planScenario('refund', { runs: runs.length / cases.length, ...options }, cases)
  const samples = samplesOf(runs)
  const summary = summarize(samples, oneSecond, cases)
  return { plan, samples, summary, comparability: same, checks: [], warnings: [] }
}

const refusal: Check = { status: 'fail', code: 'provider', subject: 'provider', message: 'The provider answered 401.' }
const warning: Warning = { code: 'degraded', message: 'Two runs were late.', remedy: 'Run again.' }
const broke: Warning = { code: 'infrastructure', message: 'Two runs broke.', remedy: 'Run again.' }
const alone: Acceptance = { acceptWorse: false, mayWrite: true }
const subjects = (checks: readonly Check[]) => checks.map(({ subject, status }) => `${subject}: ${status}`)

const spent = (inputTokens: number, outputTokens = 100): GivenRun => ({
  values: { inputTokens, outputTokens, steps: 2, modelCalls: 2, toolCalls: 0, costUsd: inputTokens / 1e6 },
})
const cheap = times(20, () => spent(1000))
const accepted = {
  ...committedOf({
    successRatio: [times(20, () => 1)],
    inputTokens: [times(20, () => 1000)],
    outputTokens: [times(20, () => 100)],
    totalTokens: [times(20, () => 1100)],
    steps: [times(20, () => 2)],
    modelCalls: [times(20, () => 2)],
    toolCalls: [times(20, () => 0)],
    costUsd: [times(20, () => 0.001)],
  }),
}

describe('judge', () => {
  test('passes an execution whose thresholds hold, and keeps every check', () => {
    const verdict = judge(measured(cheap, { thresholds: { totalTokens: { max: 1100 } } }), alone)
    expect(verdict.status).toBe('pass')
    expect(subjects(verdict.checks)).toEqual(['tokens max: pass', 'success: pass'])
    expect(verdict.findings).toEqual([])
  })

  test('judges the scenario by its thresholds and each category by its own', () => {
    const cases: Case[] = [
      { name: 'a', input: 1, category: 'simple' },
      { name: 'b', input: 2, category: 'hard' },
    ]
    const runs = times(20, (position) => ({ ...spent(position % 2 === 0 ? 10 : 5000), caseIndex: position % 2 }))
    const options: Plannable = {
      thresholds: { inputTokens: { mean: 3000 } },
      categories: { hard: { inputTokens: { max: 4000 } }, simple: { inputTokens: { max: 100 } } },
    }
    const verdict = judge(measured(runs, options, cases), alone)
    expect(subjects(verdict.checks)).toEqual([
      'input tokens mean: pass',
      'success: pass',
      'input tokens max in simple: pass',
      'input tokens max in hard: fail',
    ])
    expect(verdict.status).toBe('fail')
  })

  test('a case of a category with a success of its own is judged by that alone', () => {
    const cases: Case[] = [
      { name: 'a', input: 1 },
      { name: 'b', input: 2, category: 'hopeless' },
    ]
    const runs = times(
      20,
      (position): GivenRun => ({ caseIndex: position % 2, outcome: position % 2 === 0 ? 'ok' : 'wrong' }),
    )
    const judged = (categories: Plannable['categories']) =>
      judge(measured(runs, { thresholds: { successRatio: 0.5 }, categories }, cases), alone)
    expect(judged({ hopeless: { successRatio: 0 } }).status).toBe('pass')
    expect(subjects(judged({}).checks)).toEqual(['success: pass', 'case "b": fail'])
  })

  test('what a provider refused says nothing else, and not again that runs broke on it', () => {
    const refused = {
      ...measured([{ outcome: 'error' }], { runs: 20, thresholds: { steps: { max: 1 } } }),
      checks: [refusal],
      warnings: [warning, broke],
    }
    expect(judge(refused, { ...alone, baseline: accepted, mayWrite: false })).toEqual({
      status: 'fail',
      checks: [refusal],
      warnings: [warning],
      findings: [],
    })
  })

  test('so does a mistake in the test that ended it', () => {
    const mistake: Check = { status: 'fail', code: 'mistake', subject: 'setup', message: 'setup() threw.' }
    const broken = { ...measured([{}], { runs: 20, thresholds: { steps: { max: 1 } } }), checks: [mistake] }
    expect(judge(broken, { ...alone, baseline: accepted }).checks).toEqual([mistake])
  })

  test('checks and warnings that arose while it ran are part of it', () => {
    const open: Check = { status: 'fail', code: 'openStream', subject: 'open streams', message: 'Left open.' }
    const verdict = judge({ ...measured(cheap), checks: [open], warnings: [warning] }, alone)
    expect(subjects(verdict.checks)).toEqual(['open streams: fail', 'success: pass'])
    expect(verdict).toMatchObject({ status: 'fail', warnings: [warning] })
  })

  describe('of fewer samples than planned', () => {
    const of = (ok: number, broken: number, planned: number) =>
      judge(
        measured([...times(ok, () => ({})), ...times(broken, (): GivenRun => ({ outcome: 'infrastructure' }))], {
          runs: planned,
        }),
        alone,
      ).checks.find(({ code }) => code === 'tooFewSamples')

    test('half are enough', () => {
      expect(of(10, 0, 20)).toBeUndefined()
      expect(of(10, 10, 20)).toBeUndefined()
    })

    test('under half fail', () => {
      expect(of(9, 0, 20)).toMatchObject({
        status: 'fail',
        value: 9,
        bound: 10,
        message: '9 of 20 planned runs can be judged, under half of them.',
      })
    })

    test('what the infrastructure broke is no sample, and is told', () => {
      expect(of(9, 11, 20)?.message).toBe(
        '9 of 20 planned runs can be judged, under half of them (11 broke on the infrastructure).',
      )
    })

    test('not one is too few', () => {
      expect(of(0, 0, 1)?.status).toBe('fail')
    })
  })

  describe('deferred', () => {
    const lacking = measured([spent(9000)], { runs: 10, thresholds: { steps: { max: 1 } } })
    const verdict = judge(lacking, { baseline: accepted, acceptWorse: false, mayWrite: false, deferred: true })

    test('leaves thresholds and baseline to matchers, and keeps the findings for them', () => {
      expect(subjects(verdict.checks)).toEqual(['samples: fail'])
      expect(verdict.findings.some(({ status }) => status === 'worse')).toBe(true)
    })
  })
})

describe('against a baseline', () => {
  const against = (runs: readonly GivenRun[], baseline: Baseline, more: Partial<Acceptance> = {}) =>
    judge(measured(runs), { ...alone, baseline, ...more })
  const regressions = (checks: readonly Check[]) => checks.filter(({ code }) => code === 'regression')

  test('what is the same passes', () => {
    const verdict = against(cheap, accepted)
    expect(verdict.status).toBe('pass')
    expect(regressions(verdict.checks)).toEqual([])
    expect(
      verdict.findings.filter(({ metric }) => metric !== 'workingMs').every(({ status }) => status === 'same'),
    ).toBe(true)
  })

  test('a regression fails, with the old, the new and the evidence', () => {
    expect(
      regressions(
        against(
          times(20, () => spent(1400)),
          accepted,
        ).checks,
      ),
    ).toEqual([
      {
        status: 'fail',
        code: 'regression',
        subject: 'input tokens against baseline',
        metric: 'inputTokens',
        severity: 'medium',
        value: 1400,
        bound: 1000,
        unit: 'tokens',
        message: 'input tokens got worse: 1,000 tokens → 1,400 tokens (+40.0%), no run varies, 20 runs against 20.',
        remedy: expect.stringContaining('`-u`'),
      },
    ])
  })

  test('a regression of one case names it', () => {
    const ofCase = { position: 1, baseline: 100, candidate: 400, changeRatio: 3 }
    const lines = { baseline: { n: 20, location: 100 }, candidate: { n: 20, location: 106 } }
    const told = (status: 'worse' | 'unclear') =>
      checkFindings([{ metric: 'workingMs', status, ...lines, p: 1e-6, ofCase }], true, ['first', 'second'])[0]
    expect(told('worse')).toMatchObject({ value: 400, bound: 100 })
    expect(told('worse')?.message).toContain('working time got worse in case second: 100 ms → 400 ms (+300.0%)')
    expect(told('unclear')?.message).toContain('working time looks worse in case second: 100 ms → 400 ms (+300.0%)')
  })

  test('what follows from it is in the findings, but is no second regression', () => {
    const { findings, checks } = against(
      times(20, () => spent(1400)),
      accepted,
    )
    const worse = findings.filter(({ status }) => status === 'worse').map(({ metric }) => metric)
    expect(worse).toEqual(['inputTokens', 'totalTokens', 'costUsd'])
    expect(subjects(regressions(checks))).toEqual(['input tokens against baseline: fail'])
  })

  test('steps that make more model and tool calls are one regression', () => {
    const longer = times(20, () => ({ values: { ...spent(1000).values, steps: 3, modelCalls: 3, toolCalls: 1 } }))
    expect(subjects(regressions(against(longer, accepted).checks))).toEqual(['steps against baseline: fail'])
  })

  test('total tokens and cost are told where neither part got worse by itself', () => {
    const dearer = times(20, () => ({ values: { ...spent(1000).values, costUsd: 0.002 } }))
    expect(subjects(regressions(against(dearer, accepted).checks))).toEqual(['cost against baseline: fail'])
    const finding = (metric: BaselineMetric, status: Finding['status']): Finding => ({
      metric,
      status,
      baseline: { n: 20, location: 1 },
      candidate: { n: 20, location: 2 },
    })
    const better = [finding('totalTokens', 'worse'), finding('inputTokens', 'better')]
    expect(subjects(checkFindings(better, true, []))).toEqual(['tokens against baseline: fail'])
  })

  test('evidence from noise is a probability', () => {
    const varying = (factor: number) => times(20, (position) => factor * (1000 + ((position * 7) % 20) * 10))
    const past = historyOf(...times(5, () => pastExecution({ inputTokens: [varying(1)] })))
    const [check] = regressions(
      against(
        varying(1.5).map((inputTokens) => ({ values: { inputTokens } })),
        past,
      ).checks,
    )
    expect(check?.message).toMatch(
      /^input tokens got worse: 1,094 tokens → 1,64\d tokens \(\+50\.0%\), p <0\.001, 20 runs against 100\.$/,
    )
  })

  test('success is told in percentage points', () => {
    const failing = times(20, (position): GivenRun => ({ ...spent(1000), outcome: position < 12 ? 'wrong' : 'ok' }))
    const { checks } = judge(measured(failing, { thresholds: { successRatio: 0 } }), { ...alone, baseline: accepted })
    expect(regressions(checks)).toMatchObject([
      {
        metric: 'successRatio',
        message: expect.stringContaining('success got worse: 100% → 40.0% (-60.0 points), p '),
      },
    ])
  })

  test('an accepted regression fails nothing', () => {
    const verdict = against(
      times(20, () => spent(1400)),
      accepted,
      { acceptWorse: true },
    )
    expect(verdict.status).toBe('pass')
    expect(verdict.findings.filter(({ status }) => status === 'accepted').map(({ metric }) => metric)).toEqual([
      'inputTokens',
      'totalTokens',
      'costUsd',
    ])
  })

  test('accepting a regression accepts no broken threshold', () => {
    const runs = measured(
      times(20, () => spent(1400)),
      { thresholds: { inputTokens: { max: 1200 } } },
    )
    const verdict = judge(runs, { baseline: accepted, acceptWorse: true, mayWrite: true })
    expect(verdict.status).toBe('fail')
    expect(subjects(verdict.checks)).toContain('input tokens max: fail')
  })

  test('an improvement passes', () => {
    const verdict = against(
      times(20, () => spent(500)),
      accepted,
    )
    expect(verdict.status).toBe('pass')
    expect(verdict.findings.find(({ metric }) => metric === 'inputTokens')?.status).toBe('better')
  })
})

describe('a missing baseline', () => {
  const empty: Baseline = { history: [], environmentKey: 'ubuntu24' }
  const missing = (more: Partial<Acceptance>, comparability = same) =>
    judge({ ...measured(cheap), comparability }, { ...alone, ...more })

  test('is nothing to decide about where it may be written', () => {
    expect(missing({ baseline: empty }).status).toBe('pass')
  })

  test('is inconclusive where it may not', () => {
    const verdict = missing({ baseline: empty, mayWrite: false })
    expect(verdict.status).toBe('inconclusive')
    expect(verdict.checks.find(({ code }) => code === 'missingBaseline')).toMatchObject({
      status: 'inconclusive',
      subject: 'baseline',
      message: 'There is no baseline to compare with.',
      remedy: expect.stringContaining('__bench__/'),
    })
  })

  test('so is one that may not be compared with, and the reason is told', () => {
    const verdict = missing({ baseline: accepted, mayWrite: false }, { ...same, cases: 'edited' })
    expect(verdict.status).toBe('inconclusive')
    expect(verdict.checks.at(-1)?.message).toBe(
      'There is no baseline to compare with: the cases changed, so this counts as new.',
    )
  })

  test('a machine without a history is not missing one: the agent was compared', () => {
    const verdict = missing({ baseline: accepted, mayWrite: false })
    expect(verdict.status).toBe('pass')
    expect(verdict.findings.find(({ metric }) => metric === 'workingMs')?.status).toBe('notJudged')
  })

  test('nor is it missing when one metric is new among others', () => {
    const finding = (status: Finding['status'], metric: BaselineMetric): Finding => ({
      metric,
      status,
      candidate: { n: 1, location: 1 },
    })
    expect(checkFindings([finding('same', 'steps'), finding('new', 'costUsd')], false, [])).toEqual([])
    expect(checkFindings([finding('new', 'costUsd'), finding('notJudged', 'workingMs')], false, [])).toHaveLength(1)
  })

  test('where nothing is to be compared nothing is missing', () => {
    expect(missing({ mayWrite: false }).status).toBe('pass')
  })

  test('a broken threshold outweighs it', () => {
    const runs = measured(cheap, { thresholds: { steps: { max: 1 } } })
    expect(judge(runs, { baseline: empty, acceptWorse: false, mayWrite: false }).status).toBe('fail')
  })
})

describe('describeMetric', () => {
  test.for<[BaselineMetric, string, string]>([
    ['workingMs', 'working time', 'ms'],
    ['totalTokens', 'tokens', 'tokens'],
    ['successRatio', 'success', 'ratio'],
    ['scores.polite', 'score polite', 'score'],
    ['scores.scores.odd', 'score scores.odd', 'score'],
  ])('%s is called "%s", in %s', ([metric, label, unit]) => {
    expect(describeMetric(metric)).toEqual({ label, unit })
  })
})

describe('sensitivity', () => {
  const finding = (metric: BaselineMetric, detectableRatio?: number): Finding => ({
    metric,
    status: 'same',
    candidate: { n: 1, location: 1 },
    detectableRatio,
  })

  test('tells what would have been found, by metric', () => {
    const text = sensitivity([finding('workingMs', 0.193), finding('steps', 0.05), finding('costUsd')])
    expect(text).toContain('9 of 10')
    expect(text).toContain('working time +19.3%')
    expect(text).toContain('steps +5.0%')
    expect(text).not.toContain('cost')
  })

  test('is silent where nothing was compared', () => {
    expect(sensitivity([])).toBeUndefined()
    expect(sensitivity([finding('costUsd')])).toBeUndefined()
  })
})
