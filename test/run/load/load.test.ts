import { describe, expect, test } from 'vitest'
import { sleep } from '../../../src/domain/clock.ts'
import { rampUp, spike, sustained } from '../../../src/domain/load/load-shape.ts'
import { type Loading, planLoad } from '../../../src/domain/load/plan-load.ts'
import { execute } from '../../../src/run/load/execute.ts'
import type { RunLoop } from '../../../src/run/load/run-loop.ts'
import { quantile } from '../../../src/stats/quantile.ts'
import { sorted } from '../../../src/stats/sorted.ts'
import { virtualClock } from '../../virtual-clock.ts'

interface Made {
  index: number
  dueMs: number
  startedMs: number
  endedMs: number
}

interface Course {
  runs: Made[]
  droppedAtMs: number[]
  /** Most runs in flight. */
  most: number
  endedMs: number
  /** Runs in flight at `atMs`. */
  inFlightAt: (atMs: number) => number
}

type Lasting = (startedMs: number) => number

/** The runs that `load` makes of an agent that takes as many milliseconds as `lasting` says, on a virtual clock. */
async function under(
  load: Loading['load'],
  lasting: Lasting,
  {
    runs,
    clock = patientClock(),
    ...given
  }: Partial<RunLoop> & { runs?: number; clock?: ReturnType<typeof virtualClock> } = {},
): Promise<Course> {
  const made: Made[] = []
  const droppedAtMs: number[] = []
  const planned = planLoad({ load })
  let inFlight = 0
  let most = 0
  const run = async (index: number, dueMs: number) => {
    const startedMs = clock.nowMs()
    inFlight += 1
    most = Math.max(most, inFlight)
    await sleep(clock, lasting(startedMs))
    inFlight -= 1
    made.push({ index, dueMs, startedMs, endedMs: clock.nowMs() })
  }
  const dropped: RunLoop['dropped'] = ({ dueMs }) => droppedAtMs.push(dueMs)
  await clock.run(() => execute(planned, { runs }, { run, stopped: () => false, dropped, ...given }, clock))
  expect(inFlight).toBe(0)
  made.sort((a, b) => a.startedMs - b.startedMs || a.index - b.index)
  const inFlightAt = (atMs: number) =>
    made.filter(({ startedMs, endedMs }) => startedMs <= atMs && endedMs > atMs).length
  return { runs: made, droppedAtMs, most, endedMs: clock.nowMs(), inFlightAt }
}

// One that does not go on to its next timer while somebody takes a breath.
function patientClock(): ReturnType<typeof virtualClock> {
  return { ...virtualClock(), breathe: async () => undefined }
}

const always = (ms: number) => () => ms

describe('a number of runs in flight', () => {
  test('for a time starts none after it, and waits for those that are on', async () => {
    const { runs, endedMs } = await under({ concurrency: 2, durationMs: 1_000 }, always(300))
    expect(runs.map(({ startedMs }) => startedMs)).toEqual([0, 0, 300, 300, 600, 600, 900, 900])
    expect(endedMs).toBe(1_200)
  })

  test('at most so many a second, for a time, lets nobody start after it who waited for its turn', async () => {
    const { runs } = await under({ concurrency: 20, runsPerSecond: 5, durationMs: 1_000 }, always(10))
    expect(runs.map(({ startedMs }) => startedMs)).toEqual([0, 200, 400, 600, 800])
  })

  test('that waits for its turn sees within a tenth of a second that it is over', async () => {
    const clock = patientClock()
    const course = { clock, stopped: () => clock.nowMs() > 300 }
    const { endedMs } = await under({ concurrency: 1, runsPerSecond: 0.2, durationMs: 60_000 }, always(10), course)
    expect(endedMs).toBeLessThanOrEqual(500)
  })

  test('cuts those that are on after the time that is left to them', async () => {
    const clock = patientClock()
    const cutAtMs: number[] = []
    const course = { clock, cut: () => cutAtMs.push(clock.nowMs()) }
    await under({ concurrency: 2, durationMs: 1_000, gracefulStopMs: 150 }, always(300), course)
    expect(cutAtMs).toEqual([1_150])
  })

  test('cuts none where all end in time', async () => {
    const cutAtMs: number[] = []
    await under({ concurrency: 2, durationMs: 1_000, gracefulStopMs: 250 }, always(300), { cut: () => cutAtMs.push(1) })
    expect(cutAtMs).toEqual([])
  })

  test('grows and shrinks by its stages', async () => {
    const stages = [
      { durationMs: 1_000, concurrency: 10 },
      { durationMs: 1_000, concurrency: 10 },
      { durationMs: 1_000, concurrency: 0 },
    ]
    const { inFlightAt, most, endedMs } = await under({ stages }, always(20))
    expect([101, 301, 551, 951, 1_500, 2_121, 2_521, 2_921].map(inFlightAt)).toEqual([1, 3, 6, 10, 10, 9, 5, 1])
    expect(most).toBe(10)
    expect(endedMs).toBeLessThanOrEqual(3_000)
  })

  test('comes again after a stage without any', async () => {
    const stages = [
      { durationMs: 0, concurrency: 2 },
      { durationMs: 200, concurrency: 2 },
      { durationMs: 0, concurrency: 0 },
      { durationMs: 500, concurrency: 0 },
      { durationMs: 0, concurrency: 3 },
      { durationMs: 200, concurrency: 3 },
    ]
    const { runs } = await under({ stages }, always(50))
    const starts = runs.map(({ startedMs }) => startedMs)
    expect(starts.filter((atMs) => atMs < 200)).toHaveLength(8)
    expect(starts.filter((atMs) => atMs >= 200 && atMs < 700)).toEqual([])
    expect(starts.filter((atMs) => atMs >= 700)).toHaveLength(12)
  })

  test('starts its stages over where a number of runs ends it', async () => {
    const stages = [
      { durationMs: 0, concurrency: 1 },
      { durationMs: 100, concurrency: 1 },
      { durationMs: 0, concurrency: 4 },
      { durationMs: 100, concurrency: 4 },
    ]
    const { runs, inFlightAt } = await under({ stages }, always(10), { runs: 80 })
    expect(runs).toHaveLength(80)
    expect([50, 150, 250, 305].map(inFlightAt)).toEqual([1, 4, 1, 4])
  })

  test('sees within a tenth of a second that it is over, though nothing is in flight', async () => {
    const clock = patientClock()
    const stages = [
      { durationMs: 0, concurrency: 1 },
      { durationMs: 100, concurrency: 1 },
      { durationMs: 0, concurrency: 0 },
      { durationMs: 60_000, concurrency: 0 },
    ]
    const { endedMs } = await under({ stages }, always(10), { clock, stopped: () => clock.nowMs() > 500 })
    expect(endedMs).toBeLessThanOrEqual(700)
  })
})

describe('a rate', () => {
  test('starts runs when they are due, whatever becomes of the earlier ones', async () => {
    const { runs, most } = await under({ ratePerSecond: 10, durationMs: 500 }, always(1_000))
    expect(runs.map(({ index, dueMs, startedMs }) => [index, dueMs, startedMs])).toEqual(
      [0, 100, 200, 300, 400].map((atMs, index) => [index, atMs, atMs]),
    )
    expect(most).toBe(5)
  })

  test('drops and counts what comes while too many are in flight', async () => {
    const { runs, droppedAtMs, most } = await under(
      { ratePerSecond: 10, durationMs: 1_000, maxInFlight: 2 },
      always(350),
    )
    expect(most).toBe(2)
    expect(runs.map(({ startedMs }) => startedMs)).toEqual([0, 100, 400, 500, 800, 900])
    expect(droppedAtMs).toEqual([200, 300, 600, 700])
  })

  test('ends with a number of runs, and then waits for them', async () => {
    const { runs, endedMs } = await under({ ratePerSecond: 10 }, always(1_000), { runs: 3 })
    expect(runs).toHaveLength(3)
    expect(endedMs).toBe(1_200)
  })

  test('catches up at once with what a blocked process missed, and says how late', async () => {
    const clock = patientClock()
    clock.after(50, () => clock.block(400))
    const { runs } = await under({ ratePerSecond: 10, durationMs: 700 }, always(1), { clock })
    expect(runs.map(({ dueMs, startedMs }) => startedMs - dueMs)).toEqual([0, 350, 250, 150, 50, 0, 0])
  })

  test('that repeats to confirm starts over', async () => {
    const stages = [
      { durationMs: 0, ratePerSecond: 10 },
      { durationMs: 300, ratePerSecond: 10 },
      { durationMs: 700, ratePerSecond: 0 },
    ]
    const { runs } = await under({ stages }, always(1), { runs: 14 })
    const starts = runs.map(({ startedMs }) => startedMs)
    const first = starts.filter((atMs) => atMs < 1_000)
    expect(first.length).toBeGreaterThan(4)
    expect(starts.slice(first.length, 2 * first.length)).toEqual(first.map((atMs) => atMs + 1_000))
    expect(runs.map(({ index }) => index)).toEqual(Array.from({ length: 14 }, (_, index) => index))
  })

  test('stops within a tenth of a second', async () => {
    const clock = patientClock()
    const { endedMs } = await under({ ratePerSecond: 0.01, durationMs: 1e6 }, always(1), {
      clock,
      stopped: () => clock.nowMs() > 300,
    })
    expect(endedMs).toBeLessThanOrEqual(500)
  })

  test('a run that rejects lets no further one start, and is told', async () => {
    const clock = patientClock()
    const started: number[] = []
    const run = async (index: number) => {
      started.push(index)
      await sleep(clock, 150)
      if (index === 1) throw new Error('no database')
    }
    const executed = clock.run(() =>
      execute(planLoad({ load: { ratePerSecond: 10, durationMs: 5_000 } }), {}, { run, stopped: () => false }, clock),
    )
    await expect(executed).rejects.toThrow('no database')
    expect(started).toEqual([0, 1, 2])
  })
})

describe('a server that stalls', () => {
  // All answers wait while it stalls: 1 s every 10 s. Else it takes 2 ms.
  const stalling: Lasting = (startedMs) => {
    const withinMs = (startedMs + 2) % 10_000
    return withinMs >= 9_000 ? 10_000 - withinMs + 2 : 2
  }
  const p99 = (values: readonly number[]) => quantile(sorted(values), 0.99)

  test('is told as its users feel it under a rate, and not under a number of runs in flight', async () => {
    const open = await under({ ratePerSecond: 100, durationMs: 60_000 }, stalling)
    const responseMs = open.runs.map(({ dueMs, endedMs }) => endedMs - dueMs)
    // By hand: a tenth of all arrivals waits, evenly from 0 to 1 s; the slowest hundredth of all for 900 ms and more.
    expect(Math.abs(p99(responseMs) / 902 - 1)).toBeLessThan(0.05)
    const closed = await under({ concurrency: 10, durationMs: 60_000 }, stalling)
    expect(p99(closed.runs.map(({ startedMs, endedMs }) => endedMs - startedMs))).toBe(2)
  }, 30_000)
})

describe('shapes', () => {
  test('rampUp grows evenly and holds', async () => {
    const { runs } = await under(rampUp({ to: { ratePerSecond: 100 }, rampMs: 1_000, holdMs: 1_000 }), always(1))
    const starts = runs.map(({ dueMs }) => dueMs)
    expect([starts.filter((atMs) => atMs < 1_000).length, starts.length]).toEqual([50, 150])
  })

  test('spike jumps up and back', async () => {
    const load = spike({ from: { concurrency: 2 }, to: { concurrency: 20 }, beforeMs: 500, holdMs: 300, afterMs: 500 })
    const { inFlightAt, endedMs } = await under(load, always(10))
    expect([5, 495, 505, 795, 815, 1_295].map(inFlightAt)).toEqual([2, 2, 20, 20, 2, 2])
    expect(endedMs).toBeLessThanOrEqual(1_310)
  })

  test('sustained is always the same', async () => {
    const { runs } = await under(sustained({ at: { ratePerSecond: 50 }, durationMs: 1_000 }), always(1))
    expect(runs.map(({ dueMs }) => dueMs)).toEqual(Array.from({ length: 50 }, (_, index) => index * 20))
  })
})
