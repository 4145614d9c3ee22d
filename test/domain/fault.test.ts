import { describe, expect, test } from 'vitest'
import { type Fault, faultFor } from '../../src/domain/fault.ts'

const positions = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Positions, of the first `count`, at which `plan` has a fault. */
function struck(plan: readonly Fault[], count: number, { seed = 1, provider = 'openai', everyMs = 10 } = {}): number[] {
  return positions(count).filter(
    (index) => faultFor(plan, { index, atMs: index * everyMs, provider }, seed) !== undefined,
  )
}

describe('faultFor', () => {
  test.for<[string, Fault, number[]]>([
    ['calls', { kind: 'timeout', calls: [0, 3, 99] }, [0, 3]],
    ['no calls', { kind: 'timeout', calls: [] }, []],
    ['burst', { kind: 'timeout', burst: { everyCalls: 5, calls: 2 } }, [3, 4, 8, 9]],
    ['a burst that never ends', { kind: 'timeout', burst: { everyCalls: 1, calls: 1 } }, positions(10)],
    ['schedule, its end not included', { kind: 'timeout', schedule: [{ fromMs: 20, toMs: 40 }] }, [2, 3]],
    [
      'several times',
      {
        kind: 'timeout',
        schedule: [
          { fromMs: 0, toMs: 1 },
          { fromMs: 85, toMs: 1_000 },
        ],
      },
      [0, 9],
    ],
    ['rate 0', { kind: 'timeout', rate: 0 }, []],
    ['rate 1', { kind: 'timeout', rate: 1 }, positions(10)],
    ['its provider', { kind: 'timeout', calls: [1], provider: 'openai' }, [1]],
    ['another provider', { kind: 'timeout', calls: [1], provider: 'google' }, []],
  ])('%s', ([, fault, expected]) => {
    expect(struck([fault], 10)).toEqual(expected)
  })

  test('the same seed strikes the same calls, whenever they start; another seed others', () => {
    const plan: Fault[] = [{ kind: 'timeout', rate: 0.2 }]
    expect(struck(plan, 200, { everyMs: 1 })).toEqual(struck(plan, 200, { everyMs: 777 }))
    expect(struck(plan, 200)).not.toEqual(struck(plan, 200, { seed: 2 }))
  })

  test.for([0.01, 0.1, 0.5, 0.9])('a rate of %d is that share of many calls, for any seed', (rate) => {
    const count = 20_000
    for (const seed of [0, 1, 2, 2 ** 32 - 1]) {
      const share = struck([{ kind: 'timeout', rate }], count, { seed }).length / count
      // Five standard errors.
      expect(Math.abs(share - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / count))
    }
  })

  test('calls that follow one another are struck independently of each other', () => {
    const count = 20_000
    const hits = new Set(struck([{ kind: 'timeout', rate: 0.3 }], count))
    const both = positions(count - 1).filter((index) => hits.has(index) && hits.has(index + 1)).length
    expect(both / count).toBeCloseTo(0.09, 1.5)
  })

  test('several rates share one draw: each keeps its own', () => {
    const plan: Fault[] = [
      { kind: 'rateLimit', rate: 0.3 },
      { kind: 'serverError', status: 503, rate: 0.2 },
    ]
    const kinds = positions(10_000).map((index) => faultFor(plan, { index, atMs: 0, provider: 'openai' }, 7)?.kind)
    expect(kinds.filter((kind) => kind === 'rateLimit').length / 10_000).toBeCloseTo(0.3, 1.5)
    expect(kinds.filter((kind) => kind === 'serverError').length / 10_000).toBeCloseTo(0.2, 1.5)
  })

  test('what names a call goes before what is drawn, and the first in the plan before the others', () => {
    const plan: Fault[] = [
      { kind: 'timeout', rate: 1 },
      { kind: 'cutStream', calls: [2] },
      { kind: 'rateLimit', calls: [2, 3] },
    ]
    const kinds = positions(4).map((index) => faultFor(plan, { index, atMs: 0, provider: 'openai' }, 7)?.kind)
    expect(kinds).toEqual(['timeout', 'timeout', 'cutStream', 'rateLimit'])
  })
})
