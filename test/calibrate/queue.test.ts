import { expect, test } from 'vitest'
import { drawing } from '../../calibrate/draw.ts'
import { heap, openQueue, type Queue } from '../../calibrate/queue.ts'
import { probeQueue } from '../../calibrate/queue-probe.ts'

/** The mean of how long runs take that come at random, `rate` a second. */
function meanTime(queue: Queue, rate: number, runs: number): number {
  const draw = drawing(7)
  const submit = openQueue(queue, draw)
  let due = 0
  let sum = 0
  for (let run = 0; run < runs; run++) {
    due -= Math.log(1 - draw.uniform()) / rate
    sum += submit(due).end - due
  }
  return sum / runs
}

test.for([
  [0.5, 0.6],
  [0.8, 0.6],
  [0.5, 1.2],
] as const)(
  'one slot at a load of %d and a deviation of %d waits as long as Pollaczek and Khinchine say',
  ([rate, cv]) => {
    const waits = (rate * (1 + cv ** 2)) / (2 * (1 - rate))
    expect(meanTime({ slots: 1, cv }, rate, 400_000) / (1 + waits)).toBeCloseTo(1, 1)
  },
)

test('many slots keep nobody waiting', () => {
  expect(meanTime({ slots: 1000, cv: 0.6 }, 5, 50_000)).toBeCloseTo(1, 1)
})

test('a stall takes its share of the time, and holds up who is in it', () => {
  const stall = { every: 10, lasts: 1 }
  expect(meanTime({ slots: 1000, cv: 0.6, stall }, 5, 50_000)).toBeCloseTo(1 / 0.9 + (0.1 * 1) / 2, 1)
})

test('what comes too often is refused, at once', () => {
  const submit = openQueue({ slots: 10, cv: 0.6, refusesAbove: 2 }, drawing(1))
  expect([0, 0, 0, 1, 1, 1].map((due) => submit(due).ok)).toEqual([true, true, false, true, true, false])
  expect(submit(1).end).toBeLessThan(1.1)
})

test('a heap gives the lowest first', () => {
  const draw = drawing(3)
  const numbers = Array.from({ length: 100 }, draw.uniform)
  const all = heap<number>((number) => number)
  for (const number of numbers) all.push(number)
  expect(numbers.map(() => all.pop())).toEqual(numbers.toSorted((one, other) => one - other))
  expect(all.pop()).toBeUndefined()
})

test('a probe ends when it is hopeless, and tells what was judged', () => {
  const queue = { slots: 4, cv: 0.6 }
  const request = { load: { ratePerSecond: 8 }, runs: 500, leaveOut: 100 }
  const whole = probeQueue(queue, { q: 0.95, bound: 3 }, { ...request, isHopeless: () => false }, drawing(1))
  expect(whole).toMatchObject({ runs: 500, endedEarly: false, failures: { error: 0 } })
  expect(whole.objectives[0]?.n).toBe(400)
  expect(whole.throughputPerSecond).toBeCloseTo(4, 0)
  expect(whole.inFlight.at(-1)).toBeGreaterThan(100)
  const isHopeless = ({ objectives }: { objectives: readonly { over: number }[] }) => (objectives[0]?.over ?? 0) > 5
  const ended = probeQueue(queue, { q: 0.95, bound: 3 }, { ...request, isHopeless }, drawing(1))
  expect(ended.endedEarly).toBe(true)
  expect(ended.runs).toBeLessThan(200)
  expect(ended.objectives[0]?.over).toBeGreaterThan(5)
})
