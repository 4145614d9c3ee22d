import { compareChanged, compareUnchanged, filesOf } from './compare.ts'
import { detectableOf } from './detectable.ts'
import { drawing } from './draw.ts'
import type { Experiment } from './experiment.ts'
import { falseAlarms, loneFalseAlarms } from './false-alarms.ts'
import { changedOf, foundOf } from './found.ts'
import { driftName, nameOf } from './name.ts'
import { baselinesOf, drawPast } from './past.ts'
import { peersOf } from './peers.ts'
import { suite } from './scenario.ts'
import { runSession } from './session.ts'

/** Suites to be judged by workers. */
export interface SessionSettings {
  drift: number
  /** Accepted sessions that came before. */
  sessions: number
  trials: number
  /** One suite in so many is also asked what would be found in it. */
  every: number
  /** Whether what it prints that could be seen is held to what is. @default true */
  printsEffects?: boolean | undefined
  /** Likewise what `bench-agent compare` makes of it; absent when it is never asked. */
  compareEvery?: number | undefined
  /** Likewise what `bench-agent compare` would find. */
  compareFoundEvery?: number | undefined
}

/** Accepted sessions from which on a baseline is not young. */
export const matureSessions = 10

/** Suites in which nothing changed, judged as workers judge them; and single worsenings put into them. */
export function sessionExperiment(settings: SessionSettings): Experiment {
  const { drift, sessions, trials, every, printsEffects = true, compareEvery, compareFoundEvery } = settings
  const young = sessions < matureSessions ? `young_${sessions}` : undefined
  return {
    name: nameOf('session', young, driftName(drift)),
    trials,
    trial: (seed, index) => {
      const world = { draw: drawing(seed), drift }
      const past = drawPast(world, suite, sessions)
      const session = runSession(world, suite, baselinesOf(past))
      const told = falseAlarms(session, drift, young)
      if (isDue(index, every)) {
        const changed = changedOf(session, world)
        told.push(...foundOf(changed, session, drift, young))
        if (young === undefined)
          told.push(...loneFalseAlarms(session, world), ...peersOf(changed, session, past, drift))
        if (printsEffects) told.push(...detectableOf(session, world, young))
      }
      if (isDue(index, compareEvery)) told.push(compareUnchanged(filesOf(past), session, drift))
      if (isDue(index, compareFoundEvery)) told.push(...compareChanged(filesOf(past), session, world))
      return told
    },
  }
}

function isDue(index: number, every: number | undefined): boolean {
  return every !== undefined && index % every === 0
}
