import { describe, expect, test } from 'vitest'
import { type Contest, contestOf, pool, ratioOf, shiftOfRatio } from '../../../src/compare/evidence/contest.ts'
import type { Baseline, Comparability } from '../../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../../src/domain/finding.ts'
import { times } from '../../domain/given.ts'
import { committedOf, drawing, environmentKey, historyOf, one, pastExecution, same } from '../given.ts'

const steady = (value: number, count = 5) => times(count, () => value)

function contest(metric: BaselineMetric, values: number[][], baseline: Baseline, candidate = same): Contest {
  const found = contestOf(metric, values, candidate, baseline)
  if ('status' in found) throw new Error(`expected a contest, got ${found.status}: ${found.reason}`)
  return found
}

describe('a metric is held against past executions', () => {
  const past = historyOf(...[1000, 1100, 1200].map((value) => pastExecution(one('workingMs', steady(value)))))

  test('together: their location, how they differ, and how many there are', () => {
    const { reference, executions, shift } = contest('workingMs', [steady(1320)], past)
    expect(reference).toMatchObject({ n: 15, between: expect.closeTo(0.09, 2) })
    expect(executions).toBe(3)
    expect(Math.exp(shift)).toBeCloseTo(1320 / 1100, 2)
  })

  test('a case that one side lacks is left out of everything', () => {
    const two = historyOf(...times(3, () => pastExecution({ workingMs: [steady(100), steady(9000)] })))
    const found = contest('workingMs', [steady(130), [], steady(7)], two)
    expect(found).toMatchObject({ cases: [0], line: { n: 5, location: 130 }, reference: { n: 15, location: 100 } })
    expect(ratioOf(found)).toBeCloseTo(0.3, 9)
    expect(found.values).toEqual([steady(130)])
    expect(found.past).toEqual(times(3, () => [steady(100)]))
  })

  test('an execution without any of the cases is none of the past', () => {
    const odd = historyOf(
      pastExecution({ workingMs: [[], steady(900)] }),
      pastExecution({ workingMs: [steady(100), steady(900)] }),
    )
    expect(contest('workingMs', [steady(100), []], odd)).toMatchObject({ executions: 1, reference: { n: 5 } })
  })

  test('where no case is on both sides it is held against the committed line', () => {
    const baseline = { ...committedOf({ steps: [steady(2)] }), history: [pastExecution({ steps: [[], steady(9)] })] }
    expect(contest('steps', [steady(3), []], baseline).reference.location).toBe(2)
  })
})

describe('the scale', () => {
  test('is of factors where all is above 0', () => {
    const found = contest('toolCalls', [steady(3)], historyOf(pastExecution(one('toolCalls', steady(2)))))
    expect(found.logarithmic).toBe(true)
    expect(found.shift).toBeCloseTo(Math.log(1.5), 12)
    expect(ratioOf(found)).toBeCloseTo(0.5, 12)
    expect(shiftOfRatio(found, 0.5)).toBeCloseTo(Math.log(1.5), 12)
  })

  test('is of shares of the baseline where a value is 0, on either side', () => {
    for (const [own, past] of [
      [
        [0, 6],
        [2, 2],
      ],
      [
        [3, 3],
        [0, 4],
      ],
    ] as const) {
      const found = contest('toolCalls', [[...own]], historyOf(pastExecution(one('toolCalls', [...past]))))
      expect(found.logarithmic).toBe(false)
      expect(ratioOf(found)).toBeCloseTo(0.5, 12)
      expect(shiftOfRatio(found, 0.5)).toBe(0.5)
    }
  })

  test('of what is the better the greater is how much less it is', () => {
    const past = historyOf(pastExecution(one('scores.polite', steady(0.8))))
    expect(contest('scores.polite', [steady(0.6)], past).shift).toBeCloseTo(0.25, 12)
    expect(contest('scores.polite', [steady(0.9)], past).shift).toBeCloseTo(-0.125, 12)
  })
})

describe('where only the committed line is known', () => {
  test('it is one execution', () => {
    const found = contest('totalTokens', [steady(1500)], committedOf(one('totalTokens', steady(1000))))
    expect(found).toMatchObject({ executions: 1, layout: undefined, past: [], cases: [0] })
    expect(ratioOf(found)).toBeCloseTo(0.5, 12)
  })

  test('what leaves 0 is a shift by what it is', () => {
    const none = committedOf(one('toolCalls', steady(0)))
    expect(contest('toolCalls', [steady(2)], none)).toMatchObject({ shift: 2, logarithmic: false })
    expect(contest('toolCalls', [steady(0)], none).shift).toBe(0)
  })

  test('what reaches 0 is gone wholly', () => {
    expect(contest('toolCalls', [steady(0)], committedOf(one('toolCalls', steady(3)))).shift).toBe(-1)
  })

  test('of what is the better the greater, less is worse', () => {
    const line = committedOf(one('scores.polite', steady(0.8)))
    expect(contest('scores.polite', [steady(0.4)], line).shift).toBeCloseTo(0.5, 12)
  })

  test('the history comes first', () => {
    const both = { ...committedOf(one('steps', steady(2))), history: [pastExecution(one('steps', steady(3)))] }
    expect(contest('steps', [steady(3)], both)).toMatchObject({ shift: 0, reference: { location: 3 } })
  })
})

describe('levels', () => {
  const at = (factor: number, startsLevel: BaselineMetric[] = []) =>
    pastExecution({ workingMs: [steady(factor)], steps: [steady(factor)] }, { startsLevel })

  test('what came before an accepted level is not compared with', () => {
    const past = historyOf(at(2), at(2, ['workingMs', 'steps']), at(1), at(1), at(1))
    expect(contest('workingMs', [steady(2)], past)).toMatchObject({ executions: 2, reference: { n: 10, location: 2 } })
  })

  test('a level of one metric is none of another', () => {
    const past = historyOf(at(1, ['steps']), at(1), at(1))
    expect(contest('workingMs', [steady(1)], past).executions).toBe(3)
    expect(contest('steps', [steady(1)], past).executions).toBe(1)
  })

  test('one that somebody else accepted reaches this machine with the committed line', () => {
    const elsewhere = committedOf({ steps: [steady(3)] })
    const here = (committed: number) => pastExecution({ steps: [steady(2)] }, { committed: { steps: committed } })
    const referenceTo = (...past: ReturnType<typeof here>[]) =>
      contest('steps', [steady(3)], { ...elsewhere, history: past }).reference
    expect(referenceTo(here(2), here(2))).toMatchObject({ n: 5, location: 3 })
    expect(referenceTo(here(3), here(2))).toMatchObject({ n: 5, location: 2 })
    expect(referenceTo(pastExecution({ steps: [steady(2)] }))).toMatchObject({ location: 2 })
  })

  test('how executions differ is told when there are several', () => {
    const between = (...factors: number[]) =>
      contest('workingMs', [steady(1)], historyOf(...factors.map((one) => at(one)))).reference.between
    expect(between(1)).toBeUndefined()
    expect(between(1, 1, 1)).toBe(0)
    expect(between(1, 1.1)).toBeCloseTo(Math.log(1.1) / Math.SQRT2, 9)
  })
})

describe('what may not be compared is not judged', () => {
  const before = one('totalTokens', steady(1000))

  test.for<[Partial<Comparability>, string]>([
    [{ mode: 'replay' }, 'the mode changed from "live" to "replay", so this counts as new'],
    [{ model: 'gpt-5' }, 'the model changed from "gpt-5-mini" to "gpt-5", so this counts as new'],
    [{ load: 'concurrency 4' }, 'the load changed from "concurrency 1" to "concurrency 4", so this counts as new'],
    [{ cases: 'xyz' }, 'the cases changed, so this counts as new'],
  ])('when it differs: %j', ([more, reason]) => {
    expect(contestOf('totalTokens', [steady(2000)], { ...same, ...more }, committedOf(before))).toEqual({
      metric: 'totalTokens',
      status: 'notJudged',
      candidate: { n: 5, location: 2000, within: 0 },
      reason,
    })
  })

  test('executions of the history that differ are passed over', () => {
    const past = historyOf(
      pastExecution(before, { model: 'gpt-5' }),
      pastExecution(one('totalTokens', steady(2000))),
      pastExecution(before, { cases: 'xyz' }),
    )
    expect(contest('totalTokens', [steady(2000)], past)).toMatchObject({ executions: 1, shift: 0 })
  })

  test('nor are metrics of the machine without a history of such a machine, and the reason names it', () => {
    expect(contestOf('workingMs', [steady(2)], same, committedOf(before))).toMatchObject({
      status: 'notJudged',
      reason: `no accepted execution on this kind of machine yet (${environmentKey})`,
    })
  })

  test.for(['totalTokens', 'successRatio', 'scores.polite'] as const)('%s without a baseline is new', (metric) => {
    expect(contestOf(metric, [[1]], same, historyOf())).toEqual({
      metric,
      status: 'new',
      candidate: { n: 1, location: 1, within: undefined },
    })
  })
})

describe('what a session lies off as a whole', () => {
  const draw = drawing(61)
  const values = () => [draw.runs(20, 0.05, 1.2)]
  const history = times(6, () =>
    pastExecution({
      workingMs: [draw.runs(20, 0.05)],
      workingPerOutputTokenMs: [draw.runs(20, 0.05)],
      ttftMs: [draw.runs(20, 0.05)],
      totalTokens: [draw.runs(20, 0.05)],
    }),
  )
  const shared = { shift: Math.log(1.2), variance: 0.01 ** 2 }
  const baseline = { ...historyOf(...history), shared }

  test.for(['workingMs', 'workingPerOutputTokenMs'] as const)('is taken off %s', (metric) => {
    const found = contest(metric, values(), baseline)
    expect(found.shared).toBe(shared.shift)
    expect(Math.abs(found.shift)).toBeLessThan(0.05)
    expect(found.layout?.candidate.flat().every((value) => Math.abs(value) < 0.3)).toBe(true)
  })

  test('is none of what is no time', () => {
    const found = contest('totalTokens', values(), baseline)
    expect(found.shared).toBeUndefined()
    expect(Math.exp(found.shift)).toBeCloseTo(1.2, 1)
  })

  test.for<[what: string, shared: number, factor: number, left: number]>([
    ['of a slow day all that it shares', 1.5, 1.5, 1],
    ['of a slow day no more than it lies off', 1.5, 1.2, 1],
    ['of a slow day nothing where it is faster', 1.5, 0.8, 0.8],
    ['and what is its own stays', 1.2, 1.8, 1.5],
    ['of a fast day nothing where it is slower', 0.8, 1.3, 1.3],
    ['of a fast day what it shares', 0.8, 0.8, 1],
  ])('of time to first token, which may share it or not: %s', ([, of, factor, left]) => {
    const day = { ...baseline, shared: { shift: Math.log(of), variance: 0.01 ** 2 } }
    const own = [draw.runs(20, 0.05, factor)]
    const found = contest('ttftMs', own, day)
    expect(Math.abs(Math.log(left) - found.shift)).toBeLessThan(0.06)
    expect(found.noise?.drift.variance).toBe(contest('ttftMs', own, historyOf(...history)).noise?.drift.variance)
  })

  test('leaves as drift what is not known of it, and what scenarios differ by: 1%', () => {
    const { noise } = contest('workingMs', values(), baseline)
    expect((noise?.drift.variance ?? Number.NaN) * (1 + 1 / 6)).toBeCloseTo(0.01 ** 2 + 0.01 ** 2, 9)
  })

  test('a drift that the scenario has of its own stays', () => {
    const wild = times(6, (position) =>
      pastExecution({ workingMs: [draw.runs(20, 0.05, position % 2 === 0 ? 1 : 1.4)] }),
    )
    const { noise } = contest('workingMs', values(), { ...historyOf(...wild), shared })
    expect(Math.sqrt(noise?.drift.variance ?? Number.NaN)).toBeGreaterThan(0.15)
  })

  test('a time that may be 0 has no factor to take off', () => {
    const zeros = { ...historyOf(pastExecution({ workingMs: [[0, 1, 2]] })), shared }
    expect(contest('workingMs', [[1, 2]], zeros).shared).toBeUndefined()
  })
})

test('executions are pooled case by case, whatever cases each has', () => {
  expect(pool([[[1], [2]], [[3]], []])).toEqual([[1, 3], [2]])
  expect(pool([])).toEqual([])
})
