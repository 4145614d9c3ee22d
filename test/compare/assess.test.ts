import { describe, expect, test } from 'vitest'
import { type ContestSteps, evidence, findingOf, isSuspect } from '../../src/compare/assess.ts'
import { type Contest, contestOf } from '../../src/compare/evidence/contest.ts'
import type { Baseline, MetricValues } from '../../src/domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../src/domain/finding.ts'
import { times } from '../domain/given.ts'
import { committedOf, drawing, find, historyOf, one, pastExecution, same } from './given.ts'

const steady = (value: number, count = 5) => times(count, () => value)
// Spreads by about 6%, without a tie.
const noisy = (factor: number, count = 20) =>
  times(count, (position) => 1000 * factor * (1 + ((position * 7) % count) / (5 * count) + position / 1e5))

function contest(metric: BaselineMetric, values: number[] | number[][], baseline: Baseline): Contest {
  const cases = values
    .map((value) => (typeof value === 'number' ? undefined : value))
    .filter((one) => one !== undefined)
  const found = contestOf(metric, cases.length > 0 ? cases : [values as number[]], same, baseline)
  if ('status' in found) throw new Error(`expected a contest, got ${found.status}`)
  return found
}

const steps = (more: Partial<ContestSteps> = {}): ContestSteps => ({
  planned: 20,
  fresh: 30,
  confirmation: () => 'agrees',
  isConfirmed: false,
  ...more,
})
const pastOf = (metric: BaselineMetric, make: (position: number) => number[], count = 6) =>
  historyOf(...times(count, (position) => pastExecution(one(metric, make(position)))))

describe('where no run varies', () => {
  const baseline = committedOf(one('totalTokens', steady(1000)))

  test.for([
    [1000, 'same'],
    [1050, 'same'],
    [1051, 'worse'],
    [5000, 'worse'],
    [950, 'same'],
    [949, 'better'],
  ] as const)('%d tokens after 1,000 are %s', ([value, status]) => {
    const finding = find(one('totalTokens', steady(value)), baseline)
    expect(finding).toMatchObject({ status, detectableRatio: 0.05, changeRatio: expect.closeTo(value / 1000 - 1, 12) })
    expect(finding.p).toBeUndefined()
  })

  test('where higher is better, less is worse', () => {
    const scores = committedOf(one('scores.polite', steady(0.8)))
    expect(find(one('scores.polite', steady(0.7)), scores)).toMatchObject({
      status: 'worse',
      changeRatio: expect.closeTo(-0.125, 12),
    })
    expect(find(one('scores.polite', steady(0.9)), scores).status).toBe('better')
    expect(find(one('scores.polite', steady(0.79)), scores).status).toBe('same')
  })

  test('cases of different size stay steady together', () => {
    const values = (factor: number): MetricValues => ({
      totalTokens: [steady(100 * factor), steady(4000 * factor), steady(70 * factor)],
    })
    expect(find(values(1), historyOf(pastExecution(values(1))))).toMatchObject({ status: 'same', changeRatio: 0 })
    expect(find(values(1.06), historyOf(pastExecution(values(1)))).status).toBe('worse')
    expect(find(values(1.06), committedOf(values(1))).status).toBe('worse')
  })

  test('a history of one level is as exact as a line', () => {
    const past = pastOf('steps', () => steady(2), 5)
    expect(find(one('steps', steady(2)), past)).toMatchObject({
      status: 'same',
      baseline: { n: 25, location: 2, within: 0 },
    })
    expect(find(one('steps', steady(3)), past)).toMatchObject({ status: 'worse', changeRatio: expect.closeTo(0.5, 12) })
  })

  test('what leaves 0 is beyond every tolerance', () => {
    const none = committedOf(one('toolCalls', steady(0)))
    const finding = find(one('toolCalls', steady(1)), none)
    expect(finding.status).toBe('worse')
    expect(finding.changeRatio).toBeUndefined()
    expect(find(one('toolCalls', steady(0)), none).status).toBe('same')
    expect(find(one('toolCalls', steady(0)), committedOf(one('toolCalls', steady(3)))).status).toBe('better')
  })

  test('no second look is needed', () => {
    expect(isSuspect(contest('totalTokens', steady(5000), baseline))).toBe(false)
  })

  test('a time is none of it: no machine is another day as fast to the last digit', () => {
    const finding = find(
      one('workingMs', steady(1060)),
      pastOf('workingMs', () => steady(1000)),
    )
    expect(finding).toMatchObject({ status: 'same', p: expect.closeTo(0.05, 1) })
    expect(finding.detectableRatio).toBeGreaterThan(0.1)
  })

  test('where executions differ though no run of them does, they are not steady', () => {
    const levels = [2, 3, 2, 2, 3, 2]
    const past = pastOf('steps', (position) => steady(levels[position] ?? 2))
    expect(find(one('steps', steady(2)), past).status).toBe('same')
    const third = find(one('steps', steady(3)), past)
    expect(third.status).toBe('same')
    expect(third.p).toBeGreaterThan(1e-4)
    expect(find(one('steps', steady(5, 20)), past).status).toBe('unclear')
    // Beyond four standard deviations of what they differ by no such difference counts any more.
    expect(find(one('steps', steady(6, 20)), past).status).toBe('worse')
  })
})

describe('where runs vary', () => {
  const past = pastOf('totalTokens', () => noisy(1))

  test.for([
    [1, 'same'],
    [1.07, 'same'],
    [1.2, 'worse'],
    [0.8, 'better'],
  ] as const)('%d times the level is %s', ([factor, status]) => {
    expect(find(one('totalTokens', noisy(factor)), past).status).toBe(status)
  })

  test('significant is not enough: under 10% it is no regression', () => {
    const finding = find(one('totalTokens', noisy(1.07)), past)
    expect(finding.p).toBeLessThan(1e-4)
    expect(finding).toMatchObject({ status: 'same', changeRatio: expect.closeTo(0.07, 2) })
  })

  test('large is not enough: what noise makes as often as that is no regression', () => {
    const wild = pastOf('totalTokens', () => [100, 200, 400, 800, 1600])
    const finding = find(one('totalTokens', [140, 280, 560, 1120, 2240]), wild)
    expect(finding.changeRatio).toBeCloseTo(0.4, 9)
    expect(finding.p).toBeGreaterThan(0.05)
    expect(finding.status).toBe('same')
  })

  test('what looks worse by half and more, and could be noise, is unclear', () => {
    const wild = pastOf('totalTokens', () => [100, 200, 400, 800, 1600], 10)
    const finding = find(one('totalTokens', [1000, 1150, 1300, 1450, 1600]), wild)
    expect(finding.p).toBeGreaterThan(1e-4)
    expect(finding.p).toBeLessThan(0.05)
    expect(finding.status).toBe('unclear')
  })

  test('an improvement has its own probability, of one in noise', () => {
    const { status, p } = find(one('totalTokens', noisy(0.8)), past)
    expect(status).toBe('better')
    expect(p).toBeLessThan(0.01)
  })

  test('an improvement that noise makes once in fifty is none', () => {
    const wild = pastOf('totalTokens', () => [100, 200, 400, 800, 1600], 10)
    expect(find(one('totalTokens', [100, 150, 200, 250, 300]), wild).status).toBe('same')
  })

  test('a case that got slower shows although cases differ by far more', () => {
    const values = (factor: number) => ({ totalTokens: [noisy(1), noisy(20 * factor), noisy(400 * factor)] })
    const cases = historyOf(...times(3, () => pastExecution(values(1))))
    expect(find(values(1), cases).status).toBe('same')
    expect(find(values(1.4), cases).status).toBe('worse')
  })

  test('one case that got worse is found, though the others got better', () => {
    const draw = drawing(9)
    const cases = (factor: number) => ({
      workingMs: times(5, (position) => draw.runs(10, 0.1, position === 3 ? factor : 0.9)),
    })
    const known = historyOf(...times(6, (session) => pastExecution(cases(0.9), { session: `${session}` })))
    expect(find(cases(0.9), known).status).toBe('same')
    const slower = find(cases(1.8), known)
    expect(slower).toMatchObject({ metric: 'workingMs', status: 'worse' })
    expect(slower.p).toBeLessThan(1e-4)
  })

  test('a spike moves nothing', () => {
    const spiked = noisy(1).map((value, run) => (run === 3 ? 50 * value : value))
    expect(find(one('totalTokens', spiked), past)).toMatchObject({ status: 'same', changeRatio: expect.closeTo(0, 1) })
  })

  test('ranks and location must agree on the direction', () => {
    // Most of the candidate is a little better; the others are so much worse that its location is.
    const mixed = noisy(1).map((value, run) => (run % 5 < 3 ? 0.8 : 3) * value)
    const finding = find(one('totalTokens', mixed), historyOf(pastExecution(one('totalTokens', noisy(1, 100)))))
    expect(finding.changeRatio).toBeGreaterThan(0.1)
    expect(finding.p).toBeGreaterThan(0.5)
    expect(finding.status).toBe('same')
  })

  test('what leaves 0 is found in noise too', () => {
    const none = pastOf('toolCalls', () => steady(0, 20), 5)
    const half = times(20, (position) => position % 2)
    const finding = find(one('toolCalls', half), none)
    expect(finding).toMatchObject({ status: 'worse', changeRatio: undefined, detectableRatio: undefined })
    expect(find(one('toolCalls', [1, ...steady(0, 19)]), none).status).toBe('same')
    const most = times(20, (position) => (position % 4 === 0 ? 0 : 1))
    expect(find(one('toolCalls', most), committedOf(one('toolCalls', steady(0, 20)))).status).toBe('worse')
  })

  test('scores of noise are worse when they are less', () => {
    const score = (level: number) => times(20, (position) => level + ((position * 7) % 20) / 100)
    const scores = pastOf('scores.polite', () => score(0.7))
    expect(find(one('scores.polite', score(0.5)), scores)).toMatchObject({
      status: 'worse',
      changeRatio: expect.closeTo(-0.25, 1),
    })
    expect(find(one('scores.polite', score(0.8)), scores).status).toBe('better')
  })
})

describe('times', () => {
  const draw = drawing(71)
  const at = (factor: number, sigma = 0.05) => draw.runs(20, sigma, factor)

  test('that lie within what past executions differ by are the same, though every rank says otherwise', () => {
    const apart = pastOf('workingMs', (position) => at([0.9, 1.2, 1, 1.25, 0.95, 1.1][position] ?? 1))
    const ranks = historyOf(pastExecution({ totalTokens: [[0.9, 1.2, 1, 1.25, 0.95].flatMap((one) => at(one))] }))
    expect(find(one('totalTokens', at(1.5)), ranks).status).toBe('worse')
    expect(find(one('workingMs', at(1.4)), apart).status).toBe('same')
    expect(find(one('workingMs', at(2.1)), apart).status).toBe('worse')
  })

  test('that grew by less than a millisecond are the same', () => {
    const quick = pastOf('workingMs', () => at(0.001))
    expect(find(one('workingMs', at(0.0015)), quick)).toMatchObject({
      status: 'same',
      changeRatio: expect.closeTo(0.5, 1),
    })
    expect(find(one('workingMs', at(0.003)), quick).status).toBe('worse')
  })

  test('of a millisecond or two cannot be seen to grow by less than one', () => {
    const { detectableRatio } = find(
      one('workingMs', at(0.002)),
      pastOf('workingMs', () => at(0.002)),
    )
    expect(detectableRatio).toBeGreaterThan(0.49)
    expect(detectableRatio).toBeLessThan(0.65)
  })

  test.for([
    [1, 1.4, 'same'],
    [1, 1.6, 'worse'],
    [2, 1.3, 'same'],
    [2, 1.5, 'worse'],
    [4, 1.18, 'same'],
    [4, 1.3, 'worse'],
    [5, 1.25, 'worse'],
  ] as const)('against %d executions: %d times the level is %s', ([executions, factor, status]) => {
    const baseline = { ...pastOf('workingMs', () => at(1, 0.02), executions), drift: { deviation: 0, sessions: 100 } }
    expect(find(one('workingMs', at(factor, 0.02)), baseline)).toMatchObject({ status, executions })
  })

  test('twice as long against a single execution is found, or unclear', () => {
    const single = (sigma: number) =>
      find(
        one('workingMs', at(2, sigma)),
        pastOf('workingMs', () => at(1, sigma), 1),
      ).status
    expect(single(0.1)).toBe('worse')
    expect(single(0.2)).toBe('worse')
    expect(['worse', 'unclear']).toContain(single(0.8))
  })

  test('are told without what their session lies off, and with it', () => {
    const baseline = {
      ...pastOf('workingMs', () => at(1)),
      shared: { shift: Math.log(1.3), variance: 0.01 ** 2 },
    }
    const slow = find(one('workingMs', at(1.3)), baseline)
    expect(slow).toMatchObject({
      status: 'same',
      sharedRatio: expect.closeTo(0.3, 9),
      changeRatio: expect.closeTo(0.3, 1),
    })
    expect(
      find(
        one('workingMs', at(1.3)),
        pastOf('workingMs', () => at(1)),
      ).status,
    ).toBe('worse')
    expect(find(one('workingMs', at(1.9)), baseline)).toMatchObject({
      status: 'worse',
      sharedRatio: expect.closeTo(0.3, 9),
    })
    // Who did not slow down with the others got better.
    expect(find(one('workingMs', at(0.95)), baseline).status).toBe('better')
  })
})

describe('a single run', () => {
  test('against a single run says nothing about noise', () => {
    expect(find(one('totalTokens', [2000]), committedOf(one('totalTokens', [1000])))).toEqual({
      metric: 'totalTokens',
      status: 'notJudged',
      candidate: { n: 1, location: 2000, within: undefined },
      reason: 'one run says nothing about noise; measure two or more',
    })
    expect(find(one('totalTokens', [2000]), historyOf(pastExecution(one('totalTokens', [1000])))).status).toBe(
      'notJudged',
    )
  })

  test('against runs that never vary is held to the same', () => {
    const baseline = committedOf(one('steps', steady(2)))
    expect(find(one('steps', [2]), baseline)).toMatchObject({ status: 'same', changeRatio: 0 })
    expect(find(one('steps', [3]), baseline)).toMatchObject({ status: 'worse', changeRatio: expect.closeTo(0.5, 12) })
  })

  test('is taken to spread as the baseline does', () => {
    const baseline = committedOf(one('totalTokens', noisy(1)))
    expect(find(one('totalTokens', [1150]), baseline).status).toBe('same')
    expect(find(one('totalTokens', [2000]), baseline).status).toBe('worse')
  })

  test('or two, too few for ranks, are judged by their location', () => {
    const past = pastOf('totalTokens', () => noisy(1))
    for (const count of [1, 2]) {
      expect(find(one('totalTokens', noisy(1, count)), past).status).toBe('same')
      expect(find(one('totalTokens', noisy(5, count)), past).status).toBe('worse')
    }
  })
})

describe('where only the committed line is known', () => {
  test('what executions differed by before counts', () => {
    const wide = { ...same, metrics: { totalTokens: { n: 20, location: 1000, within: 0.1, between: 0.3 } } }
    const narrow = { ...same, metrics: { totalTokens: { n: 20, location: 1000, within: 0.1, between: 0.02 } } }
    const against = (entry: typeof wide) =>
      find(one('totalTokens', noisy(1.5)), { entry, history: [], environmentKey: 'here' })
    expect(against(narrow).status).toBe('worse')
    expect(against(wide).status).not.toBe('worse')
    expect(against(wide).detectableRatio).toBeGreaterThan(2 * (against(narrow).detectableRatio ?? 0))
  })

  const baseline = committedOf(one('totalTokens', noisy(1)))

  test.for([
    [1, 'same'],
    [1.09, 'same'],
    [1.3, 'worse'],
    [0.7, 'better'],
  ] as const)('%d times the line is %s', ([factor, status]) => {
    expect(find(one('totalTokens', noisy(factor)), baseline)).toMatchObject({ status, executions: 1 })
  })
})

describe('a second look', () => {
  const past = pastOf('totalTokens', () => noisy(1))

  test('is wanted where it looks worse by more than 5%, with a p below 5%', () => {
    expect(isSuspect(contest('totalTokens', noisy(1.07), past))).toBe(true)
    expect(isSuspect(contest('totalTokens', noisy(1.04), past))).toBe(false)
    expect(isSuspect(contest('totalTokens', noisy(0.8), past))).toBe(false)
    expect(isSuspect(contest('totalTokens', [1200], past))).toBe(false)
  })

  test('decides: without it nothing is worse', () => {
    const given = contest('totalTokens', noisy(1.3), past)
    expect(findingOf(given, steps()).status).toBe('worse')
    expect(findingOf(given, steps({ confirmation: () => 'differs' })).status).toBe('same')
    const doubled = contest('totalTokens', noisy(2), past)
    expect(findingOf(doubled, steps({ confirmation: () => 'differs' })).status).toBe('unclear')
  })

  test('is not asked where nothing is worse', () => {
    const never = () => {
      throw new Error('asked')
    }
    expect(findingOf(contest('totalTokens', noisy(1.05), past), steps({ confirmation: never })).status).toBe('same')
  })

  test('lets smaller worsenings be seen', () => {
    const wild = (position: number) => times(20, (run) => 500 + (((run + position) * 37) % 101) * 10)
    const given = contest('totalTokens', wild(3), pastOf('totalTokens', wild))
    const [once = Number.NaN, twice = Number.NaN] = [0, 30].map(
      (fresh) => findingOf(given, steps({ fresh })).detectableRatio,
    )
    expect(twice).toBeLessThan(once)
  })
})

describe('success', () => {
  const runs = (ok: number, failed: number) => one('successRatio', [...steady(1, ok), ...steady(0, failed)])

  // Python: scipy.stats.fisher_exact([[failed, 10 - failed], [0, 10]], alternative='greater').pvalue
  test.for([
    [0, 'same', 1],
    [6, 'unclear', 0.005_417_956_656],
    [8, 'unclear', 0.000_357_227_912],
    [9, 'worse', 5.953_798_522e-5],
    [10, 'worse', 5.412_544_112e-6],
  ] as const)('%d failures of 10, after 10 of 10, are %s', ([failed, status, p]) => {
    const finding = find(runs(10 - failed, failed), committedOf(runs(10, 0)))
    expect(finding.status).toBe(status)
    expect(finding.p).toBeCloseTo(p, 10)
  })

  test('is judged by chance though no run varies: two that fail after two that did not are no proof', () => {
    expect(find(runs(0, 2), committedOf(runs(2, 0))).status).toBe('same')
    expect(find(runs(0, 1), committedOf(runs(20, 0))).status).toBe('unclear')
  })

  test('the executions of the history count together', () => {
    const past = historyOf(...times(10, () => pastExecution(runs(20, 0))))
    expect(find(runs(18, 2), past)).toMatchObject({ status: 'same', changeRatio: expect.closeTo(-0.1, 9) })
    expect(find(runs(16, 4), past)).toMatchObject({ status: 'worse', baseline: { n: 200 } })
    expect(isSuspect(contest('successRatio', [...steady(1, 18), 0, 0], past))).toBe(true)
  })

  test('more of it is better', () => {
    expect(find(runs(20, 0), committedOf(runs(8, 12))).status).toBe('better')
  })

  test('one dead case of forty is news', () => {
    const cases = (dead: number, count: number) => ({
      successRatio: times(40, (position) => steady(position === dead ? 0 : 1, count)),
    })
    const past = historyOf(...times(10, () => pastExecution(cases(-1, 5))))
    expect(isSuspect(contest('successRatio', cases(7, 5).successRatio, past))).toBe(true)
    const finding = find(cases(7, 12), past)
    expect(finding).toMatchObject({ status: 'worse', changeRatio: expect.closeTo(-0.025, 9) })
    expect(finding.p).toBeLessThan(1e-4)
    expect(find(cases(-1, 12), past).status).toBe('same')
  })

  test('a dead case that was dead before is none', () => {
    const cases = { successRatio: times(40, (position) => steady(position === 7 ? 0 : 1, 5)) }
    expect(find(cases, historyOf(...times(10, () => pastExecution(cases)))).status).toBe('same')
  })

  test('of a case that one side lacks is none of it', () => {
    const past = historyOf(...times(10, () => pastExecution({ successRatio: [steady(1, 20), steady(0, 20)] })))
    const finding = find({ successRatio: [steady(1, 20), []] }, past)
    expect(finding).toMatchObject({ status: 'same', changeRatio: 0, baseline: { n: 200, location: 1 } })
  })

  test('what would be found is a share of the baseline, and twice as sure where cases are tested, too', () => {
    const seen = (cases: number, count: number) => {
      const values = { successRatio: times(cases, () => steady(1, count)) }
      return find(values, historyOf(...times(10, () => pastExecution(values)))).detectableRatio ?? Number.NaN
    }
    expect(seen(1, 20)).toBeGreaterThan(0.15)
    expect(seen(1, 20)).toBeLessThan(0.3)
    expect(seen(4, 5)).toBeGreaterThanOrEqual(seen(1, 20))
    const failing = runs(0, 20)
    expect(find(failing, historyOf(pastExecution(failing))).detectableRatio).toBeUndefined()
  })

  test('has evidence of its own: neither shift nor noise tells of it', () => {
    const given = contest('successRatio', [...steady(1, 5), ...steady(0, 5)], committedOf(runs(10, 0)))
    expect(given.noise).toBeUndefined()
    expect(evidence(given, false).worse).toBeCloseTo(0.016_253_869_97, 10)
  })
})

describe('what could be seen is seen', () => {
  /** The share of executions that are worse by `factor`, measured twice where that is asked for. */
  function share(sigma: number, factor: number, seed: number, executions = 8) {
    const draw = drawing(seed)
    const findings: Finding[] = times(300, () => {
      const past = historyOf(...times(executions, () => pastExecution(one('totalTokens', draw.runs(20, sigma)))))
      const planned = draw.runs(20, sigma, factor)
      if (!isSuspect(contest('totalTokens', planned, past))) return find(one('totalTokens', planned), past)
      const fresh = draw.runs(30, sigma, factor)
      return find(one('totalTokens', [...planned, ...fresh]), past, { fresh: one('totalTokens', fresh) })
    })
    const ratios = findings.map(({ detectableRatio = Number.NaN }) => detectableRatio).sort((a, b) => a - b)
    return {
      worse: findings.filter(({ status }) => status === 'worse').length / findings.length,
      seen: ratios[findings.length / 2] ?? Number.NaN,
    }
  }

  // 90% are promised; 300 executions tell it to ±1.7%.
  test.for([0.1, 0.35, 0.8] as const)('at a deviation of %d', (sigma) => {
    const { seen, worse: falseAlarms } = share(sigma, 1, 72)
    const { worse } = share(sigma, 1 + seen, 73)
    expect(falseAlarms).toBe(0)
    expect(worse).toBeGreaterThanOrEqual(0.85)
    expect(worse).toBeLessThanOrEqual(0.95)
  })
})
