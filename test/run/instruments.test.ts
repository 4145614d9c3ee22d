import { constants, PerformanceObserver } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attribute } from '../../src/capture/attribution.ts'
import { wallClock } from '../../src/domain/clock.ts'
import { createSamples } from '../../src/domain/sample.ts'
import { ActiveRun } from '../../src/measure/active-run.ts'
import { markDegraded, startInstruments } from '../../src/run/instruments.ts'
import { keepRun } from '../../src/run/keep.ts'
import { outsideRuns } from '../capture/outside.ts'
import { startWireServer, type WireServer } from '../capture/wire-server.ts'
import { virtualClock } from '../virtual-clock.ts'
import { planOf } from './plans.ts'
import { runMeasurement } from './run-measurement.ts'

const events = ['uncaughtException', 'unhandledRejection'] as const

describe('the heap', () => {
  let collections = 0
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const flags: unknown = Reflect.get(Object(Reflect.get(entry, 'detail')), 'flags')
      if (typeof flags === 'number' && (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) collections += 1
    }
  })
  beforeAll(() => observer.observe({ entryTypes: ['gc'] }))
  afterAll(() => observer.disconnect())

  /** After which of its runs an execution of `options` collects, when it has taken `elapsedMs`. */
  async function readingsOf(options: Parameters<typeof planOf>[0], elapsedMs: number): Promise<number[]> {
    const clock = virtualClock()
    const plan = planOf(options)
    const instruments = startInstruments(plan, clock, '.')
    clock.block(elapsedMs)
    const readAfter: number[] = []
    for (let run = 1; run <= (plan.totalRuns ?? 0); run++) {
      await wallClock.breathe()
      const before = collections
      instruments.readHeap(run)
      // Collections are told a turn later.
      for (let turn = 0; turn < 5 && collections === before; turn++) await wallClock.breathe()
      if (collections > before) readAfter.push(run)
    }
    instruments.close()
    return readAfter
  }

  test('is read after each sixth of the runs', async () => {
    expect(await readingsOf({ runs: 36 }, 600)).toEqual([6, 12, 18, 24, 30, 36])
    expect(await readingsOf({ runs: 32 }, 600)).toEqual([6, 11, 16, 22, 27, 32])
    expect(await readingsOf({ runs: 3, thresholds: { heapGrowthBytes: 1_000 } }, 600)).toEqual([1, 2, 3])
  })

  test('is not read when the execution is too short to say anything, unless a threshold asks', async () => {
    expect(await readingsOf({ runs: 36 }, 400)).toEqual([])
    expect(await readingsOf({ runs: 29 }, 600)).toEqual([])
    expect(await readingsOf({ runs: 6, thresholds: { heapGrowthBytes: 1_000 } }, 0)).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('is not read with several runs in flight, unless a threshold asks', async () => {
    expect(await readingsOf({ runs: 36, concurrency: 2 }, 600)).toEqual([])
    expect(await readingsOf({ runs: 6, concurrency: 2, thresholds: { heapGrowthBytes: 1_000 } }, 0)).toEqual([
      1, 2, 3, 4, 5, 6,
    ])
  })

  test('grows by what runs keep, in bytes per run', () => {
    const plan = planOf({ runs: 3_000, thresholds: { heapGrowthBytes: 1_000 } })
    const instruments = startInstruments(plan, virtualClock(), '.')
    const kept: unknown[] = []
    for (let run = 1; run <= (plan.totalRuns ?? 0); run++) {
      kept.push(Array.from({ length: 122 }, (_, index) => index + 0.5))
      instruments.readHeap(run)
    }
    const { heapGrowthBytes } = instruments.close()
    expect(kept).toHaveLength(3_000)
    expect(heapGrowthBytes).toBeGreaterThan(0.8 * 1_024)
    expect(heapGrowthBytes).toBeLessThan(1.2 * 1_024)
  })

  test('has an unknown growth below five readings', () => {
    const instruments = startInstruments(planOf({ runs: 4, thresholds: { heapGrowthBytes: 1 } }), virtualClock(), '.')
    for (let run = 1; run <= 4; run++) instruments.readHeap(run)
    expect(instruments.close().heapGrowthBytes).toBeUndefined()
  })

  test('that shrinks has not grown', () => {
    const kept: unknown[] = Array.from({ length: 3_000 }, () => Array.from({ length: 122 }, (_, index) => index + 0.5))
    const instruments = startInstruments(planOf({ runs: 12, thresholds: { heapGrowthBytes: 1 } }), virtualClock(), '.')
    for (let run = 1; run <= 12; run++) {
      kept.length -= 250
      instruments.readHeap(run)
    }
    expect(instruments.close().heapGrowthBytes).toBe(0)
  })

  test('takes time from the runs, which is told', () => {
    const instruments = startInstruments(planOf({ runs: 6, thresholds: { heapGrowthBytes: 1 } }), wallClock, '.')
    const startedMs = wallClock.nowMs()
    for (let run = 1; run <= 6; run++) instruments.readHeap(run)
    const tookMs = wallClock.nowMs() - startedMs
    const { pausedMs } = instruments.close()
    expect(pausedMs).toBeGreaterThan(tookMs * 0.8)
    expect(pausedMs).toBeLessThanOrEqual(tookMs)
  })
})

describe('when it is closed', () => {
  test('the process is as it was', () => {
    const { exit } = process
    const before = events.map((event) => process.rawListeners(event))
    startInstruments(planOf(), virtualClock(), '.').close()
    expect(process.exit).toBe(exit)
    expect(events.map((event) => process.rawListeners(event))).toEqual(before)
  })

  test('it tells the resident set and how late the loop was', async () => {
    const clock = virtualClock()
    const instruments = startInstruments(planOf({ concurrency: 2 }), clock, '.')
    clock.block(500)
    const { peakRssBytes, late } = instruments.close()
    expect(peakRssBytes).toBeGreaterThan(2 ** 24)
    expect(late).toEqual([{ fromMs: 10, toMs: 500 }])
  })
})

describe('a stray failure', () => {
  function withRuns(names: string[], work: (runs: ActiveRun[]) => void): ActiveRun[] {
    const clock = virtualClock()
    const instruments = startInstruments(planOf({ concurrency: 4 }), clock, '.')
    const runs = names.map((name, index) => new ActiveRun(undefined, name, index, clock))
    for (const run of runs) instruments.inFlight.add(run)
    try {
      work(runs)
    } finally {
      instruments.close()
    }
    return runs
  }

  const exit = () => expect(() => process.exit(1)).toThrow('The agent called process.exit(1)')

  test('costs the run in whose scope it happens, among several', () => {
    const [first, second] = withRuns(['a', 'b'], ([, run]) => {
      if (run !== undefined) attribute(run, exit)
    })
    expect(first?.thrown).toBeUndefined()
    expect(second?.thrown).toMatchObject({ error: { name: 'ProcessExitError' } })
  })

  test('that lost its scope costs the only run in flight', () => {
    const [only] = withRuns(['a'], () => outsideRuns(exit))
    expect(only?.thrown).toMatchObject({ error: { name: 'ProcessExitError' } })
  })

  // Vitest forbids process.exit with an error of its own.
  const unclaimed = () => expect(() => process.exit(1)).toThrow('process.exit unexpectedly called')

  test('that lost its scope among several runs costs none of them', () => {
    const runs = withRuns(['a', 'b'], () => outsideRuns(unclaimed))
    expect(runs.map((run) => run.thrown)).toEqual([undefined, undefined])
  })

  test('in the scope of a check costs no run that happens to be in flight', () => {
    const [other] = withRuns(['a'], () => attribute({ calls: [] }, unclaimed))
    expect(other?.thrown).toBeUndefined()
  })
})

describe('model calls outside of the runs', () => {
  let server: WireServer
  beforeAll(async () => {
    server = await startWireServer((response) => response.end('{}'))
  })
  afterAll(() => server.close())

  test('are counted from the start on', async () => {
    const call = () =>
      fetch(`${server.origin}/v1/chat/completions`, { method: 'POST', body: '{}' }).then((response) => response.text())
    await outsideRuns(call)
    const instruments = startInstruments(planOf(), wallClock, '.')
    await attribute({ calls: [] }, call)
    await outsideRuns(call)
    await outsideRuns(call)
    expect(instruments.callsOutside()).toBe(2)
    instruments.close()
    await outsideRuns(call)
    expect(instruments.callsOutside()).toBe(2)
  })
})

test('a sample is degraded when the loop was late at any time between its start and its end', () => {
  const samples = createSamples(5)
  const times = [
    [0, 10],
    [10, 20],
    [15, 40],
    [30, 50],
    [60, 70],
  ] as const
  for (const [startedMs, endedMs] of times) {
    keepRun(samples, runMeasurement({ startedMs: 1_000 + startedMs, endedMs: 1_000 + endedMs }), 0, 1_000, 1_000)
  }
  markDegraded(
    samples,
    [
      { fromMs: 1_020, toMs: 1_030 },
      { fromMs: 1_065, toMs: 1_066 },
    ],
    1_000,
  )
  expect([...samples.degraded.subarray(0, 5)]).toEqual([0, 0, 1, 0, 1])
})
