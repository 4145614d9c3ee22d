import type { Turns } from './turn.ts'

/** A place in a rotation: how one of several executions takes its turns. */
export interface Place {
  /** Resolves when it is its turn for the first time; its first turn is that one. */
  begin: () => Promise<void>
  turns: (runs: number) => Turns
  /** Gives the place up: its execution is over. */
  leave: () => void
}

/**
 * Executions that take turns: forth and back, so that what changes over time changes for all alike. Nobody goes while another is at
 * work, and who has left is waited for no more. Who joins late has its first turn in the next round.
 *
 * @returns what gives the next place
 */
export function rotation(): () => Place {
  const order: number[] = []
  const present = new Set<number>()
  const waiting = new Map<number, (goes: boolean) => void>()
  let round: number[] = []
  let rounds = 0
  let atWork: number | undefined

  function nextPlace(): number | undefined {
    if (round.length === 0) {
      round = rounds % 2 === 0 ? [...order] : order.toReversed()
      rounds += 1
    }
    return round.shift()
  }

  // Who is next is waited for, even where another is ready: a turn belongs to a place.
  function advance(): void {
    while (atWork === undefined && present.size > 0) {
      const place = round[0] ?? nextPlaceAhead()
      if (place === undefined) return
      if (!present.has(place)) {
        nextPlace()
        continue
      }
      const go = waiting.get(place)
      if (go === undefined) return
      nextPlace()
      waiting.delete(place)
      atWork = place
      go(true)
    }
  }

  function nextPlaceAhead(): number | undefined {
    const place = nextPlace()
    if (place !== undefined) round.unshift(place)
    return place
  }

  return () => {
    const place = order.length
    order.push(place)
    present.add(place)
    let holds = false
    const next = (): Promise<boolean> => {
      if (atWork === place) atWork = undefined
      const { promise, resolve } = Promise.withResolvers<boolean>()
      waiting.set(place, resolve)
      advance()
      return promise
    }
    return {
      begin: async () => {
        holds = await next()
      },
      turns: (runs) => ({
        runs,
        sharesProcess: true,
        next: async () => {
          if (!holds) return next()
          holds = false
          return true
        },
      }),
      leave: () => {
        present.delete(place)
        waiting.delete(place)
        if (atWork === place) atWork = undefined
        advance()
      },
    }
  }
}

// Runs of a turn for each one in flight: the first ones find no queue and the last ones leave lanes empty, so that half of them count.
const turnRunsPerLane = 5

/** Runs of one turn of an execution that makes at least `runs` in `repeats` turns with `concurrency` in flight. */
export function turnRunsOf(runs: number, repeats: number, concurrency: number): number {
  return Math.max(Math.ceil(runs / repeats), turnRunsPerLane * concurrency)
}
