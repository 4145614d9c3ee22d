import { expect, test } from 'vitest'
import { sleep } from '../../../src/domain/clock.ts'
import { execute } from '../../../src/run/load/execute.ts'
import { inTurns, sharesProcess, type Turns } from '../../../src/run/load/turn.ts'
import { virtualClock } from '../../virtual-clock.ts'

/** What happens when `total` runs of 10 ms each are made by `turns`. */
async function happenings(turns: Turns, total: number, concurrency = 1): Promise<string[]> {
  const clock = virtualClock()
  const seen: string[] = []
  const run = async (index: number) => {
    seen.push(`${index} begins`)
    await sleep(clock, 10 + index)
    seen.push(`${index} ends`)
  }
  const next = () => {
    seen.push('turn')
    return turns.next()
  }
  const loop = { run, stopped: () => false }
  await clock.run(() => inTurns({ ...turns, next }, () => execute({ concurrency }, { runs: total }, loop, clock)))
  return seen
}

test('each turn is asked for, and makes its runs', async () => {
  const seen = await happenings({ runs: 2, next: async () => true }, 5)
  expect(seen.filter((one) => !one.endsWith('ends'))).toEqual([
    'turn',
    '0 begins',
    '1 begins',
    'turn',
    '2 begins',
    '3 begins',
    'turn',
    '4 begins',
  ])
})

test('no run is in flight between two turns, however many go at once', async () => {
  const seen = await happenings({ runs: 6, next: async () => true }, 20, 3)
  let inFlight = 0
  for (const one of seen) {
    if (one === 'turn') expect(inFlight).toBe(0)
    else inFlight += one.endsWith('begins') ? 1 : -1
  }
  expect(seen.filter((one) => one === 'turn')).toHaveLength(4)
  expect(seen.filter((one) => one.endsWith('ends'))).toHaveLength(20)
})

test.each([1, 3])('a turn that does not come ends the execution with %i at once', async (concurrency) => {
  const answers = [true, false]
  const seen = await happenings({ runs: 4, next: async () => answers.shift() ?? true }, 20, concurrency)
  expect(seen.filter((one) => one.endsWith('ends'))).toHaveLength(4)
  expect(seen.filter((one) => one === 'turn')).toHaveLength(2)
})

test('what fails in a turn ends the execution', async () => {
  const clock = virtualClock()
  const run = async (index: number) => {
    if (index === 1) throw new Error('broken')
  }
  const work = () => execute({ concurrency: 2 }, { runs: 9 }, { run, stopped: () => false }, clock)
  await expect(inTurns({ runs: 2, next: async () => true }, work)).rejects.toThrow('broken')
})

test('without turns nothing is waited for', async () => {
  const clock = virtualClock()
  let runs = 0
  const run = async () => {
    runs += 1
  }
  await clock.run(() => execute({ concurrency: 1 }, { runs: 3 }, { run, stopped: () => false }, clock))
  expect(runs).toBe(3)
})

test('no run is in flight between two turns, though several end at one instant', async () => {
  const clock = virtualClock()
  let inFlight = 0
  const inFlightAtTurns: number[] = []
  const run = async (index: number) => {
    inFlight += 1
    // The last one of a turn is on when the next turn is asked for.
    for (let step = 0; step < (index % 5 === 4 ? 30 : 0); step++) await undefined
    inFlight -= 1
  }
  const next = async () => {
    inFlightAtTurns.push(inFlight)
    return true
  }
  const work = () => execute({ concurrency: 3 }, { runs: 30 }, { run, stopped: () => false }, clock)
  await clock.run(() => inTurns({ runs: 5, next }, work))
  expect(inFlightAtTurns).toEqual([0, 0, 0, 0, 0, 0])
})

test('every turn is waited for at rest', async () => {
  const clock = virtualClock()
  const waits: number[] = []
  const next = async () => {
    await sleep(clock, 70)
    return true
  }
  const atRest = async (wait: () => Promise<boolean>) => {
    const sinceMs = clock.nowMs()
    const goes = await wait()
    waits.push(clock.nowMs() - sinceMs)
    return goes
  }
  const loop = { run: () => sleep(clock, 10), stopped: () => false, atRest }
  await clock.run(() => inTurns({ runs: 2, next }, () => execute({ concurrency: 2 }, { runs: 6 }, loop, clock)))
  expect(waits).toEqual([70, 70, 70])
})

test('who shares the process is known where it goes, and only there', async () => {
  const next = async () => true
  expect(await inTurns({ runs: 1, next, sharesProcess: true }, async () => sharesProcess())).toBe(true)
  expect(await inTurns({ runs: 1, next }, async () => sharesProcess())).toBe(false)
  expect(sharesProcess()).toBe(false)
})
