import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareWithBaseline } from '../../src/compare/regression.ts'
import type { Baseline, Comparability, MetricValues } from '../../src/domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../src/domain/finding.ts'
import { times } from '../domain/given.ts'
import { committedOf, drawing, environmentKey, historyOf, one, pastExecution, same } from './given.ts'

/** The only finding. */
function find(values: MetricValues, baseline: Baseline, candidate: Comparability = same): Finding {
  const [finding, ...rest] = compareWithBaseline(values, candidate, baseline)
  if (finding === undefined || rest.length > 0) throw new Error(`expected one finding, got ${rest.length + 1}`)
  return finding
}

const steady = (value: number, count = 5) => times(count, () => value)
// Spreads by about 6%, without a tie.
const noisy = (factor: number, count = 20) =>
  times(count, (position) => 1000 * factor * (1 + ((position * 7) % count) / (5 * count) + position / 1e5))

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
    expect(finding).toMatchObject({ status, detectableRatio: 0.05, changeRatio: value / 1000 - 1 })
    expect(finding.p).toBeUndefined()
  })

  test('where higher is better, less is worse', () => {
    const scores = committedOf(one('scores.polite', steady(0.8)))
    expect(find(one('scores.polite', steady(0.7)), scores).status).toBe('worse')
    expect(find(one('scores.polite', steady(0.9)), scores).status).toBe('better')
    expect(find(one('scores.polite', steady(0.79)), scores).status).toBe('same')
  })

  test('cases of different size stay steady together', () => {
    const values = (factor: number) => ({
      totalTokens: [steady(100 * factor), steady(4000 * factor), steady(70 * factor)],
    })
    expect(find(values(1), committedOf(values(1)))).toMatchObject({ status: 'same', changeRatio: 0 })
    expect(find(values(1.06), committedOf(values(1))).status).toBe('worse')
  })

  test('a history of one level is as exact as a line', () => {
    const past = historyOf(...times(5, () => pastExecution(one('steps', steady(2)))))
    expect(find(one('steps', steady(2)), past)).toMatchObject({
      status: 'same',
      baseline: { n: 25, location: 2, within: 0 },
    })
    expect(find(one('steps', steady(3)), past)).toMatchObject({ status: 'worse', changeRatio: 0.5 })
  })

  test('what leaves 0 is beyond every tolerance', () => {
    const none = committedOf(one('toolCalls', steady(0)))
    const finding = find(one('toolCalls', steady(1)), none)
    expect(finding.status).toBe('worse')
    expect(finding.changeRatio).toBeUndefined()
    expect(find(one('toolCalls', steady(0)), none).status).toBe('same')
    expect(find(one('toolCalls', steady(0)), committedOf(one('toolCalls', steady(3)))).status).toBe('better')
  })
})

describe('where runs vary and their values are known', () => {
  const past = historyOf(...times(5, () => pastExecution(one('workingMs', noisy(1)))))

  test.for([
    [1, 'same'],
    [1.07, 'same'],
    [1.2, 'worse'],
    [0.8, 'better'],
  ] as const)('%d times the level is %s', ([factor, status]) => {
    expect(find(one('workingMs', noisy(factor)), past).status).toBe(status)
  })

  test('significant is not enough: under 10% it is no regression', () => {
    const finding = find(one('workingMs', noisy(1.07)), past)
    expect(finding.p).toBeLessThan(0.01)
    expect(finding).toMatchObject({ status: 'same', changeRatio: expect.closeTo(0.07, 2) })
  })

  test('large is not enough: what noise makes as often as that is no regression', () => {
    const wild = historyOf(...times(5, () => pastExecution(one('workingMs', [100, 200, 400, 800, 1600]))))
    const finding = find(one('workingMs', [150, 300, 600, 1200, 2400]), wild)
    expect(finding.changeRatio).toBeGreaterThan(0.4)
    expect(finding.p).toBeGreaterThan(0.01)
    expect(finding.status).toBe('same')
  })

  test('what lies within what past executions differ by is the same, though every rank says otherwise', () => {
    const apart = historyOf(
      ...[0.9, 1.2, 1, 1.25, 0.95].map((factor) => pastExecution(one('workingMs', noisy(factor)))),
    )
    const ranks = historyOf(
      pastExecution({ workingMs: [[0.9, 1.2, 1, 1.25, 0.95].flatMap((factor) => noisy(factor))] }),
    )
    expect(find(one('workingMs', noisy(1.3)), ranks).status).toBe('worse')
    expect(find(one('workingMs', noisy(1.3)), apart)).toMatchObject({ status: 'same', p: expect.closeTo(0.1, 1) })
    expect(find(one('workingMs', noisy(2.1)), apart).status).toBe('worse')
  })

  test('an improvement has its own probability, of one in noise', () => {
    const apart = historyOf(...[0.95, 1.1, 1].map((factor) => pastExecution(one('workingMs', noisy(factor)))))
    const { status, p } = find(one('workingMs', noisy(0.8)), apart)
    expect(status).toBe('better')
    expect(p).toBeGreaterThan(1e-4)
    expect(p).toBeLessThan(0.01)
  })

  test('ranks and location must agree on the direction', () => {
    // Most of the candidate is better; one case, which counts as much as the other, makes its location worse.
    const mixed = historyOf(pastExecution({ totalTokens: [noisy(1, 100), [1000, 1001]] }))
    const finding = find({ totalTokens: [noisy(0.8, 100), [1600, 1601]] }, mixed)
    expect(finding.changeRatio).toBeGreaterThan(0.1)
    expect(finding.p).toBeGreaterThan(0.5)
    expect(finding.status).toBe('same')
  })

  test('a case that got slower shows although cases differ by far more', () => {
    const values = (factor: number) => ({ workingMs: [noisy(1), noisy(20 * factor), noisy(400 * factor)] })
    const cases = historyOf(...times(3, () => pastExecution(values(1))))
    expect(find(values(1), cases).status).toBe('same')
    expect(find(values(1.4), cases).status).toBe('worse')
  })

  test('a time that grew by less than a millisecond is the same', () => {
    const short = (factor: number) => noisy(factor).map((value) => value / 1000)
    const quick = historyOf(...times(5, () => pastExecution(one('workingMs', short(1)))))
    expect(find(one('workingMs', short(1.5)), quick)).toMatchObject({
      status: 'same',
      changeRatio: expect.closeTo(0.5, 1),
    })
    expect(find(one('workingMs', short(3)), quick).status).toBe('worse')
  })

  test('runs so few that ranks can say nothing are judged by their location', () => {
    for (const count of [1, 2]) {
      expect(find(one('workingMs', noisy(1, count)), past).status).toBe('same')
      const finding = find(one('workingMs', noisy(5, count)), past)
      expect(finding.status).toBe('worse')
      expect(finding.p).toBeLessThan(0.01)
    }
  })

  test('what leaves 0 is found in noise too', () => {
    const none = historyOf(...times(5, () => pastExecution(one('toolCalls', steady(0, 20)))))
    const half = times(20, (position) => position % 2)
    expect(find(one('toolCalls', half), none)).toMatchObject({
      status: 'worse',
      changeRatio: undefined,
      detectableRatio: undefined,
    })
    expect(find(one('toolCalls', [1, ...steady(0, 19)]), none).status).toBe('same')
    expect(find(one('toolCalls', half), committedOf(one('toolCalls', steady(0, 20)))).status).toBe('worse')
  })
})

describe('where only the committed line is known', () => {
  const baseline = committedOf(one('totalTokens', noisy(1)))

  test.for([
    [1, 'same'],
    [1.09, 'same'],
    [1.3, 'worse'],
    [0.7, 'better'],
  ] as const)('%d times the line is %s', ([factor, status]) => {
    expect(find(one('totalTokens', noisy(factor)), baseline).status).toBe(status)
  })

  test('the history comes first', () => {
    const both = { ...baseline, history: [pastExecution(one('totalTokens', noisy(1.5)))] }
    expect(find(one('totalTokens', noisy(1.5)), both).status).toBe('same')
    expect(find(one('totalTokens', noisy(1)), both).status).toBe('better')
  })

  test('what executions differ by counts as noise', () => {
    const line = baseline.entry?.metrics.totalTokens
    if (baseline.entry === undefined || line === undefined) throw new Error('expected a line')
    const wide: Baseline = {
      ...baseline,
      entry: { ...baseline.entry, metrics: { totalTokens: { ...line, between: 0.2 } } },
    }
    expect(find(one('totalTokens', noisy(1.3)), baseline).status).toBe('worse')
    expect(find(one('totalTokens', noisy(1.3)), wide)).toMatchObject({ status: 'same', p: expect.closeTo(0.18, 1) })
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
  })

  test('against runs that never vary is held to the same', () => {
    const baseline = committedOf(one('steps', steady(2)))
    expect(find(one('steps', [2]), baseline)).toMatchObject({ status: 'same', changeRatio: 0 })
    expect(find(one('steps', [3]), baseline)).toMatchObject({ status: 'worse', changeRatio: 0.5 })
  })

  test('is taken to spread as the baseline does', () => {
    const baseline = committedOf(one('totalTokens', noisy(1)))
    expect(find(one('totalTokens', [1150]), baseline).status).toBe('same')
    expect(find(one('totalTokens', [2000]), baseline).status).toBe('worse')
  })
})

describe('levels', () => {
  const at = (factor: number, startsLevel: BaselineMetric[] = []) =>
    pastExecution({ workingMs: [noisy(factor)], steps: [steady(factor < 2 ? 2 : 3)] }, { startsLevel })

  test('what came before an accepted level is not compared with', () => {
    const past = historyOf(at(2), at(2, ['workingMs', 'steps']), at(1), at(1), at(1))
    const [working, steps] = compareWithBaseline({ workingMs: [noisy(2)], steps: [steady(3)] }, same, past)
    expect(working).toMatchObject({ metric: 'workingMs', status: 'same', baseline: { n: 40 } })
    expect(steps).toMatchObject({ metric: 'steps', status: 'same', baseline: { n: 10, location: 3 } })
  })

  test('a level of one metric is none of another', () => {
    const past = historyOf(at(1, ['steps']), at(1), at(1))
    const [working, steps] = compareWithBaseline({ workingMs: [noisy(1)], steps: [steady(2)] }, same, past)
    expect(working).toMatchObject({ baseline: { n: 60 } })
    expect(steps).toMatchObject({ baseline: { n: 5 } })
  })

  test('one that somebody else accepted reaches this machine with the committed line', () => {
    const elsewhere = committedOf({ steps: [steady(3)] })
    const here = (committed: number) => pastExecution({ steps: [steady(2)] }, { committed: { steps: committed } })
    const find3 = (...past: ReturnType<typeof here>[]) => find(one('steps', steady(3)), { ...elsewhere, history: past })
    expect(find3(here(2), here(2))).toMatchObject({ status: 'same', baseline: { n: 5, location: 3 } })
    expect(find3(here(3), here(2))).toMatchObject({ status: 'worse', baseline: { n: 5, location: 2 } })
    expect(find3(pastExecution({ steps: [steady(2)] }))).toMatchObject({ status: 'worse', baseline: { location: 2 } })
  })

  test('the spread of past executions is told when there are several', () => {
    const finding = (...past: number[]) =>
      find(
        one('workingMs', noisy(1)),
        historyOf(...past.map((factor) => pastExecution(one('workingMs', noisy(factor))))),
      )
    expect(finding(1).baseline?.between).toBeUndefined()
    expect(finding(1, 1, 1).baseline?.between).toBe(0)
    expect(finding(1, 1.1).baseline?.between).toBeCloseTo(Math.log(1.1) / Math.SQRT2, 9)
  })
})

describe('what may not be compared is not judged', () => {
  const values = { totalTokens: [noisy(2)], workingMs: [noisy(2)] }
  const before = { totalTokens: [noisy(1)], workingMs: [noisy(1)] }

  test.for<[Partial<Comparability>, string]>([
    [{ mode: 'replay' }, 'the mode changed from "live" to "replay", so this counts as new'],
    [{ model: 'gpt-5' }, 'the model changed from "gpt-5-mini" to "gpt-5", so this counts as new'],
    [{ load: 'concurrency 4' }, 'the load changed from "concurrency 1" to "concurrency 4", so this counts as new'],
    [{ cases: 'xyz' }, 'the cases changed, so this counts as new'],
  ])('when it differs: %j', ([more, reason]) => {
    const findings = compareWithBaseline(values, { ...same, ...more }, committedOf(before))
    expect(findings.map(({ metric, status, reason: told }) => [metric, status, told])).toEqual([
      ['totalTokens', 'notJudged', reason],
      ['workingMs', 'notJudged', reason],
    ])
  })

  test('executions of the history that differ are passed over', () => {
    const past = historyOf(
      pastExecution(before, { model: 'gpt-5' }),
      pastExecution({ totalTokens: [noisy(2)], workingMs: [noisy(2)] }),
      pastExecution(before, { cases: 'xyz' }),
    )
    expect(compareWithBaseline(values, same, past)).toMatchObject([
      { status: 'same', baseline: { n: 20 } },
      { status: 'same', baseline: { n: 20 } },
    ])
  })

  test('nor are metrics of the machine without a history of such a machine, and the reason names it', () => {
    const [tokens, working] = compareWithBaseline(values, same, committedOf(before))
    expect(tokens?.status).toBe('worse')
    expect(working).toMatchObject({
      status: 'notJudged',
      reason: `no accepted execution on this kind of machine yet (${environmentKey})`,
    })
  })

  test('metrics of the agent without a baseline are new', () => {
    const findings = compareWithBaseline({ ...values, successRatio: [[1]], 'scores.polite': [[1]] }, same, historyOf())
    expect(findings.map(({ metric, status }) => `${metric} ${status}`)).toEqual([
      'totalTokens new',
      'workingMs notJudged',
      'successRatio new',
      'scores.polite new',
    ])
  })

  test('a metric that no run knew has no finding', () => {
    expect(compareWithBaseline({ totalTokens: [[], []] }, same, committedOf(before))).toEqual([])
  })
})

describe('success', () => {
  const runs = (ok: number, failed: number) => one('successRatio', [...steady(1, ok), ...steady(0, failed)])

  // Python: scipy.stats.fisher_exact([[failed, 10 - failed], [0, 10]], alternative='greater').pvalue
  test.for([
    [0, 'same', 1],
    [5, 'same', 0.016_253_869_969],
    [6, 'worse', 0.005_417_956_656],
    [10, 'worse', 5.412_544_112e-6],
  ] as const)('%d failures of 10, after 10 of 10, are %s', ([failed, status, p]) => {
    const finding = find(runs(10 - failed, failed), committedOf(runs(10, 0)))
    expect(finding.status).toBe(status)
    expect(finding.p).toBeCloseTo(p, 10)
  })

  test('is judged by chance though no run varies: two that fail after two that did not are no proof', () => {
    expect(find(runs(0, 2), committedOf(runs(2, 0))).status).toBe('same')
    expect(find(runs(0, 1), committedOf(runs(20, 0))).status).toBe('same')
  })

  test('the executions of the history count together', () => {
    const past = historyOf(...times(5, () => pastExecution(runs(20, 0))))
    expect(find(runs(18, 2), past)).toMatchObject({ status: 'same', changeRatio: expect.closeTo(-0.1, 9) })
    expect(find(runs(17, 3), past)).toMatchObject({ status: 'worse', baseline: { n: 100 } })
  })

  test('more of it is better', () => {
    expect(find(runs(20, 0), committedOf(runs(8, 12))).status).toBe('better')
  })
})

describe('how often it is wrong', () => {
  const comparisons = 400
  const shareOfWorse = (seed: number, sigma: number, factor: number, past: number, count = 20, drift = 0) => {
    const draw = drawing(seed)
    const execution = (level = 1) => one('totalTokens', draw.runs(count, sigma, level * draw.drift(drift)))
    const found = times(comparisons, () => {
      const baseline =
        past === 0 ? committedOf(execution()) : historyOf(...times(past, () => pastExecution(execution())))
      return find(execution(factor), baseline)
    })
    const ratios = found.map(({ detectableRatio = Number.NaN }) => detectableRatio).sort((a, b) => a - b)
    return {
      worse: found.filter(({ status }) => status === 'worse').length / comparisons,
      better: found.filter(({ status }) => status === 'better').length / comparisons,
      seen: ratios[comparisons / 2] ?? Number.NaN,
    }
  }

  test('without a change, one comparison in a hundred is called worse, and one better', () => {
    const { worse, better } = shareOfWorse(1, 0.2, 1, 5)
    expect(worse).toBeLessThanOrEqual(0.02)
    expect(better).toBeLessThanOrEqual(0.02)
  })

  test('what executions differ by beyond their runs is no change', () => {
    expect(shareOfWorse(8, 0.2, 1, 10, 20, 0.03).worse).toBeLessThanOrEqual(0.03)
    expect(shareOfWorse(9, 0.1, 1, 10, 20, 0.08).worse).toBeLessThanOrEqual(0.05)
    expect(shareOfWorse(10, 0.2, 1.4, 10, 20, 0.03).worse).toBeGreaterThanOrEqual(0.9)
    expect(shareOfWorse(11, 0.1, 2, 10, 20, 0.08).worse).toBeGreaterThanOrEqual(0.99)
  })

  test('against a line alone, at most three', () => {
    expect(shareOfWorse(2, 0.2, 1, 0).worse).toBeLessThanOrEqual(0.03)
  })

  test('two runs are not called worse more often than twenty', () => {
    expect(shareOfWorse(3, 0.2, 1, 5, 2).worse).toBeLessThanOrEqual(0.02)
  })

  test('40% more is found nine times in ten', () => {
    expect(shareOfWorse(4, 0.2, 1.4, 5).worse).toBeGreaterThanOrEqual(0.9)
    expect(shareOfWorse(5, 0.2, 1.4, 0).worse).toBeGreaterThanOrEqual(0.9)
  })

  // 90% are promised; 400 comparisons tell it to ±3%, and the normal approximation to as much.
  test.for([
    [0.5, 20, 5],
    [0.2, 20, 5],
    [0.2, 20, 0],
    [0.2, 2, 5],
    [0.02, 20, 5],
    [0.02, 20, 0],
  ] as const)('what could be seen is seen: sigma %d, %d runs, %d past executions', ([sigma, count, past]) => {
    const { seen } = shareOfWorse(6, sigma, 1, past, count)
    const { worse } = shareOfWorse(7, sigma, 1 + seen, past, count)
    expect(worse).toBeGreaterThanOrEqual(0.82)
    expect(worse).toBeLessThanOrEqual(0.97)
  })
})

test('no finding holds NaN or Infinity', () => {
  const value = fc.oneof(fc.constant(0), fc.constant(5), fc.double({ min: 1e-6, max: 1e9, noNaN: true }))
  const cases = fc.array(fc.array(value, { maxLength: 6 }), { minLength: 2, maxLength: 2 })
  const metric = fc.constantFrom<BaselineMetric>('totalTokens', 'toolCalls', 'workingMs', 'scores.polite')
  const filled = cases.filter((given) => given.some((values) => values.length > 0))
  fc.assert(
    fc.property(metric, filled, filled, fc.array(filled, { maxLength: 3 }), (name, candidate, committed, past) => {
      const baseline = {
        ...committedOf({ [name]: committed }),
        history: past.map((values) => pastExecution({ [name]: values })),
      }
      const finding = find({ [name]: candidate }, baseline)
      for (const number of [finding.p, finding.changeRatio, finding.detectableRatio])
        if (number !== undefined) expect(Number.isFinite(number)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
