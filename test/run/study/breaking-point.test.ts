import { describe, expect, test } from 'vitest'
import { drawing } from '../../../calibrate/draw.ts'
import type { Queue } from '../../../calibrate/queue.ts'
import { probeQueue } from '../../../calibrate/queue-probe.ts'
import type {
  BreakingPoint,
  BreakingPointSearch,
  Probe,
  ProbeRequest,
} from '../../../src/domain/study/breaking-point.ts'
import { findBreakingPoint } from '../../../src/run/study/breaking-point.ts'

const second = 1000

/** p95 of the response time at most `bound`, in ms. */
function searchFor(bound: number, changes: Partial<BreakingPointSearch> = {}): BreakingPointSearch {
  return {
    objectives: [{ metric: 'responseTimeMs', statistic: 'p95', bound }],
    maxConcurrency: 512,
    maxRuns: 50_000,
    ...changes,
  }
}

interface Behaviour {
  /** Runs that it works on at a time; more of them share. */
  slots: number
  /** Runs a second beyond which it refuses. */
  refusesAbove?: number
  /** Runs a second beyond which every time is a hundredfold. */
  stumblesAbove?: number
  /** Runs a second beyond which runs pile up, though times are kept. */
  pilesUpAbove?: number
  costUsd?: number | undefined
}

/** A system that takes a second for each run, always, as long as it may: what it does follows from its load alone. */
function steady(behaviour: Behaviour, search: BreakingPointSearch) {
  const { slots, refusesAbove, stumblesAbove, pilesUpAbove, costUsd } = behaviour
  const bound = search.objectives[0]?.bound ?? 0
  return async ({ load, runs, isHopeless }: ProbeRequest): Promise<Probe> => {
    const offered = 'concurrency' in load ? Math.min(load.concurrency, slots) : load.ratePerSecond
    const waits = 'concurrency' in load ? Math.max(1, load.concurrency / slots) : offered > slots ? 10 : 1
    const stumbles = stumblesAbove !== undefined && offered > stumblesAbove ? 100 : 1
    const value = second * waits * stumbles
    const toldOf = (made: number) => ({
      objectives: [{ n: made, over: value > bound ? made : 0, value, deviation: 0 }],
      failures: { error: offered > (refusesAbove ?? offered) ? made / 2 : 0, timeout: 0, dropped: 0 },
    })
    let made = 1
    while (made < runs && !isHopeless(toldOf(made))) made++
    const rises = 'ratePerSecond' in load && pilesUpAbove !== undefined && offered > pilesUpAbove
    return {
      load,
      runs: made,
      durationMs: (made / offered) * second,
      throughputPerSecond: Math.min(offered / ('concurrency' in load ? stumbles : 1), slots, refusesAbove ?? slots),
      inFlight: Array.from({ length: 24 }, (_, index) => offered + (rises ? index * offered : index % 2)),
      ...toldOf(made),
      costUsd: costUsd === undefined ? undefined : costUsd * made,
      endedEarly: made < runs,
    }
  }
}

function search(wanted: BreakingPointSearch, behaviour: Behaviour): Promise<BreakingPoint> {
  return findBreakingPoint(wanted, steady(behaviour, wanted))
}

/** What every answer must keep, whatever the system. */
function expectWhole(found: BreakingPoint): void {
  expect(found.probes.reduce((sum, { runs }) => sum + runs, 0)).toBe(found.runs)
  if (found.answer !== 'found') return
  expect(found.sustainedPerSecond).toBeLessThanOrEqual(found.failingPerSecond)
  expect(found.interval.low).toBeLessThan(found.sustainedPerSecond)
  expect(found.interval.high).toBeGreaterThan(found.failingPerSecond)
}

describe('a steady system breaks', () => {
  test.for([
    ['where throughput grows no more', { slots: 20 }, 20 * second, 20, { bound: 'throughput', shape: 'smooth' }],
    ['likewise with one slot', { slots: 1 }, 20 * second, 1, { bound: 'throughput' }],
    ['likewise with a hundred', { slots: 100 }, 20 * second, 100, { bound: 'throughput' }],
    ['where runs are refused', { slots: 500, refusesAbove: 10 }, 2 * second, 10, { bound: 'failures', shape: 'cliff' }],
    [
      'where times jump',
      { slots: 500, stumblesAbove: 30 },
      2 * second,
      30,
      { bound: { objective: 0 }, shape: 'cliff' },
    ],
    ['where runs pile up', { slots: 20, pilesUpAbove: 15 }, 20 * second, 15, { bound: 'inFlight', shape: 'smooth' }],
  ] as const)('%s', async ([, behaviour, bound, truth, expected]) => {
    const found = await search(searchFor(bound), behaviour)
    expectWhole(found)
    expect(found).toMatchObject({ answer: 'found', ...expected })
    if (found.answer !== 'found') return
    expect(found.sustainedPerSecond / truth).toBeGreaterThan(0.88)
    expect(found.sustainedPerSecond / truth).toBeLessThanOrEqual(1)
  })
})

describe('no answer is given', () => {
  const own = { slots: 20 }
  test.for([
    ['where an objective is missed without load', searchFor(900), own, { reason: 'missedUnloaded', objective: 0 }],
    ['where runs fail without load', searchFor(3000), { ...own, refusesAbove: 0.5 }, { reason: 'failsUnloaded' }],
    ['where no run may be made', searchFor(3000, { maxRuns: 50 }), own, { reason: 'cap', cap: 'runs' }],
    ['where runs are used up too early', searchFor(3000, { maxRuns: 500 }), own, { reason: 'cap', cap: 'runs' }],
    [
      'where the money is used up too early',
      searchFor(3000, { maxCostUsd: 5 }),
      { ...own, costUsd: 0.01 },
      { reason: 'cap', cap: 'cost' },
    ],
  ] as const)('%s', async ([, wanted, behaviour, expected]) => {
    const found = await search(wanted, behaviour)
    expectWhole(found)
    expect(found).toMatchObject({ answer: 'refused', ...expected })
  })

  test('where no load is sustained', async () => {
    const found = await search(searchFor(3000), { slots: 20, pilesUpAbove: 0 })
    expect(found).toMatchObject({ answer: 'refused', reason: 'nothingSustained' })
  })
})

describe('it is not reached', () => {
  test.for([
    ['below the highest concurrency', { maxConcurrency: 8 }, 8, 'concurrency', 0.01],
    ['below the highest rate', { maxRatePerSecond: 6 }, 6, 'rate', 0.01],
    ['below a rate that one run at a time exceeds', { maxRatePerSecond: 0.3 }, 0.3, 'rate', 0.01],
  ] as const)('%s', async ([, cap, atLeast, named, costUsd]) => {
    const found = await search(searchFor(3000, cap), { slots: 100, costUsd })
    expectWhole(found)
    expect(found).toMatchObject({ answer: 'notReached', cap: named })
    if (found.answer === 'notReached') expect(found.atLeastPerSecond / atLeast).toBeGreaterThan(0.9)
    if (found.answer === 'notReached') expect(found.atLeastPerSecond).toBeLessThanOrEqual(atLeast)
  })
})

describe('what was done with so many at a time is not yet sustained', () => {
  test.each([
    ['where runs are used up before an open load', { maxRuns: 250 }, 'runs', 0.01],
    ['where money is', { maxCostUsd: 2 }, 'cost', 0.01],
    ['where nobody knows how far money goes', { maxCostUsd: 2 }, 'cost', undefined],
  ] as const)('%s', async (_, caps, cap, costUsd) => {
    const found = await search(searchFor(3000, caps), { slots: 100, costUsd })
    expectWhole(found)
    expect(found).toMatchObject({ answer: 'refused', reason: 'cap', cap })
  })
})

test('what was sustained is told when runs are used up before all is known', async () => {
  const bound = 2000
  const behaviour = { slots: 500, refusesAbove: 10 }
  const whole = await search(searchFor(bound), behaviour)
  const found = await search(searchFor(bound, { maxRuns: whole.runs - 1 }), behaviour)
  expect(found).toMatchObject({ answer: 'found', bound: 'failures' })
  if (found.answer === 'found') expect(found.failingPerSecond).toBeGreaterThan(1.12 * found.sustainedPerSecond)
})

test('a bound on a mean, and on failures, is held', async () => {
  const objectives = [
    { metric: 'responseTimeMs', statistic: 'mean', bound: 3000 },
    { metric: 'failureRatio', bound: 0.6 },
  ] as const
  const wanted = searchFor(3000, { objectives })
  const probe = steady({ slots: 20, refusesAbove: 5 }, wanted)
  const withFailures = async (request: ProbeRequest): Promise<Probe> => {
    const told = await probe(request)
    return { ...told, objectives: [...told.objectives, { n: told.runs, over: told.failures.error }] }
  }
  // Half of the runs may fail, so that what refuses them does not bind.
  const found = await findBreakingPoint(wanted, withFailures)
  expect(found).toMatchObject({ answer: 'found' })
  expect(found).not.toMatchObject({ bound: 'failures' })
})

describe('a probe', () => {
  const requests = async (wanted: BreakingPointSearch, behaviour: Behaviour) => {
    const asked: ProbeRequest[] = []
    const probe = steady(behaviour, wanted)
    await findBreakingPoint(wanted, (request) => {
      asked.push(request)
      return probe(request)
    })
    return asked
  }

  test('is first of one run at a time, then of more and more, then of random instants', async () => {
    const asked = await requests(searchFor(3000), { slots: 20 })
    expect(asked.map(({ load }) => Object.keys(load)[0])).toEqual([
      'concurrency',
      'concurrency',
      'concurrency',
      'concurrency',
      'ratePerSecond',
    ])
    expect(asked[0]).toMatchObject({ load: { concurrency: 1 }, runs: 59, leaveOut: 0 })
  })

  test('has as many runs as the statistic takes', async () => {
    const objectives = [{ metric: 'responseTimeMs', statistic: 'p99', bound: 3000 }] as const
    const asked = await requests(searchFor(3000, { objectives }), { slots: 20 })
    expect(asked[0]?.runs).toBe(299)
    const last = asked.at(-1)
    expect((last?.runs ?? 0) - (last?.leaveOut ?? 0)).toBeGreaterThanOrEqual(299)
  })

  test('is hopeless as soon as more runs are late, or fail, than may of all', async () => {
    const last = (await requests(searchFor(3000), { slots: 20 })).at(-1)
    const failures = { error: 0, timeout: 0, dropped: 0 }
    const late = (over: number) => last?.isHopeless({ objectives: [{ n: over, over }], failures })
    const allowed = 0.05 * ((last?.runs ?? 0) - (last?.leaveOut ?? 0))
    expect(late(Math.floor(allowed))).toBe(false)
    expect(late(Math.floor(allowed) + 2)).toBe(true)
    const failing = (dropped: number) =>
      last?.isHopeless({ objectives: [{ n: 0, over: 0 }], failures: { ...failures, dropped } })
    expect(failing(2)).toBe(false)
    expect(failing(3)).toBe(true)
  })

  test('of a closed load is not hopeless for late runs, which its throughput is told from', async () => {
    const [, level] = await requests(searchFor(3000), { slots: 20 })
    const failures = { error: 0, timeout: 0, dropped: 0 }
    expect(level?.isHopeless({ objectives: [{ n: 16, over: 16 }], failures })).toBe(false)
    expect(level?.isHopeless({ objectives: [{ n: 0, over: 0 }], failures: { ...failures, error: 1 } })).toBe(true)
  })
})

describe('a simulated queue', () => {
  const onQueue = (queue: Queue, bound: number, seed: number) => {
    const draw = drawing(seed)
    return findBreakingPoint(searchFor(bound), async (request) => probeQueue(queue, { q: 0.95, bound }, request, draw))
  }

  test('is found from any seed, and the same from the same', async () => {
    for (const seed of [1, 2, 3]) {
      const found = await onQueue({ slots: 20, cv: 0.6 }, 3, seed)
      expectWhole(found)
      if (found.answer !== 'found') throw new Error(`expected a load that is sustained, got: ${found.answer}`)
      // 18.8 in the long run.
      expect(Math.abs(found.sustainedPerSecond / 18.8 - 1)).toBeLessThan(0.15)
      expect(await onQueue({ slots: 20, cv: 0.6 }, 3, seed)).toEqual(found)
    }
  })

  test('is found where it refuses, as a cliff', async () => {
    const found = await onQueue({ slots: 20, cv: 0.6, refusesAbove: 15 }, 3, 1)
    expect(found).toMatchObject({ answer: 'found', bound: 'failures', shape: 'cliff' })
    if (found.answer === 'found') expect(Math.abs(found.sustainedPerSecond / 14 - 1)).toBeLessThan(0.2)
  })

  test('is seldom answered for where its times alone nearly reach the bound', async () => {
    const answers: string[] = []
    for (let seed = 1; seed <= 10; seed++) answers.push((await onQueue({ slots: 5, cv: 1.2 }, 3, seed)).answer)
    expect(answers.filter((answer) => answer === 'refused').length).toBeGreaterThanOrEqual(8)
  })
})

test.for([
  ['without an objective on a metric', { objectives: [{ metric: 'failureRatio', bound: 0 }] }],
  ['with a ratio above 1', { failureRatio: 1.5 }],
  ['without concurrency', { maxConcurrency: 0 }],
  ['without runs', { maxRuns: 0 }],
] as const)('a search %s is refused', async ([, changes]) => {
  await expect(search(searchFor(3000, changes), { slots: 20 })).rejects.toThrow(RangeError)
})
