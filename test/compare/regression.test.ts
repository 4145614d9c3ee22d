import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareWithBaseline, deviationOf, suspects } from '../../src/compare/regression.ts'
import type { Baseline, MetricValues } from '../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../src/domain/finding.ts'
import { times } from '../domain/given.ts'
import {
  candidateOf,
  committedOf,
  drawing,
  environmentKey,
  find,
  historyOf,
  one,
  pastExecution,
  same,
} from './given.ts'

const steady = (value: number, count = 5) => times(count, () => value)
const pastOf = (metric: BaselineMetric, make: () => number[], count = 6) =>
  historyOf(...times(count, () => pastExecution(one(metric, make()))))

describe('an execution against its baseline', () => {
  const values = { totalTokens: [steady(2000)], workingMs: [steady(2000)], steps: [steady(2)] }
  const before = { totalTokens: [steady(1000)], workingMs: [steady(1000)], steps: [steady(2)] }

  test('has a finding for each metric that a run knew, in their order', () => {
    const findings = compareWithBaseline(
      candidateOf({ ...values, toolCalls: [[], []] }),
      historyOf(pastExecution(before)),
    )
    expect(findings.map(({ metric, status }) => `${metric} ${status}`)).toEqual([
      'totalTokens worse',
      'workingMs worse',
      'steps same',
    ])
  })

  test('on a machine that is new has times that are not judged, and metrics of the agent that are', () => {
    expect(compareWithBaseline(candidateOf(values), committedOf(before))).toMatchObject([
      { metric: 'totalTokens', status: 'worse' },
      {
        metric: 'workingMs',
        status: 'notJudged',
        reason: `no accepted execution on this kind of machine yet (${environmentKey})`,
      },
      { metric: 'steps', status: 'same' },
    ])
  })

  test('that may not be compared with it counts as new', () => {
    const findings = compareWithBaseline(
      candidateOf(values, { comparability: { ...same, model: 'gpt-5' } }),
      committedOf(before),
    )
    expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(['notJudged']))
  })

  test('without any is new', () => {
    const findings = compareWithBaseline(candidateOf({ ...values, successRatio: [[1]] }), historyOf())
    expect(findings.map(({ metric, status }) => `${metric} ${status}`)).toEqual([
      'totalTokens new',
      'workingMs notJudged',
      'steps new',
      'successRatio new',
    ])
  })
})

describe('fresh runs', () => {
  const draw = drawing(81)
  const past = pastOf('totalTokens', () => draw.runs(20, 0.1))
  const planned = draw.runs(60, 0.1, 1.6)
  const judged = (fresh: number[]) =>
    find(one('totalTokens', [...planned, ...fresh]), past, { fresh: one('totalTokens', fresh) })

  test('that agree make it a regression', () => {
    expect(judged(draw.runs(90, 0.1, 1.6))).toMatchObject({ status: 'worse', candidate: { n: 150 } })
  })

  test('that disagree with what they should confirm make it none, however sure all together are', () => {
    const fresh = draw.runs(30, 0.1, 1)
    const finding = judged(fresh)
    expect(finding.status).toBe('same')
    expect(finding.changeRatio).toBeGreaterThan(0.1)
    expect(finding.p).toBeLessThan(1e-4)
  })

  test('are not needed where none were made', () => {
    expect(find(one('totalTokens', planned), past).status).toBe('worse')
  })

  test('are those of the metric: what was measured again for another is asked for itself, too', () => {
    const values = { totalTokens: [planned], steps: [steady(2, 20)] }
    const fresh = { totalTokens: [draw.runs(30, 0.1, 1)], steps: [steady(2, 30)] }
    const baseline = historyOf(
      ...times(6, () => pastExecution({ totalTokens: [draw.runs(20, 0.1)], steps: [steady(2, 20)] })),
    )
    const all = { totalTokens: [[...planned, ...fresh.totalTokens.flat()]], steps: [steady(2, 50)] }
    expect(compareWithBaseline(candidateOf(all, { fresh }), baseline).map(({ status }) => status)).toEqual([
      'same',
      'same',
    ])
    expect(compareWithBaseline(candidateOf(values), baseline)[0]?.status).toBe('worse')
  })

  test('that tell nothing of a metric leave it open', () => {
    expect(find(one('totalTokens', planned), past, { fresh: { steps: [[2]] } }).status).toBe('unclear')
    expect(find(one('totalTokens', planned), past, { fresh: { totalTokens: [[]] } }).status).toBe('unclear')
    expect(find(one('totalTokens', planned), past).status).toBe('worse')
  })

  test('make smaller worsenings visible, and the printed one is of both steps from the start', () => {
    const [first, second] = [find(one('totalTokens', planned), past), judged(draw.runs(90, 0.1, 1.6))]
    expect(second.detectableRatio).toBeCloseTo(first.detectableRatio ?? Number.NaN, 1)
    const alone = find(one('totalTokens', planned), past, { confirms: false })
    expect(alone.detectableRatio).toBeGreaterThan(first.detectableRatio ?? Number.NaN)
  })
})

describe('what should be measured again', () => {
  const draw = drawing(88)
  const past = historyOf(
    ...times(6, () =>
      pastExecution({ workingMs: [draw.runs(20, 0.1)], totalTokens: [draw.runs(20, 0.1)], steps: [steady(2, 20)] }),
    ),
  )
  const again = (time: number, tokens: number, steps = 2) =>
    suspects(
      candidateOf({
        workingMs: [draw.runs(20, 0.1, time)],
        totalTokens: [draw.runs(20, 0.1, tokens)],
        steps: [steady(steps, 20)],
      }),
      past,
    )

  test('is what looks worse, and nothing else', () => {
    expect(again(1, 1)).toEqual([])
    expect(again(1.4, 1)).toEqual(['workingMs'])
    expect(again(1, 1.4)).toEqual(['totalTokens'])
    expect(again(0.5, 0.5)).toEqual([])
  })

  test('is nothing that is exact', () => {
    expect(again(1, 1, 3)).toEqual([])
  })

  test('is nothing that cannot be compared', () => {
    const values = { workingMs: [draw.runs(20, 0.1, 2)] }
    expect(suspects(candidateOf(values), historyOf())).toEqual([])
    expect(suspects(candidateOf(values, { comparability: { ...same, load: 'concurrency 9' } }), past)).toEqual([])
  })

  test('where nothing has changed is something once in twenty executions', () => {
    const sets = times(400, () => {
      const baseline = pastOf('totalTokens', () => draw.runs(20, 0.35))
      return suspects(candidateOf(one('totalTokens', draw.runs(20, 0.35))), baseline).length
    })
    expect(sets.filter((count) => count > 0).length / 400).toBeLessThan(0.06)
  })
})

describe('how far the times of an execution lie off', () => {
  const draw = drawing(89)
  const past = pastOf('workingMs', () => draw.runs(20, 0.1))

  test('is told with how surely', () => {
    const { shift, variance } = deviationOf(candidateOf(one('workingMs', draw.runs(20, 0.1, 1.3))), past) ?? {}
    expect(Math.abs((shift ?? Number.NaN) - Math.log(1.3))).toBeLessThan(0.08)
    expect(Math.sqrt(variance ?? Number.NaN)).toBeGreaterThan(0.1 / Math.sqrt(20))
    expect(Math.sqrt(variance ?? Number.NaN)).toBeLessThan(0.04)
  })

  test('has in it what other scenarios lie off', () => {
    const values = candidateOf(one('workingMs', draw.runs(20, 0.1, 1.3)))
    expect(deviationOf(values, { ...past, shared: { shift: 0.25, variance: 1e-4 } })).toEqual(deviationOf(values, past))
  })

  test('is unknown without a past of this kind of machine, and without times', () => {
    expect(deviationOf(candidateOf(one('workingMs', draw.runs(20, 0.1))), historyOf())).toBeUndefined()
    expect(deviationOf(candidateOf(one('steps', [2])), past)).toBeUndefined()
    expect(deviationOf(candidateOf(one('workingMs', [0, 1])), past)).toBeUndefined()
  })
})

describe('how often it is wrong', () => {
  /** The share of executions that are called worse, and better, when `metric` is `factor` of what it was. */
  function shares(seed: number, metric: BaselineMetric, sigma: number, factor: number, drift: number, count = 300) {
    const own = drawing(seed)
    const statuses = times(count, () => {
      const past = times(10, () => pastExecution(one(metric, own.runs(20, sigma, own.drift(drift)))))
      const baseline = { ...historyOf(...past), drift: { deviation: drift, sessions: 10 } }
      const level = factor * own.drift(drift)
      const planned = own.runs(20, sigma, level)
      const values = one(metric, planned)
      if (suspects(candidateOf(values), baseline).length === 0) return find(values, baseline).status
      const fresh = own.runs(30, sigma, level)
      return find(one(metric, [...planned, ...fresh]), baseline, { fresh: one(metric, fresh) }).status
    })
    const share = (status: string) => statuses.filter((one) => one === status).length / count
    return { worse: share('worse'), better: share('better') }
  }

  test.for([0, 0.03, 0.08] as const)('without a change hardly ever is one called worse, at a drift of %d', (drift) => {
    const { worse, better } = shares(82, 'workingMs', 0.1, 1, drift)
    expect(worse).toBeLessThanOrEqual(0.002)
    expect(better).toBeLessThanOrEqual(0.02)
  })

  test('40% more tokens are found nine times in ten', () => {
    expect(shares(83, 'totalTokens', 0.35, 1.4, 0, 200).worse).toBeGreaterThanOrEqual(0.9)
  })

  test.for([
    [0.1, 0.99],
    [0.2, 0.99],
    [0.4, 0.95],
  ] as const)('a doubling never slips through, whatever the drift: at a deviation of %d', ([sigma, share]) => {
    for (const drift of [0, 0.08])
      expect(shares(84, 'workingMs', sigma, 2, drift, 200).worse).toBeGreaterThanOrEqual(share)
  })
})

describe('no finding holds NaN or Infinity', () => {
  const value = fc.oneof(
    fc.constantFrom(0, 1, 5, 1e-9, 1e12),
    fc.integer({ min: 1, max: 4 }),
    fc.double({ min: 1e-12, max: 1e15, noNaN: true }),
  )
  const ratio = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 1e-12, max: 1, noNaN: true }))
  const casesOf = (each: fc.Arbitrary<number>) =>
    fc
      .array(fc.array(each, { maxLength: 7 }), { minLength: 3, maxLength: 3 })
      .filter((given) => given.some((values) => values.length > 0))
  const outcome = fc.constantFrom(0, 1)
  const given = fc.oneof(
    ...(
      [
        ['totalTokens', value],
        ['toolCalls', value],
        ['workingMs', value],
        ['ttftMs', value],
        ['costUsd', value],
        ['scores.polite', ratio],
        ['successRatio', outcome],
      ] as const
    ).map(([metric, each]) =>
      fc.record({
        metric: fc.constant<BaselineMetric>(metric),
        candidate: casesOf(each),
        fresh: fc.option(casesOf(each), { nil: undefined }),
        committed: fc.option(casesOf(each), { nil: undefined }),
        past: fc.array(casesOf(each), { maxLength: 4 }),
      }),
    ),
  )
  const deviation = fc.double({ min: 0, max: 2, noNaN: true })
  const surroundings = fc.record({
    drift: fc.option(fc.record({ deviation, sessions: fc.integer({ min: 2, max: 50 }) }), { nil: undefined }),
    shared: fc.option(fc.record({ shift: fc.double({ min: -2, max: 2, noNaN: true }), variance: deviation }), {
      nil: undefined,
    }),
    confirms: fc.boolean(),
  })

  function requireFinite(told: unknown, path: string): void {
    if (typeof told === 'number' && !Number.isFinite(told)) throw new Error(`expected a finite ${path}, got ${told}`)
    if (typeof told === 'object' && told !== null)
      for (const [key, inner] of Object.entries(told)) requireFinite(inner, `${path}.${key}`)
  }

  test('whatever is measured: single values, empty cases, zeros, the same again and again, cases that one side lacks', () => {
    fc.assert(
      fc.property(given, surroundings, ({ metric, candidate, fresh, committed, past }, { confirms, ...around }) => {
        const values: MetricValues = {
          [metric]: candidate.map((own, position) => [...own, ...(fresh?.[position] ?? [])]),
        }
        const baseline: Baseline = {
          ...(committed === undefined ? historyOf() : committedOf({ [metric]: committed })),
          history: past.map((one) => pastExecution({ [metric]: one })),
          ...around,
        }
        const own = candidateOf(values, { confirms, fresh: fresh === undefined ? undefined : { [metric]: fresh } })
        for (const finding of compareWithBaseline(own, baseline)) {
          requireFinite(finding, metric)
          if (finding.p === undefined) continue
          expect(finding.p).toBeGreaterThanOrEqual(0)
          expect(finding.p).toBeLessThanOrEqual(1)
        }
        requireFinite(deviationOf(own, baseline), 'deviation')
        suspects(own, baseline)
      }),
      { numRuns: 1500, seed: 86 },
    )
  })

  test('what is the same on both sides is never worse, better or unclear', () => {
    fc.assert(
      fc.property(given, ({ metric, candidate }) => {
        const values = { [metric]: candidate }
        for (const baseline of [committedOf(values), historyOf(pastExecution(values), pastExecution(values))])
          for (const { status } of compareWithBaseline(candidateOf(values), baseline))
            expect(['same', 'notJudged']).toContain(status)
      }),
      { numRuns: 500, seed: 87 },
    )
  })
})

test('scores as near to 0 as a number can be are judged like any others', () => {
  const tiny = () => one('scores.polite', [5e-324, 0, 5e-324, 5e-324, 0, 1e-300, 5e-324, 0])
  const past = historyOf(...Array.from({ length: 3 }, () => pastExecution(tiny())))
  expect(find(tiny(), past)).toMatchObject({ status: 'same' })
  expect(find(tiny(), committedOf(tiny())).status).toBe('same')
})
