import { describe, expect, test } from 'vitest'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import { readCpuMs } from '../../src/measure/cpu.ts'
import { watchEventLoop } from '../../src/measure/event-loop.ts'
import { virtualClock } from '../virtual-clock.ts'

function compute(ms: number): void {
  const untilMs = wallClock.nowMs() + ms
  while (wallClock.nowMs() < untilMs);
}

describe.each([
  ['with several runs in flight', false],
  // Virtual time that passes takes no CPU time, as when the machine gives the process no turn.
  ['with one run in flight', true],
])('%s', (_, alone) => {
  test('a loop that could not turn was late, from when the timer was due until it fired', async () => {
    const clock = virtualClock()
    const { stop } = watchEventLoop(clock, alone)
    await clock.run(async () => {
      await sleep(clock, 115)
      clock.block(140)
      await sleep(clock, 100)
    })
    // The tick that was due at 120 came at 255.
    expect(stop().late).toEqual([{ fromMs: 120, toMs: 255 }])
  })

  test('what was done outside of the watch is no lateness', async () => {
    const clock = virtualClock()
    const loop = watchEventLoop(clock, alone)
    await clock.run(async () => {
      await sleep(clock, 115)
      loop.without(() => clock.block(140))
      await sleep(clock, 100)
    })
    expect(loop.stop().late).toEqual([])
  })

  test('what happened while it looked away is no lateness, and what comes after is', async () => {
    const clock = virtualClock()
    const loop = watchEventLoop(clock, alone)
    await clock.run(async () => {
      loop.pause()
      await sleep(clock, 115)
      clock.block(140)
      await sleep(clock, 55)
      loop.resume()
      await sleep(clock, 100)
      clock.block(140)
      await sleep(clock, 100)
    })
    const { late, delayP99Ms } = loop.stop()
    expect(late).toEqual([{ fromMs: 415, toMs: 550 }])
    expect(delayP99Ms).toBeLessThan(145)
  })

  test('a loop that turned in time was never late', async () => {
    const clock = virtualClock()
    const { stop } = watchEventLoop(clock, alone)
    await clock.run(async () => {
      for (let step = 0; step < 50; step++) {
        clock.block(20)
        await sleep(clock, 25)
      }
    })
    expect(stop().late).toEqual([])
  })

  test('lateness at the very end is noticed', async () => {
    const clock = virtualClock()
    const { stop } = watchEventLoop(clock, alone)
    await clock.run(() => sleep(clock, 115))
    clock.block(140)
    expect(stop().late).toEqual([{ fromMs: 120, toMs: 255 }])
  })
})

describe('a process that computes', () => {
  test('is late for the other runs in flight', async () => {
    const { stop } = watchEventLoop(wallClock, false)
    await sleep(wallClock, 30)
    compute(120)
    await sleep(wallClock, 30)
    const { late, delayP99Ms } = stop()
    const longestMs = Math.max(...late.map(({ fromMs, toMs }) => toMs - fromMs))
    expect(longestMs).toBeGreaterThan(80)
    expect(delayP99Ms).toBeGreaterThan(80)
  })

  test.each([
    ['is not late for its only run, whose own work that is', true, 0],
    ['is late for several runs, of which only one can be at work', false, 1],
  ])('%s', async (_, alone, times) => {
    const clock = virtualClock()
    const { stop } = watchEventLoop(clock, alone)
    await clock.run(async () => {
      await sleep(clock, 115)
      const before = readCpuMs()
      while (readCpuMs() - before < 100);
      clock.block(140)
      await sleep(clock, 100)
    })
    expect(stop().late).toHaveLength(times)
  })
})

test('the delay is that of one tick in a hundred', async () => {
  const clock = virtualClock()
  const { stop } = watchEventLoop(clock, false)
  await clock.run(async () => {
    for (let block = 0; block < 6; block++) {
      await sleep(clock, 475)
      clock.block(30)
    }
  })
  // Six ticks of 300 that were due 5 ms after a block began.
  // Known to 0.05 ms.
  expect(Math.abs((stop().delayP99Ms ?? Number.NaN) - 25)).toBeLessThan(0.051)
})

test('a loop that nothing was seen of has no delay', () => {
  expect(watchEventLoop(virtualClock(), false).stop()).toEqual({ delayP99Ms: undefined, late: [], blocked: [] })
})
