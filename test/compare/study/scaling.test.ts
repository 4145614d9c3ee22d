import { describe, expect, test } from 'vitest'
import { lawOf, levelsOf } from '../../../src/compare/study/scaling.ts'
import { addSample, createSamples } from '../../../src/domain/sample.ts'
import type { Efficiency, SweepLevel } from '../../../src/domain/study/sweep.ts'
import { gamma } from '../../../src/stats/random.ts'
import { levelUnder, lockedPerSecond, locking, measuredAs, type System, simulated } from './simulated.ts'

const concurrencies = [1, 2, 5, 10, 20]

/** Levels of `system` over `concurrencies`, that of `seed`. */
function sweepOf(system: System, seed: number, over = concurrencies): SweepLevel[] {
  return levelsOf(over.map((concurrency, position) => levelUnder(system, concurrency, seed * 10 + position)))
}

function efficiencyAt(levels: readonly SweepLevel[], concurrency: number): Efficiency {
  const found = levels.find((level) => level.concurrency === concurrency)?.efficiency
  if (found === undefined) throw new Error(`expected an efficiency of ${concurrency}`)
  return found
}

/** Mean efficiency of each of `over`, and the share of intervals that hold `truth`. */
function measured(system: System, seeds: number, over: readonly number[], truth: (concurrency: number) => number) {
  const sweeps = Array.from({ length: seeds }, (_, seed) => sweepOf(system, seed, [...over]))
  return over.map((concurrency) => {
    const found = sweeps.map((levels) => efficiencyAt(levels, concurrency))
    const real = truth(concurrency)
    const held = found.filter(({ interval }) => interval !== undefined && interval.low <= real && interval.high >= real)
    return { mean: found.reduce((sum, { ratio }) => sum + ratio, 0) / seeds, coverage: held.length / seeds }
  })
}

describe('the simulated system', () => {
  test('does what mean value analysis says', () => {
    const runs = 20_000
    for (const concurrency of [1, 5, 20]) {
      const { endedAtMs } = simulated(locking, concurrency, { turns: 1, turnRuns: runs }, 3)
      const perSecond = (runs * 1000) / (endedAtMs[runs - 1] ?? 0)
      expect(Math.abs(perSecond / lockedPerSecond(concurrency) - 1)).toBeLessThan(0.02)
    }
  })
})

describe('efficiency', () => {
  test('of agents that share a lock is within 5% of the truth, on average over 200 sweeps', () => {
    const truth = (concurrency: number) => lockedPerSecond(concurrency) / (concurrency * lockedPerSecond(1))
    // By hand: the lock alone allows 200 a second, and one does 40.
    expect(truth(20)).toBeCloseTo(0.25, 3)
    const found = measured(locking, 200, concurrencies, truth)
    for (const [position, { mean }] of found.entries())
      expect(Math.abs(mean / truth(concurrencies[position] ?? 1) - 1)).toBeLessThan(0.05)
  }, 60_000)

  test.each([
    ['much alike', 25],
    ['as different as those of models', 4],
  ])(
    'of runs that are %s and independent is 1, and its interval holds that as often as it says',
    (_, shape) => {
      const independent: System = (next) => ({ aloneMs: gamma(next, shape) })
      for (const { mean, coverage } of measured(independent, 200, [1, 5, 20], () => 1).slice(1)) {
        expect(Math.abs(mean - 1)).toBeLessThan(0.02)
        expect(coverage).toBeGreaterThan(0.9)
        expect(coverage).toBeLessThan(0.985)
      }
    },
    60_000,
  )

  test('counts good runs only, and their time against those that failed', () => {
    const failing: System = (_, concurrency) => ({ aloneMs: 10, outcome: concurrency === 1 ? 'ok' : 'wrong' })
    const [one, none] = sweepOf(failing, 1, [1, 2])
    expect(one?.throughputPerSecond).toBeCloseTo(100, 6)
    expect(none).toMatchObject({ throughputPerSecond: undefined, efficiency: undefined, successRatio: 0 })
    const half: System = (next, concurrency) => ({
      aloneMs: 10,
      outcome: concurrency > 1 && next() < 0.5 ? 'error' : 'ok',
    })
    const { ratio } = efficiencyAt(levelsOf([levelUnder(half, 1, 1), levelUnder(half, 5, 1, { runs: 4000 })]), 5)
    expect(Math.abs(ratio - 0.5)).toBeLessThan(0.02)
  })

  test('of equal runs is exact, whatever passes between turns', () => {
    const alone: System = () => ({ aloneMs: 20 })
    for (const { efficiency, throughputPerSecond, concurrency = 0 } of sweepOf(alone, 1)) {
      expect(throughputPerSecond).toBeCloseTo(50 * concurrency, 6)
      expect(efficiency?.ratio).toBeCloseTo(1, 9)
      expect(efficiency?.idealPerSecond).toBeCloseTo(50 * concurrency, 6)
    }
  })

  test('does not count runs that find no queue, nor those that leave lanes empty', () => {
    const samples = createSamples(50)
    for (let turn = 0; turn < 2; turn++) {
      for (let place = 0; place < 25; place++) {
        const startedAtMs = turn * 10_000 + place
        const endedAtMs = startedAtMs + (place < 7 ? 1 : place < 20 ? 100 : 5)
        addSample(samples, {
          caseIndex: 0,
          outcome: 'ok',
          degraded: false,
          dueAtMs: startedAtMs,
          startedAtMs,
          endedAtMs,
        })
      }
    }
    expect(levelsOf([measuredAs(samples, 5, 25)])[0]?.throughputPerSecond).toBeCloseTo(50, 9)
  })

  test('of one is 1 for sure, and has no interval', () => {
    expect(efficiencyAt(sweepOf(locking, 4), 1)).toEqual({ ratio: 1, idealPerSecond: expect.any(Number) })
  })

  test('lies in its interval', () => {
    for (const { efficiency } of sweepOf(locking, 5).slice(1)) {
      expect(efficiency?.interval?.low).toBeLessThan(efficiency?.ratio ?? 0)
      expect(efficiency?.interval?.high).toBeGreaterThan(efficiency?.ratio ?? 1)
    }
  })

  test('is unknown without a level of 1, over something else, and under a load that does not keep its lanes at work', () => {
    for (const { efficiency, throughputPerSecond } of sweepOf(locking, 1, [2, 5])) {
      expect(efficiency).toBeUndefined()
      expect(throughputPerSecond).toBeGreaterThan(0)
    }
    const samples = simulated(locking, 1, { turns: 2, turnRuns: 15 }, 1)
    const elsewhere = measuredAs(samples, undefined, 15)
    expect(levelsOf([elsewhere])[0]).toMatchObject({ efficiency: undefined, concurrency: undefined })
    const { record } = elsewhere
    const together = { ...elsewhere, record: { ...record, plan: { ...record.plan, load: { concurrency: 2 } } } }
    expect(levelsOf([together])[0]?.throughputPerSecond).toBeGreaterThan(0)
    // One at a time says no more than its latency, but for a sweep over concurrency.
    expect(levelsOf([elsewhere])[0]?.throughputPerSecond).toBeUndefined()
    for (const load of [
      { concurrency: 2, runsPerSecond: 2 },
      { concurrency: 2, stages: [{ durationMs: 1000, concurrency: 1 }] },
      { ratePerSecond: 2, arrival: 'constant', seed: 1, pacing: 'timer' } as const,
    ]) {
      const held = { ...elsewhere, record: { ...record, plan: { ...record.plan, load } } }
      expect(levelsOf([held])[0]?.throughputPerSecond).toBeUndefined()
    }
  })

  test('has no interval where hardly any run of one alone was good, but is told', () => {
    const samples = simulated(() => ({ aloneMs: 10, outcome: 'wrong' }), 1, { turns: 2, turnRuns: 15 }, 1)
    samples.outcome[5] = 0
    const one = measuredAs(samples, 1, 15)
    const { ratio, interval } = efficiencyAt(levelsOf([one, levelUnder(() => ({ aloneMs: 10 }), 5, 1)]), 5)
    expect(ratio).toBeGreaterThan(1)
    expect(interval).toBeUndefined()
  })

  test('has a finite interval where few runs of one alone were good', () => {
    for (let good = 2; good < 12; good++) {
      const samples = simulated(() => ({ aloneMs: 10, outcome: 'wrong' }), 1, { turns: 2, turnRuns: 15 }, 1)
      for (let index = 2; index < 2 + good; index++) samples.outcome[index] = 0
      const levels = levelsOf([measuredAs(samples, 1, 15), levelUnder(() => ({ aloneMs: 10 }), 5, 1)])
      const { ratio, interval } = efficiencyAt(levels, 5)
      if (interval === undefined) continue
      expect(interval.low).toBeLessThanOrEqual(ratio)
      expect(interval.high).toBeLessThan(100 * ratio)
    }
  })

  test('of an execution that was stopped is told by the turns that it made', () => {
    const whole = simulated(() => ({ aloneMs: 20 }), 5, { turns: 2, turnRuns: 25 }, 1)
    const stopped = createSamples(64)
    for (let index = 0; index < 28; index++) {
      const startedAtMs = whole.startedAtMs[index] ?? 0
      const endedAtMs = whole.endedAtMs[index] ?? 0
      addSample(stopped, { caseIndex: 0, outcome: 'ok', degraded: false, dueAtMs: startedAtMs, startedAtMs, endedAtMs })
    }
    const one = levelUnder(() => ({ aloneMs: 20 }), 1, 1)
    expect(efficiencyAt(levelsOf([one, measuredAs(stopped, 5, 25)]), 5).ratio).toBeCloseTo(1, 9)
    const barely = createSamples(64)
    addSample(barely, { caseIndex: 0, outcome: 'ok', degraded: false, dueAtMs: 0, startedAtMs: 0, endedAtMs: 20 })
    expect(levelsOf([one, measuredAs(barely, 5, 25)])[1]).toMatchObject({ throughputPerSecond: undefined, runs: 1 })
  })

  test('of turns with very many runs is told', () => {
    const many = levelUnder(() => ({ aloneMs: 20 }), 1, 1, { runs: 300_000 })
    expect(levelsOf([many])[0]?.throughputPerSecond).toBeCloseTo(50, 6)
  })
})

describe('what efficiency is lost to', () => {
  const parts = { waitingMs: 'backOff', modelMs: 'model', toolMs: 'tool' } as const

  test.for(Object.entries(parts))('%s that grows is %s', ([value, part]) => {
    const slower: System = (_, concurrency) => ({
      aloneMs: concurrency === 1 ? 100 : 125,
      values: { waitingMs: 0, modelMs: 0, toolMs: 0, [value]: concurrency === 1 ? 10 : 35 },
    })
    const { loss } = efficiencyAt(sweepOf(slower, 1, [1, 5]), 5)
    expect(Object.keys(loss ?? {})).toEqual([part])
    expect(loss?.[part as 'model']).toBeCloseTo(0.2, 9)
  })

  test('the rest of it is other, beside the part that is known', () => {
    const slower: System = (_, concurrency) => ({
      aloneMs: concurrency === 1 ? 100 : 200,
      values: { waitingMs: 0, modelMs: concurrency === 1 ? 40 : 70, toolMs: 10 },
    })
    const { loss } = efficiencyAt(sweepOf(slower, 1, [1, 5]), 5)
    expect(loss?.model).toBeCloseTo(0.15, 9)
    expect(loss?.other).toBeCloseTo(0.35, 9)
    expect(Object.keys(loss ?? {})).toHaveLength(2)
  })

  test('is a queue where runs share a lock: what one alone does not wait', () => {
    const { loss, ratio } = efficiencyAt(levelsOf([1, 20].map((n) => levelUnder(locking, n, n, { runs: 2000 }))), 20)
    expect(loss?.other).toBeCloseTo(1 - ratio, 6)
    expect(Math.abs((loss?.other ?? 0) - 0.75)).toBeLessThan(0.03)
  })

  test('is not told where runs took no longer', () => {
    const faster: System = (_, concurrency) => ({ aloneMs: 100 / concurrency })
    expect(efficiencyAt(sweepOf(faster, 1, [1, 5]), 5).loss).toBeUndefined()
  })

  test('is not told of a part that is unknown on one side', () => {
    const slower: System = (_, concurrency) => ({
      aloneMs: concurrency === 1 ? 100 : 200,
      values: concurrency === 1 ? {} : { modelMs: 50 },
    })
    expect(efficiencyAt(sweepOf(slower, 1, [1, 5]), 5).loss).toEqual({ other: 0.5 })
  })
})

describe('the law of a sweep', () => {
  const level = (concurrency: number, throughputPerSecond?: number): SweepLevel => ({
    name: String(concurrency),
    concurrency,
    execution: 'one',
    runs: 30,
    throughputPerSecond,
  })
  // X(n) = λ n / (1 + σ (n − 1) + κ n (n − 1))
  const under = (contention: number, crosstalk: number) => (n: number) =>
    level(n, (40 * n) / (1 + contention * (n - 1) + crosstalk * n * (n - 1)))

  test('is found from throughputs that follow it, with its peak', () => {
    const law = lawOf(concurrencies.map(under(0.1, 0.005)))
    expect(law?.contentionRatio).toBeCloseTo(0.1, 5)
    expect(law?.crosstalkRatio).toBeCloseTo(0.005, 5)
    // By hand: √((1 − 0.1) / 0.005).
    expect(law?.peakConcurrency).toBeCloseTo(13.416, 2)
    expect(law?.peakPerSecond).toBeCloseTo(under(0.1, 0.005)(13.416).throughputPerSecond ?? 0, 3)
  })

  test('follows a level the more, the more runs it had', () => {
    const [one = level(1), two = level(2), five = level(5), ten = level(10), twenty = level(20)] = concurrencies.map(
      under(0.1, 0.005),
    )
    const off = { ...ten, throughputPerSecond: (ten.throughputPerSecond ?? 0) / 2 }
    const errorWith = (runs: number) =>
      Math.abs((lawOf([one, two, five, { ...off, runs }, twenty])?.contentionRatio ?? 1) - 0.1)
    expect(errorWith(1)).toBeLessThan(errorWith(300) / 5)
  })

  test('has no peak without crosstalk', () => {
    expect(lawOf(concurrencies.map(under(0.1, 0)))).not.toHaveProperty('peakConcurrency', expect.any(Number))
  })

  test('is unknown below three levels whose throughput is known', () => {
    expect(lawOf([under(0, 0)(1), under(0, 0)(2)])).toBeUndefined()
    expect(lawOf([under(0, 0)(1), under(0, 0)(2), level(5)])).toBeUndefined()
    expect(lawOf([])).toBeUndefined()
  })
})
