import type { Bound } from './line.ts'

/** Something counted in one trial, or in many. */
export interface Observation {
  /** The name of the line that it goes to. */
  name: string
  /** How often it came about, or a sum. */
  hits: number
  /** Out of how many. */
  n: number
  /** What the share may be; absent where it is only told. */
  bound?: Bound | undefined
  /** Whether what is counted comes in clusters that depend on one another, or is no count, so that it has no interval. @default false */
  clustered?: boolean | undefined
}

/** What was counted, by name. */
export type Tally = Map<string, Observation>

/** Adds `observations` to `tally`. */
export function count(tally: Tally, observations: Iterable<Observation>): void {
  for (const one of observations) {
    const known = tally.get(one.name)
    if (known === undefined) tally.set(one.name, { ...one })
    else {
      known.hits += one.hits
      known.n += one.n
    }
  }
}

/** One trial in which something happened or not. */
export function once(name: string, happened: boolean, bound?: Bound): Observation {
  return { name, hits: happened ? 1 : 0, n: 1, bound }
}
