import type { Draw } from './draw.ts'

/** A simulated system that runs wait in line for. Times are in seconds. */
export interface Queue {
  /** Runs that it works on at a time. */
  slots: number
  /** Times without waiting are log-normal with mean 1 and this standard deviation. */
  cv: number
  /** Runs a second beyond which it refuses, by a bucket that holds those of one second; absent when it refuses none. */
  refusesAbove?: number | undefined
  /** Stands still for so long, so often, from an instant by chance on; absent when it never does. */
  stall?: { every: number; lasts: number } | undefined
}

/** What became of a run. */
export interface Ended {
  due: number
  end: number
  ok: boolean
}

const refusalTakes = 0.05

/** A queue that is empty at first. Runs must be sent in the order in which they are due. */
export function openQueue(
  { slots, cv, refusesAbove, stall }: Queue,
  { normal, uniform }: Draw,
): (due: number) => Ended {
  const free = heap<number>((time) => time)
  for (let slot = 0; slot < slots; slot++) free.push(0)
  const phase = stall === undefined ? 0 : stall.every * uniform()
  const sigma = Math.sqrt(Math.log1p(cv ** 2))
  let tokens = refusesAbove ?? 0
  let filledAt = 0
  const isRefused = (due: number) => {
    if (refusesAbove === undefined) return false
    tokens = Math.min(refusesAbove, tokens + (due - filledAt) * refusesAbove)
    filledAt = due
    if (tokens < 1) return true
    tokens -= 1
    return false
  }
  return (due) => {
    if (isRefused(due)) return { due, end: due + refusalTakes, ok: false }
    const start = Math.max(due, free.pop() ?? due)
    const work = Math.exp(sigma * normal() - sigma ** 2 / 2)
    const end = stall === undefined ? start + work : workUntil(start + phase, work, stall) - phase
    free.push(end)
    return { due, end, ok: true }
  }
}

/** When `work` that begins at `start` is done; it rests at the end of each period. */
function workUntil(start: number, work: number, { every, lasts }: NonNullable<Queue['stall']>): number {
  let now = start
  for (let left = work; ; ) {
    const inPeriod = now % every
    const stallsIn = every - lasts - inPeriod
    if (stallsIn > 0 && left <= stallsIn) return now + left
    left -= Math.max(0, stallsIn)
    now += every - inPeriod
  }
}

/** What is taken out lowest first. */
export interface Heap<T> {
  push: (item: T) => void
  pop: () => T | undefined
  peek: () => T | undefined
}

/** A binary heap: J. W. J. Williams, "Algorithm 232: Heapsort", Communications of the ACM 7 (1964). */
export function heap<T>(keyOf: (item: T) => number): Heap<T> {
  const items: T[] = []
  const key = (index: number) => {
    const item = items[index]
    return item === undefined ? Number.POSITIVE_INFINITY : keyOf(item)
  }
  const swap = (one: number, other: number) => {
    const [first, second] = [items[one], items[other]]
    if (first === undefined || second === undefined) return
    items[one] = second
    items[other] = first
  }
  return {
    peek: () => items[0],
    push: (item) => {
      items.push(item)
      for (let at = items.length - 1; at > 0; ) {
        const above = (at - 1) >> 1
        if (key(above) <= key(at)) return
        swap(above, at)
        at = above
      }
    },
    pop: () => {
      const first = items[0]
      const last = items.pop()
      if (items.length === 0 || last === undefined) return first
      items[0] = last
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        const lower = key(left + 1) < key(left) ? left + 1 : left
        if (key(at) <= key(lower)) return first
        swap(at, lower)
        at = lower
      }
    },
  }
}
