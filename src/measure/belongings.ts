import { type ProcessTree, processTree } from './process-tree.ts'

/** Something that an agent keeps open from one run to the next: connections, a process. */
export interface Belonging {
  /** Ends it; never rejects. */
  close: () => Promise<void>
  /** How its connections were used; absent when it has none. */
  connections?: (() => ConnectionCounts) | undefined
}

/** How the connections of an execution were used. */
export interface ConnectionCounts {
  opened: number
  /** Requests that found one open. */
  reused: number
  /** Requests that had to wait until one was free. */
  waited: number
  /** How many were open at once at most. */
  mostOpen: number
}

/** What the agent of one execution keeps open. */
export interface Belongings {
  /** What is kept for `key`; opens it when it is asked for the first time. */
  keep: <Kept extends Belonging>(key: object, open: (belongings: Belongings) => Kept) => Kept
  /** Keeps what is kept for `key` no more: it has ended by itself. */
  forget: (key: object) => void
  /** The processes that agents started. */
  processes: ProcessTree
  /** Absent when no agent has connections of its own. */
  connections: () => ConnectionCounts | undefined
  /** Ends everything that is kept. */
  close: () => Promise<void>
}

/** Nothing yet. */
export function belongings(): Belongings {
  const kept = new Map<object, Belonging>()
  const processes = processTree()
  const own: Belongings = {
    processes,
    keep: <Kept extends Belonging>(key: object, open: (belongings: Belongings) => Kept): Kept => {
      // A key stands for one kind of thing: the agent that made it.
      const before = kept.get(key) as Kept | undefined
      if (before !== undefined) return before
      const opened = open(own)
      kept.set(key, opened)
      return opened
    },
    forget: (key) => {
      kept.delete(key)
    },
    connections: () => {
      const counts = [...kept.values()].flatMap(({ connections }) => connections?.() ?? [])
      return counts.length === 0 ? undefined : counts.reduce(sumOf)
    },
    close: async () => {
      await Promise.all([...kept.values()].map((one) => one.close()))
      processes.close()
    },
  }
  return own
}

function sumOf(before: ConnectionCounts, more: ConnectionCounts): ConnectionCounts {
  return {
    opened: before.opened + more.opened,
    reused: before.reused + more.reused,
    waited: before.waited + more.waited,
    mostOpen: before.mostOpen + more.mostOpen,
  }
}
