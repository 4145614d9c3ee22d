import type { Deviation, Drift } from '../../domain/baseline.ts'
import { pooledSpread } from '../../domain/spread.ts'
import { bySession } from '../evidence/by-session.ts'
import { pool } from '../evidence/contest.ts'
import { executionLocation, layoutOf, locationWeight } from '../evidence/layout.ts'

/** An execution of a scenario, as far as the drift of its session is told from it. */
export interface SessionExecution {
  /** What the executions of one session have in common. */
  session: string
  /** `workingMs` of its runs, by case. */
  values: number[][]
}

/** Scenarios from which on what they share is told from what each has of its own. */
export const fewestScenarios = 5

/**
 * What sessions differ by as a whole: the standard deviation of the shifts that the scenarios of a session share, each a median
 * over them (see {@link sharedShift}), without what their runs explain. Absent with fewer than two sessions of five scenarios.
 *
 * @param scenarios the past executions of each scenario of one kind of machine
 */
export function sessionDrift(scenarios: readonly (readonly SessionExecution[])[]): Drift | undefined {
  const sessions = new Map<string, Deviation[]>()
  for (const executions of scenarios)
    for (const [session, deviation] of deviationsOf(executions)) {
      const known = sessions.get(session)
      if (known === undefined) sessions.set(session, [deviation])
      else known.push(deviation)
    }
  const shifts = [...sessions.values()].filter((one) => one.length >= fewestScenarios).map(sharedShift)
  if (shifts.length < 2) return undefined
  const centre = shifts.reduce((sum, { shift }) => sum + shift, 0) / shifts.length
  const squares = shifts.reduce((sum, { shift }) => sum + (shift - centre) ** 2, 0) / (shifts.length - 1)
  const explained = shifts.reduce((sum, { variance }) => sum + variance, 0) / shifts.length
  return { deviation: Math.sqrt(Math.max(0, squares - explained)), sessions: shifts.length }
}

function deviationsOf(given: readonly SessionExecution[]): [string, Deviation][] {
  const executions = bySession(given).flatMap((one) =>
    one.slice(0, 1).map(({ session }) => ({ session, values: pool(one.map(({ values }) => values)) })),
  )
  const [first, ...others] = executions
  if (first === undefined || others.length === 0) return []
  const past = executions.map(({ values }) => values)
  const layout = layoutOf('workingMs', first.values, past)
  if (layout === undefined || !layout.logarithmic) return []
  const spread = pooledSpread(layout.past.flat(), true)
  return executions.flatMap(({ session }, position) => {
    const own = layout.past[position] ?? []
    const shift = executionLocation(own, true)
    if (shift === undefined || spread === undefined) return []
    return [[session, { shift, variance: spread.variance * locationWeight(own) }]]
  })
}

/**
 * What `deviations` share: their median, each weighted by its precision, so that neither a noisy scenario nor one that changed by
 * itself moves it. None weighs more than twice what the middle one does: the most precise alone would decide.
 */
export function sharedShift(deviations: readonly Deviation[]): Deviation {
  const precisions = deviations.map(({ variance }) => 1 / Math.sqrt(Math.max(variance, 1e-12)))
  const most = 2 * (precisions.toSorted((one, other) => one - other)[precisions.length >> 1] ?? 0)
  const ranked = deviations
    .map(({ shift }, index) => ({ shift, precision: precisions[index] ?? 0 }))
    .map((one) => ({ ...one, weight: Math.min(most, one.precision) }))
    .sort((one, other) => one.shift - other.shift)
  const half = ranked.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  let shift = ranked.at(-1)?.shift ?? 0
  for (const one of ranked) {
    below += one.weight
    if (below < half) continue
    shift = one.shift
    break
  }
  // The density of a weighted median at its centre: each deviation counts by its weight over its own standard deviation.
  const squares = ranked.reduce((sum, { weight }) => sum + weight ** 2, 0)
  const density = ranked.reduce((sum, { weight, precision }) => sum + weight * precision, 0)
  return { shift, variance: ((Math.PI / 2) * squares) / density ** 2 }
}
