import { changePoints } from '../../stats/change-point.ts'
import { stepTest } from './level-step.ts'
import { ofLevel, type Series } from './series.ts'

/** That the runs of an execution vary more than they did. */
export interface SpreadGrowth {
  /** Spread of runs, as a share of their location. */
  before: number
  after: number
  /** Executions that it is told from. */
  executions: number
  /** Executions since then, the first one included. */
  count: number
  /** When the first of them was; ISO 8601. */
  since?: string | undefined
  p: number
}

const smallestGrowth = Math.log(1.5)
// A spread below this is none: it only keeps the logarithm of 0 away.
const leastSpread = 0.001
// So small a spread hides nothing.
const harmlessSpread = 0.02

/**
 * That runs vary at least half as much again as they did, since one of the executions; absent when they do not.
 *
 * @param rate greatest probability of finding it in a series where they vary alike, above 0
 */
export function spreadGrowthOf(series: Series, rate: number): SpreadGrowth | undefined {
  const points = ofLevel(series).flatMap(({ within, startedAt }) =>
    within === undefined ? [] : [{ within, startedAt }],
  )
  const spreads = points.map(({ within }) => Math.log(Math.max(leastSpread, within)))
  if (Math.max(...spreads) - Math.min(...spreads) < smallestGrowth) return undefined
  const last = changePoints(spreads, stepTest(rate)).at(-1)
  if (last === undefined || last.after - last.before < smallestGrowth) return undefined
  const after = Math.exp(last.after)
  if (after < harmlessSpread) return undefined
  return {
    before: Math.exp(last.before),
    after,
    executions: points.length,
    count: points.length - last.index,
    since: points[last.index]?.startedAt,
    p: last.p,
  }
}
