import { describe, expect, test } from 'vitest'
import { leadsOf } from '../../../src/compare/study/lead.ts'
import { addSample, createSamples, type Outcome, type Samples, setValue } from '../../../src/domain/sample.ts'
import type { Lead, LeadMetric } from '../../../src/domain/study/sweep.ts'
import { gamma, random } from '../../../src/stats/random.ts'

interface Run {
  caseIndex?: number
  latencyMs: number
  tokens?: number
  costUsd?: number
  outcome?: Outcome
}

function level(runs: readonly Run[]): Samples {
  const samples = createSamples(runs.length)
  for (const { caseIndex = 0, latencyMs, tokens, costUsd, outcome = 'ok' } of runs) {
    const times = { dueAtMs: 0, startedAtMs: 0, endedAtMs: latencyMs }
    const index = addSample(samples, { caseIndex, outcome, degraded: false, ...times })
    if (tokens !== undefined) {
      setValue(samples, index, 'inputTokens', tokens)
      setValue(samples, index, 'outputTokens', 0)
    }
    if (costUsd !== undefined) setValue(samples, index, 'costUsd', costUsd)
  }
  return samples
}

interface Drawn {
  cases?: number
  runs?: number
  /** What its latencies are multiplied with. */
  factor?: number
  okRatio?: number
}

/** Runs of cases of which each takes as much longer as it is further back. */
function drawn(seed: number, { cases = 1, runs = 30, factor = 1, okRatio = 0.9 }: Drawn): Samples {
  const next = random(seed)
  return level(
    Array.from({ length: runs }, (_, index) => {
      const caseIndex = index % cases
      const latencyMs = factor * (1 + caseIndex) * 20 * gamma(next, 4)
      const tokens = Math.round((1 + caseIndex) * 100 * (0.5 + gamma(next, 4) / 8))
      return { caseIndex, latencyMs, tokens, costUsd: tokens * 1e-6, outcome: next() < okRatio ? 'ok' : 'wrong' }
    }),
  )
}

function leadBy(metric: LeadMetric, levels: readonly Samples[]): Lead | undefined {
  return leadsOf(levels).find((lead) => lead.metric === metric)
}

const times = (count: number, run: Run) => Array.from({ length: count }, () => run)

describe('a lead', () => {
  test.each([2, 5])(
    'among %i alike is called real in less than 5% of 1000 sweeps',
    (count) => {
      for (const cases of [1, 10, 30]) {
        let real = 0
        for (let seed = 0; seed < 1000; seed++) {
          const levels = Array.from({ length: count }, (_, position) => drawn(seed * 10 + position, { cases }))
          if (leadsOf(levels).some(({ isReal }) => isReal)) real += 1
        }
        expect(real / 1000, `${cases} cases`).toBeLessThan(0.05)
      }
    },
    60_000,
  )

  test('of one of two that are ahead of the others is called real in less than 5% of sweeps', () => {
    let real = 0
    for (let seed = 0; seed < 500; seed++) {
      const levels = [1, 1, 2, 2].map((factor, position) => drawn(seed * 10 + position, { factor, cases: 3 }))
      if (leadBy('latencyMs', levels)?.isReal) real += 1
    }
    expect(real / 500).toBeLessThan(0.05)
  }, 60_000)

  test.each([1, 10, 30])('that is real is found, with %i cases', (cases) => {
    let found = 0
    for (let seed = 0; seed < 200; seed++) {
      const levels = [1, 0.5, 0.9].map((factor, position) => drawn(seed * 10 + position, { factor, cases }))
      const lead = leadBy('latencyMs', levels)
      if (lead?.isReal && lead.best === 1) found += 1
      expect(lead?.isReal === true && lead.best !== 1).toBe(false)
    }
    expect(found / 200).toBeGreaterThan(0.8)
  })

  test('is not that of answers that are wrong, or of runs that limits stopped', () => {
    const [wrong, stopped] = (['wrong', 'timeout'] as const).map((outcome) =>
      level(times(20, { latencyMs: 5, outcome })),
    )
    const right = level(times(20, { latencyMs: 40 }))
    expect(leadBy('latencyMs', [right, wrong ?? right])).toBeUndefined()
    expect(leadBy('latencyMs', [right, stopped ?? right])).toBeUndefined()
    expect(leadBy('successRatio', [right, wrong ?? right])).toMatchObject({ best: 0, isReal: true })
  })

  test('of success is that in the cases that all of them know', () => {
    const runs = (cases: number) =>
      level(
        Array.from({ length: cases * 20 }, (_, index) => {
          const caseIndex = index % cases
          return { caseIndex, latencyMs: 1, outcome: caseIndex < 2 ? ('ok' as const) : ('wrong' as const) }
        }),
      )
    expect(leadBy('successRatio', [runs(2), runs(4)])).toMatchObject({ changeRatio: 0, isReal: false })
  })

  test('is told against the next best, as a share of it', () => {
    const levels = [300, 100, 200].map((latencyMs) => level(times(20, { latencyMs })))
    expect(leadBy('latencyMs', levels)).toMatchObject({ best: 1, next: 2, changeRatio: -0.5, isReal: true })
  })

  test('of success is told in points, most first', () => {
    const runs = (ok: number) => [
      ...times(ok, { latencyMs: 1 }),
      ...times(30 - ok, { latencyMs: 1, outcome: 'wrong' as const }),
    ]
    const [first] = leadsOf([level(runs(6)), level(runs(30)), level(runs(15))])
    expect(first).toMatchObject({ metric: 'successRatio', best: 1, next: 2, changeRatio: 0.5, isReal: true })
  })

  test('of success does not count what the provider failed', () => {
    const broken = times(20, { latencyMs: 1, outcome: 'infrastructure' })
    const levels = [level([...times(10, { latencyMs: 1 }), ...broken]), level(times(30, { latencyMs: 1 }))]
    expect(leadBy('successRatio', levels)).toMatchObject({ changeRatio: 0, p: 1, isReal: false })
    expect(leadBy('successRatio', [level(broken), level(broken)])).toBeUndefined()
  })

  test('is not real where all are the same', () => {
    const same = () => level(times(30, { latencyMs: 10, tokens: 5, costUsd: 0.1 }))
    const leads = leadsOf([same(), same()])
    expect(leads.map(({ metric }) => metric)).toEqual(['successRatio', 'latencyMs', 'totalTokens', 'costUsd'])
    for (const lead of leads) expect(lead).toMatchObject({ changeRatio: 0, p: 1, isReal: false })
  })

  test('is told of what is known of two, and above 0', () => {
    const levels = [level(times(5, { latencyMs: 10, tokens: 5 })), level(times(5, { latencyMs: 10 }))]
    expect(leadsOf(levels).map(({ metric }) => metric)).toEqual(['successRatio', 'latencyMs'])
    const free = () => level(times(5, { latencyMs: 10, costUsd: 0 }))
    expect(leadBy('costUsd', [free(), free()])).toBeUndefined()
    expect(leadsOf([free()])).toEqual([])
  })

  test('does not come from which cases a level could answer', () => {
    // The second one is slower by a tenth in each case, and breaks off the slow ones.
    const next = random(1)
    const runs = (factor: number, outcome: Outcome): Run[] =>
      Array.from({ length: 30 }, (_, index) => {
        const caseIndex = index % 3
        const latencyMs = factor * (caseIndex === 2 ? 10_000 : 100) * (1 + next() / 100)
        return { caseIndex, latencyMs, outcome: caseIndex === 2 ? outcome : 'ok' }
      })
    const lead = leadBy('latencyMs', [level(runs(1, 'ok')), level(runs(1.1, 'error'))])
    expect(lead).toMatchObject({ best: 0, next: 1, isReal: true })
    expect(lead?.changeRatio).toBeCloseTo(1 / 1.1 - 1, 2)
    const apart = [0, 1].map((caseIndex) => level(times(5, { latencyMs: 10, caseIndex })))
    expect(leadBy('latencyMs', apart)).toBeUndefined()
  })

  test('is seen though cases differ by far more than levels', () => {
    const next = random(2)
    const runs = (factor: number): Run[] =>
      Array.from({ length: 30 }, (_, index) => ({
        caseIndex: index % 10,
        latencyMs: factor * 2 ** (index % 10) * (1 + next() / 10),
      }))
    expect(leadBy('latencyMs', [level(runs(1)), level(runs(0.8))])).toMatchObject({ best: 1, isReal: true })
  })
})
