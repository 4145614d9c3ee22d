import type { MeasuredLevel } from '../../compare/study/scaling.ts'
import { sweepOf } from '../../compare/study/sweep-of.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Sweep } from '../../domain/study/sweep.ts'
import type { ScenarioResult } from '../conclude.ts'
import { rotation } from '../load/rotation.ts'
import { inTurns } from '../load/turn.ts'
import { runScenario } from '../scenario.ts'
import type { ScenarioSetting } from '../setting.ts'

/** One execution of a sweep. */
export interface SweepSetting {
  /** The value that it differs in, as a person reads it. */
  name: string
  /** Runs in flight; absent when the sweep is over something else. */
  concurrency?: number | undefined
  setting: ScenarioSetting
  /** Runs of one of its turns. */
  turnRuns: number
}

/** `plan`, which makes `repeats` turns of `turnRuns`. */
export function plannedInTurns(plan: Plan, repeats: number, turnRuns: number): Plan {
  const totalRuns = repeats * turnRuns
  return { ...plan, totalRuns, runs: Math.ceil(totalRuns / plan.cases.length) }
}

/**
 * Makes executions in turns, forth and back, and says what they come to side by side.
 *
 * @param over what they differ in
 * @param onEnded told of each execution as it ends
 */
export async function runSweep(
  over: string,
  settings: readonly SweepSetting[],
  onEnded: (result: ScenarioResult, name: string) => Promise<void>,
): Promise<{ sweep: Sweep; results: ScenarioResult[] }> {
  const join = rotation()
  const places = settings.map(() => join())
  let broken = false
  const outcomes = await Promise.allSettled(
    settings.map(async ({ setting, turnRuns, name }, position) => {
      const place = places[position]
      if (place === undefined) throw new Error('expected a place for every execution')
      const turns = place.turns(turnRuns)
      // Nothing comes of a sweep that one has left by an error: the others end with the turn that they are in.
      const next = async () => (await turns.next()) && !broken
      try {
        await place.begin()
        const result = await inTurns({ ...turns, next }, () => runScenario(setting))
        await onEnded(result, name)
        return result
      } catch (error) {
        broken = true
        throw error
      } finally {
        place.leave()
      }
    }),
  )
  // All of them, for whoever is told of an error must not have runs going on behind it.
  const results = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
  const measured = settings.map(({ name, concurrency, turnRuns }, position): MeasuredLevel => {
    const result = results[position]
    if (result === undefined) throw new Error('expected a result of every execution')
    return { name, concurrency, turnRuns, record: result.record, samples: result.samples }
  })
  return { sweep: sweepOf(over, measured, over === 'caseCount'), results }
}
