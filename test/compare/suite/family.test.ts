import { describe, expect, test } from 'vitest'
import { familyRate, judgedTogether } from '../../../src/compare/suite/family.ts'
import type { BaselineMetric, Finding } from '../../../src/domain/finding.ts'
import { holmAdjusted } from '../../../src/stats/holm.ts'
import { times } from '../../domain/given.ts'

const finding = (
  metric: BaselineMetric,
  changeRatio: number,
  p: number | undefined,
  more: Partial<Finding> = {},
): Finding => ({
  metric,
  status: 'same',
  baseline: { n: 200, location: 1000 },
  candidate: { n: 20, location: 1000 * (1 + changeRatio) },
  executions: 10,
  changeRatio,
  p,
  ...more,
})
const slower = (p: number, changeRatio = 0.4) => finding('workingMs', changeRatio, p)
const alone = (one: Finding) => judgedTogether([[one]])[0]?.[0]

describe('findings judged together', () => {
  test('have their p adjusted as Holm does, over all scenarios', () => {
    const ps = [0.001, 0.04, 0.003, 0.5, 0.0001, 0.04]
    const judged = judgedTogether([ps.slice(0, 3).map((p) => slower(p)), ps.slice(3).map((p) => slower(p))])
    expect(judged.flat().map(({ p }) => p)).toEqual(holmAdjusted(ps))
    expect(judged.map((one) => one.length)).toEqual([3, 3])
  })

  test('are worse where the adjusted p is at most 1%', () => {
    const judged = (count: number, p: number) =>
      judgedTogether([[slower(p), ...times(count - 1, () => slower(0.9))]])[0]?.[0]?.status
    expect(judged(1, familyRate)).toBe('worse')
    expect(judged(100, familyRate / 100)).toBe('worse')
    expect(judged(101, familyRate / 100)).toBe('same')
    expect(judged(10, 0.002)).toBe('same')
  })

  test('are worse only beyond the smallest effect, which is larger where the baseline is young', () => {
    expect(alone(slower(1e-9, 0.09))?.status).toBe('same')
    expect(alone(slower(1e-9, 0.11))?.status).toBe('worse')
    expect(alone({ ...slower(1e-9, 0.45), executions: 1 })?.status).toBe('same')
    expect(alone({ ...slower(1e-9, 0.55), executions: 1 })?.status).toBe('worse')
    expect(alone({ ...finding('totalTokens', 0.11, 1e-9), executions: 1 })?.status).toBe('worse')
  })

  test('are unclear where they look much worse and might be noise', () => {
    const judged = judgedTogether([[slower(0.01, 0.8), slower(0.01, 0.4), slower(0.2, 0.8)]])
    expect(judged[0]?.map(({ status }) => status)).toEqual(['unclear', 'same', 'same'])
  })

  test('that were worse by themselves are so no more where noise would do that in a suite of this size', () => {
    const [judged] = judgedTogether([[{ ...slower(9e-5), status: 'worse' }, ...times(400, () => slower(0.9))]])
    expect(judged?.[0]?.status).toBe('same')
  })

  test('of what is the better the greater are worse when less', () => {
    const score = (changeRatio: number) => alone(finding('scores.polite', changeRatio, 1e-9))?.status
    expect([score(-0.2), score(0.2)]).toEqual(['worse', 'same'])
    expect(alone(finding('successRatio', -0.2, 1e-9))?.status).toBe('worse')
  })

  test('are judged without what their session lies off', () => {
    const shared = (sharedRatio: number) => alone({ ...slower(1e-9, 0.4), sharedRatio })?.status
    expect([shared(0), shared(0.25), shared(0.3)]).toEqual(['worse', 'worse', 'same'])
  })

  test('what left 0 is beyond every share', () => {
    const { changeRatio: _, ...left } = finding('toolCalls', 0, 1e-9, { baseline: { n: 20, location: 0 } })
    expect(alone(left)?.status).toBe('worse')
  })

  test('a time that grew by less than a millisecond is the same', () => {
    const quick = { baseline: { n: 20, location: 1 }, candidate: { n: 20, location: 1.6 } }
    expect(alone(finding('workingMs', 0.6, 1e-9, quick))?.status).toBe('same')
    expect(alone(finding('steps', 0.6, 1e-9, quick))?.status).toBe('worse')
  })

  test('a case that died is news though all of them together hardly changed', () => {
    const ofCase = { position: 7, baseline: 1, candidate: 0, changeRatio: -1 }
    const dead = (p: number, more: Partial<Finding> = { ofCase }) =>
      finding('successRatio', -0.025, p, {
        ...more,
        baseline: { n: 2000, location: 1 },
        candidate: { n: 480, location: 0.975 },
      })
    expect(alone(dead(1e-6))?.status).toBe('worse')
    expect(alone(dead(1e-6, {}))?.status).toBe('same')
    expect(alone(dead(0.02))?.status).toBe('unclear')
    const [many] = judgedTogether([[dead(9e-5), ...times(400, () => slower(0.9))]])
    expect(many?.[0]?.status).toBe('unclear')
  })
})

describe('what was not tested stays as it is', () => {
  test.for<[string, Finding]>([
    ['what never varies', finding('steps', 0.5, undefined, { status: 'worse' })],
    ['what got better', finding('workingMs', -0.4, 0.003, { status: 'better' })],
    ['what is new', { metric: 'steps', status: 'new', candidate: { n: 5, location: 2 } }],
    [
      'what was not judged',
      { metric: 'workingMs', status: 'notJudged', candidate: { n: 5, location: 2 }, reason: 'no' },
    ],
  ])('%s', ([, one]) => {
    expect(alone(one)).toBe(one)
  })

  test('and is not counted among the tests', () => {
    const others = [
      finding('steps', 0.5, undefined, { status: 'worse' as const }),
      finding('workingMs', -0.4, 0.003, { status: 'better' as const }),
    ]
    expect(judgedTogether([others, [slower(0.008)]])[1]?.[0]).toMatchObject({ status: 'worse', p: 0.008 })
  })

  test('what follows others takes their adjusted verdict', () => {
    const parts = (p: number) => [
      finding('inputTokens', 0.4, p, { status: 'worse' }),
      finding('outputTokens', 0.4, 0.3),
      {
        ...finding('totalTokens', 0.4, undefined, { status: 'worse' }),
        follows: ['inputTokens' as const, 'outputTokens' as const],
      },
    ]
    const status = (p: number) => judgedTogether([parts(p)])[0]?.map((one) => one.status)
    expect(status(1e-4)).toEqual(['worse', 'same', 'worse'])
    expect(status(0.02)).toEqual(['same', 'same', 'same'])
  })
})
