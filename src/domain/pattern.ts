import type { BaselineMetric } from './finding.ts'

/**
 * What a row of accepted executions shows that none of them does.
 *
 * - `creep`: steps too small to be a regression that add up
 * - `step`: a new level that began at one execution, too small to be seen there
 * - `levels`: new levels that were accepted by hand, one worse than the other
 * - `spread`: runs vary more than they did
 */
export const patternKinds = ['creep', 'step', 'levels', 'spread'] as const

/** A pattern over the accepted executions of a scenario. It fails nothing. */
export interface Pattern {
  kind: (typeof patternKinds)[number]
  metric: BaselineMetric
  /** Where it lay before and lies now, in the unit of the metric; of `spread` the spreads, as shares of the location. */
  before: number
  after: number
  /** Executions that it is told from, this one included; of one session they count as one. */
  executions: number
  /** When the executions began that it is told from, or the level that a step led to; ISO 8601, absent when that is not known. */
  since?: string | undefined
  /** Executions since the step, or levels that were accepted; absent otherwise. */
  count?: number | undefined
  /** Probability that executions which do not change show this; absent where nothing is left to chance. */
  p?: number | undefined
  /** What an agent does more of whenever the metric is worse; absent when nothing is. */
  along?: BaselineMetric | undefined
}
