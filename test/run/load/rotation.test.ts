import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sleep } from '../../../src/domain/clock.ts'
import { rotation } from '../../../src/run/load/rotation.ts'
import { virtualClock } from '../../virtual-clock.ts'

/** How an execution behaves that takes a place. */
interface Part {
  /** Turns that it takes; without any it leaves before it began. */
  turns: number
  /** How long it takes until it asks for its first turn. */
  beforeMs?: number
  /** How long a turn of it lasts. */
  turnMs?: number
  /** Whether an error ends it. */
  breaks?: boolean
}

/** Whose turns there are, in their order, when `parts` take turns; and the most at work at once. */
async function turnsOf(parts: readonly Part[]): Promise<{ order: number[]; most: number }> {
  const clock = virtualClock()
  const order: number[] = []
  const join = rotation()
  const places = parts.map(() => join())
  let atWork = 0
  let most = 0
  const work = async (ms: number, position: number) => {
    order.push(position)
    atWork += 1
    most = Math.max(most, atWork)
    await sleep(clock, ms)
    atWork -= 1
  }
  const one = async ({ turns, beforeMs = 0, turnMs = 10, breaks = false }: Part, position: number) => {
    const place = places[position]
    if (place === undefined) throw new Error('expected a place for each')
    try {
      await sleep(clock, beforeMs)
      if (turns === 0 && breaks) throw new Error('broken before it began')
      if (turns === 0) return
      await place.begin()
      const { next } = place.turns(1)
      for (let turn = 0; turn < turns; turn++) {
        expect(await next()).toBe(true)
        await work(turnMs, position)
      }
      if (breaks) throw new Error('broken')
    } finally {
      place.leave()
    }
  }
  await clock.run(() => Promise.allSettled(parts.map(one)))
  return { order, most }
}

describe('rotation', () => {
  test('goes forth and back', async () => {
    const { order } = await turnsOf(Array.from({ length: 3 }, () => ({ turns: 4 })))
    expect(order).toEqual([0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0])
  })

  test('waits for who is next, though another is ready', async () => {
    const { order } = await turnsOf([{ turns: 2, beforeMs: 500 }, { turns: 2 }])
    expect(order).toEqual([0, 1, 1, 0])
  })

  test('keeps the place from its beginning to the end of its first turn', async () => {
    const clock = virtualClock()
    const join = rotation()
    const [first, second] = [join(), join()]
    const seen: string[] = []
    await clock.run(async () => {
      const other = (async () => {
        await second?.begin()
        seen.push('second begins')
        second?.leave()
      })()
      await first?.begin()
      seen.push('first warms up')
      await sleep(clock, 100)
      await first?.turns(1).next()
      seen.push('first goes')
      await sleep(clock, 100)
      first?.leave()
      await other
    })
    expect(seen).toEqual(['first warms up', 'first goes', 'second begins'])
  })

  test('waits no more for who is done', async () => {
    const { order } = await turnsOf([{ turns: 3 }, { turns: 1 }, { turns: 2 }])
    expect(order).toEqual([0, 1, 2, 2, 0, 0])
  })

  test.each([false, true])('waits no more for who leaves before it began, by an error: %s', async (breaks) => {
    const { order } = await turnsOf([{ turns: 0, beforeMs: 50, breaks }, { turns: 2 }, { turns: 2 }])
    expect(order).toEqual([1, 2, 2, 1])
  })

  test('waits no more for who is broken', async () => {
    const { order } = await turnsOf([{ turns: 2 }, { turns: 1, breaks: true }, { turns: 3 }])
    expect(order).toEqual([0, 1, 2, 2, 0, 2])
  })

  test('who joins late goes from the next round on', async () => {
    const clock = virtualClock()
    const join = rotation()
    const order: number[] = []
    const taking = async (position: number, turns: number, place = join()) => {
      await place.begin()
      const { next } = place.turns(1)
      for (let turn = 0; turn < turns; turn++) {
        await next()
        order.push(position)
        await sleep(clock, 10)
      }
      place.leave()
    }
    await clock.run(async () => {
      const places = [join(), join()]
      const early = places.map((place, position) => taking(position, 4, place))
      await sleep(clock, 25)
      await Promise.all([...early, taking(2, 2)])
    })
    expect(order).toEqual([0, 1, 1, 0, 0, 1, 2, 2, 1, 0])
  })

  test('says that others are at work in the process', () => {
    expect(rotation()().turns(7)).toMatchObject({ runs: 7, sharesProcess: true })
  })

  test('whoever leaves and whenever: nobody goes while another does, all get their turns, forth and back', async () => {
    const part = fc.record({
      turns: fc.nat({ max: 4 }),
      beforeMs: fc.integer({ min: 1, max: 60 }),
      turnMs: fc.integer({ min: 1, max: 60 }),
      breaks: fc.boolean(),
    })
    const property = fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
      const { order, most } = await turnsOf(parts)
      expect(most).toBeLessThanOrEqual(1)
      expect(order).toEqual(ideal(parts.map(({ turns }) => turns)))
    })
    await fc.assert(property, { numRuns: 60, seed: 1 })
  })
})

/** Turns forth and back of those who have some left. */
function ideal(turns: readonly number[]): number[] {
  const rounds = Math.max(...turns)
  return Array.from({ length: rounds }, (_, round) => {
    const present = turns.flatMap((count, position) => (count > round ? [position] : []))
    return round % 2 === 0 ? present : present.reverse()
  }).flat()
}
