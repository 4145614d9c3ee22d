import { describe, expect, test } from 'vitest'
import { drawing } from '../../calibrate/draw.ts'
import { baselinesOf, comparability, drawPast } from '../../calibrate/past.ts'
import { alone, isRed, judge, measure, plannedPart, runSession } from '../../calibrate/session.ts'
import { compareWithBaseline } from '../../src/compare/regression.ts'

const world = { draw: drawing(1), drift: 0.03 }
const sigmas = Array<number>(12).fill(0.2)
const baselines = baselinesOf(drawPast(world, sigmas, 10))
const [baseline = { history: [], environmentKey: '' }] = baselines

describe('a worker', () => {
  test('measures again what looks worse, and only that', () => {
    expect(judge(measure(world, 0.2, 0, { time: 2 }), baseline)).toMatchObject({ fresh: 30 })
    const { fresh, values } = judge(measure(world, 0.2, 0, { time: 0.5 }), baseline)
    expect({ fresh, runs: values.workingMs?.flat().length }).toEqual({ fresh: 0, runs: 20 })
  })

  test('finds a doubling', () => {
    expect(isRed(judge(measure(world, 0.2, 0, { time: 2 }), baseline).findings)).toBe(true)
  })

  // So that what is not measured again need not be judged here.
  test('calls nothing worse that it did not measure again', () => {
    const unsuspected = Array.from({ length: 400 }, () => measure(world, 0.2, 0, { time: 1.15 })).filter(
      (one) => judge(one, baseline).fresh === 0,
    )
    expect(unsuspected.length).toBeGreaterThan(50)
    const judged = unsuspected.map((one) =>
      compareWithBaseline({ values: plannedPart(one), comparability, confirms: true }, baseline),
    )
    expect(judged.some(isRed)).toBe(false)
  })
})

describe('a session', () => {
  test('tells the later scenarios what the earlier ones lie off', () => {
    const { shift, scenarios } = runSession({ draw: drawing(2), drift: 0.5 }, sigmas, baselines)
    const shared = scenarios.flatMap((one) => one.baseline.shared ?? [])
    expect(scenarios).toHaveLength(12)
    expect(shared).toHaveLength(7)
    for (const known of shared) expect(known.shift).toBeCloseTo(shift, 0)
  })

  test('leaves a scenario that is alone without what others tell', () => {
    expect(alone({ ...baseline, shared: { shift: 1, variance: 1 } })).toMatchObject({
      shared: undefined,
      drift: undefined,
    })
  })
})
