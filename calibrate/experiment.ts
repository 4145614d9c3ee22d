import type { Observation } from './tally.ts'

/** Something measured by many trials, each of which can be made by itself. */
export interface Experiment {
  name: string
  /** How many trials. */
  trials: number
  /** Makes one of them; the same seed makes the same. */
  trial: (seed: number, index: number) => Observation[]
}
