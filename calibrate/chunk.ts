import type { Experiment } from './experiment.ts'
import type { Form } from './plan.ts'
import { count, type Tally } from './tally.ts'

/** Some of an experiment's trials. */
export interface Chunk {
  form: Form
  seed: number
  /** The experiment's name. */
  experiment: string
  from: number
  /** Exclusive. */
  to: number
}

/** Trials that are made in one go. What a chunk is depends on nothing else, so that sums come out alike in any number of threads. */
const chunkTrials = 20

/** The trials of `experiment`. */
export function chunksOf({ name, trials }: Experiment, form: Form, seed: number): Chunk[] {
  return Array.from({ length: Math.ceil(trials / chunkTrials) }, (_, index) => ({
    form,
    seed,
    experiment: name,
    from: index * chunkTrials,
    to: Math.min(trials, (index + 1) * chunkTrials),
  }))
}

/** Makes the trials of `chunk`. */
export function makeTrials({ trial, name }: Experiment, { seed, from, to }: Chunk): Tally {
  const tally: Tally = new Map()
  for (let index = from; index < to; index++) count(tally, trial(seedOf(seed, name, index), index))
  return tally
}

/** A seed for each trial: FNV-1a of what tells it from others (G. Fowler, L. C. Noll & P. Vo, 1991). */
function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of parts.join(' ')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}
