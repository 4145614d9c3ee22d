import { describe, expect, test } from 'vitest'
import { judgedTogether } from '../../../src/compare/suite/family.ts'
import { compareSides, shouldConfirm, valuesOf } from '../../../src/compare/suite/sides.ts'
import type { BaselineMetric, Finding } from '../../../src/domain/finding.ts'
import type { ExecutionRecord } from '../../../src/domain/record.ts'
import { type GivenRun, times } from '../../domain/given.ts'
import { type Draw, drawing, measured } from '../given.ts'

const record = (runs: readonly GivenRun[]): ExecutionRecord => measured('refund', runs)
const finding = (findings: readonly Finding[], metric: BaselineMetric): Finding => {
  const found = findings.find((one) => one.metric === metric)
  if (found === undefined) throw new Error(`expected a finding of ${metric}`)
  return found
}

interface World {
  cases?: number
  /** Runs of each case. */
  runs?: number
  /** Standard deviation of what each run has of its own. */
  sigma?: number
  /** Standard deviation of what neighbours of both sides share. */
  shared?: number
  /** How many times slower the candidate is. */
  factor?: number
}

/** Two versions that took turns, run for run. */
function turns(draw: Draw, { cases = 1, runs = 20, sigma = 0.05, shared = 0, factor = 1 }: World) {
  const states = times(cases * runs, () => draw.drift(shared))
  const side = (level: number) =>
    record(
      states.map((state, turn): GivenRun => {
        const caseIndex = turn % cases
        return { caseIndex, endedAtMs: 1000 * (1 + caseIndex) * level * state * draw.drift(sigma) }
      }),
    )
  return { base: side(1), candidate: side(factor) }
}

const judged = (draw: Draw, world: World) => finding(compareSides([turns(draw, world)]), 'workingMs')

describe('two versions that took turns', () => {
  test('are the same where nothing has changed', () => {
    const found = judged(drawing(111), {})
    expect(found.status).toBe('same')
    expect(found.changeRatio).toBeCloseTo(0, 1)
  })

  test('are told apart', () => {
    const draw = drawing(112)
    const slower = judged(draw, { factor: 1.2 })
    expect(slower).toMatchObject({ status: 'worse', changeRatio: expect.closeTo(0.2, 1) })
    expect(slower.p).toBeLessThan(1e-4)
    expect(judged(draw, { factor: 0.8 }).status).toBe('better')
  })

  test('do not differ by what neighbours share: the state of the machine is in no difference', () => {
    const draw = drawing(113)
    const world = { shared: 0.8, sigma: 0.02, factor: 1.15 }
    expect(judged(draw, world)).toMatchObject({ status: 'worse', changeRatio: expect.closeTo(0.15, 1) })
    // The same runs are noise to one another where they are no neighbours.
    const apart = times(40, () => {
      const sides = { base: turns(draw, world).base, candidate: turns(draw, world).candidate }
      return finding(compareSides([sides]), 'workingMs').status
    })
    expect(apart.filter((status) => status === 'worse').length).toBeLessThan(8)
  })

  test('are compared case by case, so that a slow case is no noise', () => {
    expect(judged(drawing(114), { cases: 10, runs: 5, sigma: 0.1, factor: 1.2 }).status).toBe('worse')
  })

  test('of one run of each case are compared as well, and one that is far off moves no verdict', () => {
    const draw = drawing(115)
    expect(judged(draw, { cases: 30, runs: 1, sigma: 0.05, factor: 1.2 }).status).toBe('worse')
    const { base, candidate } = turns(draw, { cases: 30, runs: 1, sigma: 0.05 })
    const samples = candidate.samples
    if (samples === undefined) throw new Error('expected samples')
    const endedAtMs = samples.endedAtMs.map((end, run) => (run === 3 ? 40 * end : end))
    const spiked = { ...candidate, samples: { ...samples, endedAtMs } }
    expect(finding(compareSides([{ base, candidate: spiked }]), 'workingMs').status).toBe('same')
  })

  test('need no history, so that 12% are enough', () => {
    expect(judged(drawing(116), { runs: 60, factor: 1.13 }).status).toBe('worse')
  })

  test('twice are told by all pairs of both passes', () => {
    const draw = drawing(117)
    const passes = [turns(draw, { factor: 1.1 }), turns(draw, { factor: 1.1 })]
    expect(finding(compareSides(passes), 'workingMs')).toMatchObject({ candidate: { n: 40 }, baseline: { n: 40 } })
    expect(finding(compareSides(passes.slice(0, 1)), 'workingMs').candidate.n).toBe(20)
  })
})

describe('what never varies', () => {
  const tokens = (of: (caseIndex: number) => number, cases = 1) =>
    record(
      times(cases * 5, (turn) => ({
        caseIndex: turn % cases,
        endedAtMs: 1000 + Math.sin(turn),
        values: { inputTokens: of(turn % cases), outputTokens: 10, steps: 2 },
      })),
    )

  test('is exact', () => {
    const same = tokens(() => 1000)
    const exact = (count: number) =>
      finding(compareSides([{ base: same, candidate: tokens(() => count) }]), 'inputTokens')
    expect(exact(1000)).toMatchObject({ status: 'same', detectableRatio: 0.05 })
    expect(exact(1100).status).toBe('worse')
    expect(exact(1100).p).toBeUndefined()
    expect(exact(900)).toMatchObject({ status: 'better' })
  })

  test('is exact where one case of ten changed, though nine did not', () => {
    const base = tokens((caseIndex) => 1000 + caseIndex, 10)
    const candidate = tokens((caseIndex) => (caseIndex === 4 ? 2000 : 1000 + caseIndex), 10)
    expect(finding(compareSides([{ base, candidate }]), 'inputTokens').status).toBe('worse')
  })

  test('lets what follows it follow', () => {
    const findings = compareSides([{ base: tokens(() => 1000), candidate: tokens(() => 1500) }])
    expect(finding(findings, 'totalTokens')).toMatchObject({
      status: 'worse',
      follows: ['inputTokens', 'outputTokens'],
    })
  })
})

describe('values that may be 0', () => {
  test('differ by shares of what they were', () => {
    const calls = (most: number) =>
      record(times(20, (turn) => ({ endedAtMs: 1000, values: { toolCalls: turn % (most + 1) } })))
    const found = finding(compareSides([{ base: calls(1), candidate: calls(3) }]), 'toolCalls')
    expect(found.baseline?.location).toBe(0.5)
    expect(found.candidate.location).toBe(1.5)
    expect(found.changeRatio).toBeCloseTo(2, 9)
  })

  test('that left 0 have no share, and are found', () => {
    const calls = (count: number) => record(times(20, () => ({ endedAtMs: 1000, values: { toolCalls: count } })))
    const found = finding(compareSides([{ base: calls(0), candidate: calls(2) }]), 'toolCalls')
    expect(found).toMatchObject({ status: 'worse', changeRatio: undefined })
  })
})

describe('success', () => {
  const runs = (failed: number) =>
    record(times(30, (turn) => ({ endedAtMs: 1000, outcome: turn < failed ? 'wrong' : 'ok' })))

  test('is told by counts', () => {
    const success = (before: number, after: number) =>
      finding(compareSides([{ base: runs(before), candidate: runs(after) }]), 'successRatio')
    expect(success(0, 0).status).toBe('same')
    expect(success(1, 20)).toMatchObject({ status: 'worse' })
    expect(success(20, 1).status).toBe('better')
  })
})

describe('sides that differ in what they know', () => {
  test('are compared in what both do', () => {
    const base = record(times(10, () => ({ endedAtMs: 1000 })))
    const candidate = record(times(10, () => ({ endedAtMs: 1000, values: { toolCalls: 1 } })))
    const metrics = compareSides([{ base, candidate }]).map(({ metric }) => metric)
    expect(metrics).toContain('workingMs')
    expect(metrics).not.toContain('toolCalls')
  })

  test('are compared in the pairs that there are', () => {
    const draw = drawing(118)
    const { base, candidate } = turns(draw, { cases: 2, runs: 20 })
    const short = record(times(25, (turn) => ({ caseIndex: turn % 2, endedAtMs: 1000 * (1 + (turn % 2)) })))
    expect(finding(compareSides([{ base, candidate: short }]), 'workingMs')).toMatchObject({
      candidate: { n: 25 },
      baseline: { n: 25 },
    })
    const none = { ...candidate, samples: undefined }
    expect(compareSides([{ base, candidate: none }])).toEqual([])
    expect(valuesOf(none)).toEqual({})
    expect(compareSides([])).toEqual([])
  })

  test('one pair says nothing about noise', () => {
    const single = (endedAtMs: number) => record([{ endedAtMs }])
    expect(finding(compareSides([{ base: single(10), candidate: single(20) }]), 'workingMs').status).toBe('notJudged')
  })
})

describe('a second pass', () => {
  test('is wanted where something looks worse', () => {
    const draw = drawing(119)
    expect(shouldConfirm(compareSides([turns(draw, { factor: 1.2 })]))).toBe(true)
    expect(shouldConfirm(compareSides([turns(draw, { factor: 1 })]))).toBe(false)
    expect(shouldConfirm(compareSides([turns(draw, { factor: 0.8 })]))).toBe(false)
  })

  test('is wanted of what left 0, and of success however little of it is lost', () => {
    const known = finding(compareSides([turns(draw120(), {})]), 'workingMs')
    const worse = (more: Partial<Finding>) => shouldConfirm([{ ...known, status: 'same', p: 0.01, ...more }])
    expect(worse({ changeRatio: 0.03 })).toBe(false)
    expect(worse({ changeRatio: undefined })).toBe(true)
    expect(worse({ metric: 'successRatio', changeRatio: -0.03 })).toBe(true)
    expect(worse({ metric: 'successRatio', changeRatio: -0.03, p: 0.2 })).toBe(false)
  })

  test('holds nothing against past executions', () => {
    for (const { executions } of compareSides([turns(draw120(), {})])) expect(executions).toBeUndefined()
  })
})

function draw120(): Draw {
  return drawing(120)
}

describe('where nothing has changed', () => {
  test.for<[string, World]>([
    ['one case', { runs: 20, sigma: 0.2, shared: 0.3 }],
    ['ten cases of five runs', { cases: 10, runs: 5, sigma: 0.2 }],
    ['thirty cases of one run', { cases: 30, runs: 1, sigma: 0.2 }],
  ])('p below 5% come no more than once in twenty: %s', ([, world]) => {
    const draw = drawing(120)
    const findings = times(400, () => judged(draw, world))
    const low = findings.filter(({ p = 1, status }) => status !== 'better' && p < 0.05).length / 400
    expect(low).toBeGreaterThan(0.015)
    expect(low).toBeLessThan(0.075)
    const red = findings.filter((one) => judgedTogether([[one]])[0]?.[0]?.status === 'worse').length / 400
    expect(red).toBeLessThanOrEqual(0.02)
  })
})
