import { sessionDrift } from '../src/compare/session/session-drift.ts'
import type { Baseline, Comparability, MetricValues, PastExecution } from '../src/domain/baseline.ts'
import type { Draw } from './draw.ts'
import { drawValues, plannedRuns, type Values } from './scenario.ts'

/** What all executions here have in common. */
export const comparability: Comparability = { mode: 'live', model: 'model', load: 'concurrency 1', cases: 'cases' }
/** The machine on which all of them ran. */
export const environmentKey = 'machine'

/** A machine whose sessions drift. */
export interface World {
  draw: Draw
  /** Standard deviation of the logarithm of the factor that all times of a session share. */
  drift: number
}

/** The logarithm of the factor by which all times of the next session lie off. */
export function drawShift({ draw, drift }: World): number {
  return drift * draw.normal()
}

/** `sessions` accepted sessions of a suite: for each of its scenarios the values of each session, newest first. */
export function drawPast(world: World, sigmas: readonly number[], sessions: number): Values[][] {
  const shifts = Array.from({ length: sessions }, () => drawShift(world))
  return sigmas.map((sigma) => shifts.map((shift) => drawValues(world.draw, plannedRuns, sigma, shift)))
}

/** What the history keeps of `past`, with what it has learnt of the drift of sessions. */
export function baselinesOf(past: readonly (readonly Values[])[]): Baseline[] {
  const drift = sessionDrift(
    past.map((executions) =>
      executions.map(({ workingMs }, session) => ({ session: String(session), values: workingMs })),
    ),
  )
  return past.map((executions) => ({ history: executions.map(pastExecution), environmentKey, drift }))
}

/** What the history keeps of an execution. */
export function pastExecution(values: MetricValues): PastExecution {
  return { ...comparability, execution: '', startedAt: '', startsLevel: [], values }
}
