import { expect, test } from 'vitest'
import { type Clock, sleep } from '../../src/domain/clock.ts'
import { ActiveRun } from '../../src/measure/active-run.ts'
import { type InFlight, watchDeadlines } from '../../src/measure/deadline.ts'
import { virtualClock } from '../virtual-clock.ts'

/** `clock`, and how many of its timers waited at the same time at most. */
function countTimers(clock: Clock): { clock: Clock; most: () => number } {
  let waiting = 0
  let most = 0
  const after: Clock['after'] = (ms, then) => {
    waiting += 1
    most = Math.max(most, waiting)
    let pending = true
    const settle = () => {
      if (pending) waiting -= 1
      pending = false
    }
    const cancel = clock.after(ms, () => {
      settle()
      then()
    })
    return () => {
      settle()
      cancel()
    }
  }
  return { clock: { ...clock, after }, most: () => most }
}

function start(clock: Clock, inFlight: InFlight, index = 0): ActiveRun {
  const run = new ActiveRun(undefined, 'case', index, clock)
  run.startedMs = clock.nowMs()
  inFlight.add(run)
  return run
}

test('a run is stopped at its limit, and told why', async () => {
  const clock = virtualClock()
  const inFlight = watchDeadlines(clock, 100)
  const run = start(clock, inFlight)
  await clock.run(() => run.whenOver())
  expect(run.endedMs).toBe(100)
  expect(run.stopped).toEqual({ outcome: 'timeout', message: 'latency passed its limit of 100 ms' })
  expect([...inFlight.runs()]).toEqual([])
})

test('a run that ends in time is left alone, and the others keep their own limit', async () => {
  const clock = virtualClock()
  const inFlight = watchDeadlines(clock, 100)
  await clock.run(async () => {
    const quick = start(clock, inFlight)
    await sleep(clock, 30)
    const slow = start(clock, inFlight)
    await sleep(clock, 69)
    quick.finish('done')
    inFlight.delete(quick)
    await slow.whenOver()
    expect(quick).toMatchObject({ endedMs: 99, stopped: undefined })
    expect(slow).toMatchObject({ endedMs: 130, stopped: { outcome: 'timeout' } })
  })
})

test('one timer serves all runs, and the oldest is stopped first', async () => {
  const virtual = virtualClock()
  const timers = countTimers(virtual)
  const inFlight = watchDeadlines(timers.clock, 100)
  const stopped: number[] = []
  await virtual.run(async () => {
    const runs: ActiveRun[] = []
    for (let index = 0; index < 5; index++) {
      runs.push(start(timers.clock, inFlight, index))
      await sleep(virtual, 10)
    }
    expect([...inFlight.runs()].map((run) => run.index)).toEqual([0, 1, 2, 3, 4])
    await Promise.all(runs.map((run) => run.whenOver().then(() => stopped.push(run.index))))
    expect(runs.map((run) => run.endedMs)).toEqual([100, 110, 120, 130, 140])
  })
  expect(stopped).toEqual([0, 1, 2, 3, 4])
  expect(timers.most()).toBe(1)
})

test('runs that are late at the same time are all stopped', async () => {
  const clock = virtualClock()
  const inFlight = watchDeadlines(clock, 100)
  await clock.run(async () => {
    const runs = [start(clock, inFlight), start(clock, inFlight)]
    clock.block(500)
    await Promise.all(runs.map((run) => run.whenOver()))
    expect(runs.map((run) => run.endedMs)).toEqual([500, 500])
  })
})

test('nothing is stopped any more once it is closed', async () => {
  const clock = virtualClock()
  const inFlight = watchDeadlines(clock, 100)
  const run = start(clock, inFlight)
  inFlight.close()
  await clock.run(() => sleep(clock, 500))
  expect(run.stopped).toBeUndefined()
})

test('all runs can be stopped at once, those that are added later too', async () => {
  const clock = virtualClock()
  const inFlight = watchDeadlines(clock, 100)
  const stop = { outcome: 'interrupted', message: 'the test was stopped' } as const
  await clock.run(async () => {
    const runs = [start(clock, inFlight), start(clock, inFlight)]
    await sleep(clock, 40)
    inFlight.stopAll(stop)
    const late = start(clock, inFlight)
    expect([...runs, late].map((run) => [run.stopped, run.endedMs])).toEqual(Array(3).fill([stop, 40]))
  })
})
