import { describe, expect, test } from 'vitest'
import { checkFindings, judge, sensitivity } from '../../../src/compare/judge.ts'
import { insensitiveFindings } from '../../../src/compare/power/insensitive.ts'
import type { Asked, Finding } from '../../../src/domain/finding.ts'
import { samplesOf, summaryOf, times } from '../../domain/given.ts'
import { planOf } from '../../run/plans.ts'
import { drawing, historyOf, one, pastExecution, same } from '../given.ts'

const line = { n: 20, location: 100, within: 0.2 }

function finding(asked: Partial<Asked> | undefined, more: Partial<Finding> = {}): Finding {
  return {
    metric: 'workingMs',
    status: 'same',
    baseline: line,
    candidate: line,
    detectableRatio: 0.38,
    asked: asked === undefined ? undefined : { ratio: 0.2, planned: 20, ...asked },
    ...more,
  }
}

describe('a finding', () => {
  const metrics = (...findings: Finding[]) => insensitiveFindings(findings).map(({ metric }) => metric)

  test('would miss what is asked when that takes more runs, a better baseline, or what no number of runs gives', () => {
    expect(metrics(finding({ runs: 64 }))).toEqual(['workingMs'])
    expect(metrics(finding({ runs: 12, executions: 10 }))).toEqual(['workingMs'])
    expect(metrics(finding({ hiddenBy: 'drift' }))).toEqual(['workingMs'])
  })

  test('would find it when the runs are enough, and where no run varies', () => {
    expect(metrics(finding({ runs: 20 }), finding({}))).toEqual([])
    expect(metrics(finding(undefined))).toEqual([])
  })

  test('that is unclear or got worse says so for itself', () => {
    for (const status of ['worse', 'unclear', 'better', 'accepted'] as const)
      expect(metrics(finding({ runs: 64 }, { status }))).toEqual([])
  })

  test('of latency is made good by the other test of it', () => {
    const byToken = (asked: Partial<Asked>) => finding(asked, { metric: 'workingPerOutputTokenMs' })
    expect(metrics(finding({ runs: 64 }), byToken({ runs: 10 }))).toEqual([])
    expect(metrics(finding({ runs: 10 }), byToken({ runs: 64 }))).toEqual([])
    expect(metrics(finding({ runs: 64 }), byToken({ runs: 40 }))).toEqual(['workingMs'])
    expect(metrics(byToken({ runs: 40 }))).toEqual(['workingPerOutputTokenMs'])
  })
})

describe('the check', () => {
  test('says what the runs find, what is asked, and how many runs find that', () => {
    expect(checkFindings([finding({ runs: 64 })], true, [])).toEqual([
      {
        status: 'inconclusive',
        code: 'insensitive',
        subject: 'working time against baseline',
        metric: 'workingMs',
        value: 0.38,
        bound: 0.2,
        unit: 'ratio',
        message: '20 runs of each case find working time +38.0% or more, and `detect` asks for +20.0%.',
        remedy: 'Plan 64 runs of each case.',
      },
    ])
  })

  test('says when the runs find nothing', () => {
    const [check] = checkFindings([finding({ hiddenBy: 'noise' }, { detectableRatio: undefined })], true, [])
    expect(check?.message).toBe('20 runs of each case find no worsening of working time, and `detect` asks for +20.0%.')
  })

  test('says nothing of what was never compared', () => {
    const unknown: Finding = { metric: 'workingMs', status: 'notJudged', candidate: line, reason: 'no history' }
    expect(checkFindings([unknown, { ...unknown, status: 'new' }], true, [])).toEqual([])
  })
})

describe('the remedy', () => {
  const remedy = (asked: Partial<Asked>, more: Partial<Finding> = {}) =>
    checkFindings([finding(asked, more)], true, [])[0]?.remedy

  test('for a thin baseline is to let it grow', () => {
    expect(remedy({ runs: 20, executions: 5 }, { executions: 4 })).toBe(
      'Let 1 more execution be accepted: the baseline is too thin to tell.',
    )
    expect(remedy({ runs: 30, executions: 10 }, { executions: 2 })).toBe(
      'Plan 30 runs of each case, and let 10 such executions be accepted: the baseline is too thin to tell.',
    )
  })

  test('for drift is what has less of it', () => {
    expect(remedy({ hiddenBy: 'drift' })).toMatch(
      /^No number of runs finds it.* calmer machine, .*: `bench-agent ab --base REF`\.$/,
    )
    expect(remedy({ hiddenBy: 'drift' }, { metric: 'steps' })).not.toContain('machine')
  })

  test('for what is too small, or varies too much, is to ask for more', () => {
    expect(remedy({ hiddenBy: 'smallestEffect' })).toContain('nothing up to 10.0% or 1 ms is called a regression')
    expect(remedy({ hiddenBy: 'smallestEffect' }, { metric: 'steps' })).toContain('nothing up to 10.0% is called')
    expect(remedy({ hiddenBy: 'noise' })).toContain('Ask for more')
  })
})

test('what would have been found comes with the runs that find what is asked', () => {
  expect(sensitivity([finding({ runs: 64 })])).toBe(
    'Would have found in 9 of 10 executions: working time +38.0% (+20.0% takes 64 runs of each case).',
  )
  expect(sensitivity([finding({ hiddenBy: 'drift' })])).toBe(
    'Would have found in 9 of 10 executions: working time +38.0%.',
  )
})

describe('an execution', () => {
  const draw = drawing(2)
  const past = historyOf(
    ...times(10, (session) => pastExecution(one('workingMs', draw.runs(20, 0.4)), { session: `${session}` })),
  )
  const runs = draw.runs(20, 0.4).map((endedAtMs) => ({ endedAtMs }))

  const verdictOn = (detect: object, baseline = past) =>
    judge(
      {
        plan: planOf({ runs: 20, detect }),
        samples: samplesOf(runs),
        summary: summaryOf(runs),
        comparability: same,
        checks: [],
        warnings: [],
      },
      { baseline, acceptWorse: false, mayWrite: true },
    )

  test('that would miss what is asked is inconclusive', () => {
    const { status, checks, findings } = verdictOn({ latencyMs: 0.2 })
    expect(status).toBe('inconclusive')
    expect(checks.map(({ code }) => code)).toContain('insensitive')
    expect(findings.find(({ metric }) => metric === 'workingMs')?.asked).toMatchObject({ ratio: 0.2, planned: 20 })
  })

  test('that would find it passes, and so does one of which nothing is asked', () => {
    expect(verdictOn({ latencyMs: 2 }).status).toBe('pass')
    expect(verdictOn({}).status).toBe('pass')
  })

  test('without a baseline says nothing of it', () => {
    expect(verdictOn({ latencyMs: 0.2 }, historyOf()).checks.map(({ code }) => code)).not.toContain('insensitive')
  })

  test('whose runs do not tell what is asked is inconclusive', () => {
    const { checks } = verdictOn({ latencyMs: 2, ttftMs: 0.2 })
    expect(checks.filter(({ status }) => status === 'inconclusive')).toMatchObject([
      {
        code: 'insensitive',
        metric: 'ttftMs',
        message: 'No run told its TTFT, so that no worsening of it can be found, and `detect` asks for +20.0%.',
      },
    ])
  })
})
