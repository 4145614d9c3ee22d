import type { Belonging } from '../../measure/belongings.ts'

/** Things that serve one run at a time, and are kept for the next. */
export interface IdlePool<Item> extends Belonging {
  /** Whether one is there that nobody uses. */
  isIdle: () => boolean
  /** One that nobody uses; it is made when there is none. */
  take: (make: () => Promise<Item>) => Promise<Item>
  /** Keeps `item` for the next run. */
  giveBack: (item: Item) => void
  /** Ends `item`; no other run gets it. */
  drop: (item: Item) => Promise<void>
}

/** Nothing yet. */
export function idlePool<Item>(end: (item: Item) => Promise<void>): IdlePool<Item> {
  const all = new Set<Item>()
  const idle: Item[] = []
  const drop = async (item: Item): Promise<void> => {
    all.delete(item)
    await end(item)
  }
  return {
    isIdle: () => idle.length > 0,
    take: async (make) => {
      const found = idle.pop()
      if (found !== undefined) return found
      const made = await make()
      all.add(made)
      return made
    },
    giveBack: (item) => {
      // One that was ended in the meantime is not kept.
      if (all.has(item)) idle.push(item)
    },
    drop,
    close: async () => void (await Promise.all([...all].map(drop))),
  }
}
