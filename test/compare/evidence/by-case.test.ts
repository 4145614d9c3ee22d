import { describe, expect, test } from 'vitest'
import { withCases } from '../../../src/compare/evidence/by-case.ts'
import { contestOf } from '../../../src/compare/evidence/contest.ts'
import { evidenceOf } from '../../../src/compare/evidence/evidence.ts'
import { compareWithBaseline, suspects } from '../../../src/compare/regression.ts'
import { judgedTogether } from '../../../src/compare/suite/family.ts'
import type { MetricValues } from '../../../src/domain/baseline.ts'
import type { BaselineMetric } from '../../../src/domain/finding.ts'
import { times } from '../../domain/given.ts'
import { candidateOf, type Draw, drawing, find, historyOf, pastExecution, same } from '../given.ts'

const pastOf = (executions: readonly MetricValues[]) =>
  historyOf(...executions.map((values, session) => pastExecution(values, { session: `${session}` })))

/** What five cases of six runs tell, of which the last takes `factor` times as long. */
function told(draw: Draw, factor: number, isConfirmed = true) {
  const cases = (last: number) => times(5, (position) => draw.runs(6, 0.15, position === 4 ? last : 1))
  const past = pastOf(times(6, () => ({ workingMs: cases(1) })))
  const contest = contestOf('workingMs', cases(factor), same, past)
  if ('status' in contest || contest.noise === undefined) throw new Error('expected noise')
  const together = evidenceOf(contest.shift, contest.noise, contest.layout)
  return { contest, together, joined: withCases(together, contest, isConfirmed) }
}

/** The metric of `count` cases, each with `runs` runs, of which those at `odd` are multiplied. */
const constant = (count: number, runs: number, value: number, odd: Record<number, number> = {}) =>
  times(count, (position) => Array<number>(runs).fill(value * (odd[position] ?? 1)))

describe('withCases', () => {
  test('tells of each case, and of one slow case of five what no rank of all runs shows', () => {
    const { together, joined } = told(drawing(1), 4)
    expect(together.worse).toBeGreaterThan(1e-4)
    expect(joined.worse).toBeCloseTo(together.worse / 0.8, 12)
    expect(joined.cases.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4])
    expect(joined.cases[4]?.ratio).toBeGreaterThan(2)
    expect(joined.cases[4]?.worse).toBeLessThan(1e-6)
    expect(joined.cases[4]?.worse).toBeCloseTo(25 * (joined.cases[4]?.alone ?? 0), 12)
    for (const one of joined.cases.slice(0, 4)) expect(one.worse).toBeGreaterThan(1e-3)
  })

  test('where no fresh runs have to agree the ranks of the case do', () => {
    const alone = (isConfirmed: boolean) => told(drawing(1), 4, isConfirmed).joined.cases[4]?.alone ?? 0
    // The least that 6 values against 36 can come to.
    expect(alone(false)).toBeCloseTo(1 / 5_245_786, 12)
    expect(alone(true)).toBeLessThan(alone(false))
  })

  test('one case is all cases together', () => {
    const contest = contestOf('workingMs', [[1, 2]], same, pastOf([{ workingMs: [[1, 2]] }]))
    if ('status' in contest) throw new Error('not held')
    expect(withCases({ worse: 0.02, better: 0.98 }, contest, true)).toEqual({ worse: 0.02, better: 0.98, cases: [] })
  })
})

describe('a case that got worse', () => {
  const draw = drawing(9)
  const slow = (factors: Record<number, number>, sigma = (_position: number) => 0.15) =>
    times(10, (position) => draw.runs(10, sigma(position), factors[position] ?? 1))
  const past = (sigma?: (position: number) => number) => pastOf(times(6, () => ({ workingMs: slow({}, sigma) })))

  test('is found, and named with what it changed by', () => {
    const finding = find({ workingMs: slow({ 3: 3 }) }, past())
    expect(finding).toMatchObject({ status: 'worse', ofCase: { position: 3 } })
    expect(finding.ofCase?.changeRatio).toBeCloseTo(2, 0)
    expect((finding.ofCase?.candidate ?? 0) / (finding.ofCase?.baseline ?? 1)).toBeCloseTo(
      1 + (finding.ofCase?.changeRatio ?? 0),
      12,
    )
  })

  test('is found though all others got better', () => {
    const faster = Object.fromEntries(times(10, (position) => [position, position === 3 ? 3 : 0.7]))
    expect(find({ workingMs: slow(faster) }, past())).toMatchObject({ status: 'worse', ofCase: { position: 3 } })
    const success = (dead: number, others: number[]) => ({
      successRatio: times(10, (position) => (position === dead ? Array<number>(10).fill(0) : others)),
    })
    const half = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
    const known = pastOf(
      times(6, () => ({ successRatio: times(10, (position) => (position === 3 ? Array<number>(10).fill(1) : half)) })),
    )
    expect(find(success(3, Array<number>(10).fill(1)), known)).toMatchObject({
      status: 'worse',
      ofCase: { position: 3, changeRatio: -1 },
    })
  })

  test('is not hidden by one that is surer and got worse by too little to matter', () => {
    const sigma = (position: number) => (position === 5 ? 0.01 : 0.2)
    const finding = find({ workingMs: slow({ 3: 3, 5: 1.08 }, sigma) }, past(sigma))
    expect(finding).toMatchObject({ status: 'worse', ofCase: { position: 3 } })
  })

  test('is told of all together where they tell as much', () => {
    const all = Object.fromEntries(times(10, (position) => [position, 1.6]))
    const finding = find({ workingMs: slow(all) }, past())
    expect(finding.status).toBe('worse')
    expect(finding.ofCase).toBeUndefined()
  })

  test('is exact where nothing varies', () => {
    const known = pastOf([{ totalTokens: constant(40, 5, 1000) }])
    const judged = (odd: Record<number, number>) => find({ totalTokens: constant(40, 5, 1000, odd) }, known)
    expect(judged({ 7: 5 })).toMatchObject({
      status: 'worse',
      ofCase: { position: 7, baseline: 1000, candidate: 5000, changeRatio: 4 },
    })
    expect(judged({ 7: 1.05 })).toMatchObject({ status: 'same' })
    expect(judged({ 7: 0.2 }).ofCase).toBeUndefined()
  })

  test('by less than 1 ms is none, and by more is one however little that is of all', () => {
    const cases = (slowest: number, scale: number) =>
      times(20, (position) => draw.runs(10, 0.05, (scale / 1000) * (position === 4 ? slowest : 1)))
    const judged = (slowest: number, scale: number) =>
      find({ workingMs: cases(slowest, scale) }, pastOf(times(6, () => ({ workingMs: cases(1, scale) })))).status
    expect(judged(2.5, 10)).toBe('worse')
    expect(judged(2.5, 0.5)).toBe('same')
  })

  test('has to be confirmed by its own fresh runs', () => {
    const known = past()
    const planned = slow({ 3: 3 })
    const judged = (fresh: number[][]) =>
      find({ workingMs: planned.map((one, position) => [...one, ...(fresh[position] ?? [])]) }, known, {
        fresh: { workingMs: fresh },
      }).status
    expect(judged(slow({ 3: 3 }))).toBe('worse')
    expect(judged(slow({ 5: 3 }))).toBe('unclear')
    expect(judged(slow({ 3: 3 }).with(3, []))).toBe('unclear')
  })
})

describe('where nothing changed', () => {
  // Three runs of each case, most of them alike: their spread is nothing by luck.
  const counts = (draw: Draw) => times(10, () => times(2, () => (draw.uniform() < 0.1 ? 4 : 3)))
  const tokens = (draw: Draw) => times(10, () => draw.runs(2, 0.35))
  const worlds: [BaselineMetric, (draw: Draw) => number[][]][] = [
    ['steps', counts],
    ['inputTokens', tokens],
  ]

  test.for(worlds)('few runs of many cases make no regression of %s, without fresh runs either', ([metric, make]) => {
    const draw = drawing(4)
    const found = times(400, () => {
      const baseline = pastOf(times(2, () => ({ [metric]: make(draw) })))
      const candidate = candidateOf({ [metric]: make(draw) }, { confirms: false })
      return judgedTogether([compareWithBaseline(candidate, baseline)]).flat()[0]?.status
    })
    expect(found.filter((status) => status === 'worse').length).toBeLessThanOrEqual(4)
  })

  test.for(worlds)('nor are they measured again much more often than 1 in 20 times: %s', ([metric, make]) => {
    const draw = drawing(5)
    const asked = times(400, () => {
      const baseline = pastOf(times(4, () => ({ [metric]: make(draw) })))
      return suspects(candidateOf({ [metric]: make(draw) }), baseline).length
    })
    expect(asked.filter((count) => count > 0).length / 400).toBeLessThan(0.08)
  })
})
