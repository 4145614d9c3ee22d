import { describe, expect, test } from 'vitest'
import { sleep, wallClock } from '../../../src/domain/clock.ts'
import type { Load } from '../../../src/domain/load/load.ts'
import { execute } from '../../../src/run/load/execute.ts'
import type { RunLoop } from '../../../src/run/load/run-loop.ts'
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts'

interface Made {
  index: number
  dueMs: number
  startedMs: number
  endedMs: number
}

/** The runs that `load` makes of an agent that takes as many milliseconds as `lasting` says. */
async function runsOf(
  load: Load,
  total: number,
  lasting: (index: number) => number,
  course: Partial<RunLoop> = {},
  clock: VirtualClock = virtualClock(),
): Promise<{ runs: Made[]; most: number; endedMs: number }> {
  const runs: Made[] = []
  let inFlight = 0
  let most = 0
  const run = async (index: number, dueMs: number) => {
    const startedMs = clock.nowMs()
    inFlight += 1
    most = Math.max(most, inFlight)
    await sleep(clock, lasting(index))
    inFlight -= 1
    runs.push({ index, dueMs, startedMs, endedMs: clock.nowMs() })
  }
  await clock.run(() => execute(load, { runs: total }, { run, stopped: () => false, ...course }, clock))
  expect(inFlight).toBe(0)
  return { runs, most, endedMs: clock.nowMs() }
}

describe('concurrency', () => {
  test.each([1, 2, 7, 16])('of %i is reached and never passed', async (concurrency) => {
    const { runs, most } = await runsOf({ concurrency }, 40, (index) => 1 + ((index * 7) % 13))
    expect(most).toBe(concurrency)
    expect(runs.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i))
  })

  test('above the number of runs takes only as many lanes', async () => {
    const { most, endedMs } = await runsOf({ concurrency: 50 }, 3, () => 10)
    expect({ most, endedMs }).toEqual({ most: 3, endedMs: 10 })
  })

  test('of one makes the runs in order, each when the one before has ended', async () => {
    const { runs } = await runsOf({ concurrency: 1 }, 4, () => 10)
    expect(runs.map(({ index, startedMs, endedMs }) => [index, startedMs, endedMs])).toEqual([
      [0, 0, 10],
      [1, 10, 20],
      [2, 20, 30],
      [3, 30, 40],
    ])
  })

  test('fills a lane as soon as it is free, with the next run', async () => {
    // Without breathing, for a virtual clock goes on to its next timer meanwhile.
    const clock = { ...virtualClock(), breathe: async () => undefined }
    // Lane A: 0 (30), then 3. Lane B: 1 (10), 2 (10), then 4.
    const lasting = (index: number) => (index === 0 ? 30 : 10)
    const { runs } = await runsOf({ concurrency: 2 }, 5, lasting, {}, clock)
    expect(runs.map(({ index, startedMs }) => [index, startedMs])).toEqual([
      [1, 0],
      [2, 10],
      [0, 0],
      [3, 20],
      [4, 30],
    ])
  })

  test('makes a run due when it starts', async () => {
    const { runs } = await runsOf({ concurrency: 3 }, 9, (index) => 5 + index)
    for (const { dueMs, startedMs } of runs) expect(dueMs).toBe(startedMs)
  })
})

describe('runsPerSecond', () => {
  const startsOf = (runs: Made[]) => runs.map(({ startedMs }) => startedMs).sort((a, b) => a - b)

  test.each([1, 4])('keeps starts at its distance when runs are quick, at concurrency %i', async (concurrency) => {
    const { runs } = await runsOf({ concurrency, runsPerSecond: 10 }, 5, () => 1)
    expect(startsOf(runs)).toEqual([0, 100, 200, 300, 400])
  })

  test('does not hold back runs that take longer', async () => {
    const { runs } = await runsOf({ concurrency: 1, runsPerSecond: 10 }, 4, () => 250)
    expect(startsOf(runs)).toEqual([0, 250, 500, 750])
  })

  test('lets as many lanes work as it needs', async () => {
    const { runs, most } = await runsOf({ concurrency: 8, runsPerSecond: 10 }, 10, () => 350)
    expect(startsOf(runs)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900])
    expect(most).toBe(4)
  })

  test('makes no burst after all lanes were held up', async () => {
    // Both lanes are busy until 1,000; then starts are 100 apart again.
    const { runs } = await runsOf({ concurrency: 2, runsPerSecond: 10 }, 5, (index) =>
      index < 2 ? 1_000 - index * 100 : 1,
    )
    expect(startsOf(runs)).toEqual([0, 100, 1_000, 1_100, 1_200])
  })

  test('makes no burst after the process was blocked', async () => {
    const clock = virtualClock()
    clock.after(50, () => clock.block(400))
    const { runs } = await runsOf({ concurrency: 5, runsPerSecond: 10 }, 5, () => 1, {}, clock)
    expect(startsOf(runs)).toEqual([0, 450, 550, 650, 750])
  })
})

describe('a stop', () => {
  test('ends all lanes, and what is in flight comes to its end', async () => {
    let done = 0
    const { runs } = await runsOf(
      { concurrency: 3 },
      100,
      () => {
        done += 1
        return 10
      },
      { stopped: () => done >= 4 },
    )
    expect(runs.map(({ index }) => index)).toEqual([0, 1, 2, 3])
  })

  test('that came before the first run lets none start', async () => {
    expect((await runsOf({ concurrency: 3 }, 10, () => 1, { stopped: () => true })).runs).toEqual([])
  })

  test('while lanes wait for their turn lets none of them start', async () => {
    const clock = virtualClock()
    const course = { stopped: () => clock.nowMs() >= 150 }
    const { runs } = await runsOf({ concurrency: 4, runsPerSecond: 10 }, 4, () => 1, course, clock)
    expect(runs.map(({ startedMs }) => startedMs)).toEqual([0, 100])
  })
})

describe('a run that rejects', () => {
  test('ends all lanes, and is told when the last of them has ended', async () => {
    const clock = virtualClock()
    const started: number[] = []
    const ended: number[] = []
    const run = async (index: number) => {
      started.push(index)
      await sleep(clock, index === 1 ? 10 : 50)
      if (index === 1) throw new Error('no database')
      ended.push(index)
    }
    const executed = clock.run(() => execute({ concurrency: 3 }, { runs: 100 }, { run, stopped: () => false }, clock))
    await expect(executed).rejects.toThrow('no database')
    expect({ started, ended, nowMs: clock.nowMs() }).toEqual({ started: [0, 1, 2], ended: [0, 2], nowMs: 50 })
  })

  test('first is the one that is told', async () => {
    const clock = virtualClock()
    const run = async (index: number) => {
      await sleep(clock, 30 - index * 10)
      throw new Error(`run ${index} broke`)
    }
    const executed = clock.run(() => execute({ concurrency: 3 }, { runs: 3 }, { run, stopped: () => false }, clock))
    await expect(executed).rejects.toThrow('run 2 broke')
  })
})

describe('agents that never wait', () => {
  const course = (pause?: () => Promise<void> | undefined) => ({
    run: async () => {
      let sum = 0
      for (let step = 0; step < 20_000; step++) sum += step
      await sum
    },
    stopped: () => false,
    pause,
  })

  test.each([1, 4])('do not starve timers, at concurrency %i', async (concurrency) => {
    const startedMs = wallClock.nowMs()
    const fired: number[] = []
    const stop = wallClock.every(10, () => fired.push(wallClock.nowMs()))
    // Without a breath none would ever fire, and the patience below would run out.
    const stopped = () => fired.length >= 3 || wallClock.nowMs() - startedMs > 5_000
    await execute({ concurrency }, { runs: Number.POSITIVE_INFINITY }, { ...course(), stopped }, wallClock)
    stop()
    expect(fired.length).toBeGreaterThanOrEqual(3)
  })

  test('pause now and then, and wait for it', async () => {
    const startedMs = wallClock.nowMs()
    let pausing = 0
    let paused = 0
    const pause = async () => {
      pausing += 1
      await wallClock.breathe()
      paused += 1
      pausing -= 1
    }
    const { run } = course()
    const watched = () => {
      expect(pausing).toBe(0)
      return run()
    }
    const stopped = () => wallClock.nowMs() - startedMs > 100
    await execute({ concurrency: 1 }, { runs: 1e9 }, { run: watched, stopped, pause }, wallClock)
    expect(paused).toBeGreaterThanOrEqual(2)
    expect(paused).toBeLessThanOrEqual(13)
  })
})
