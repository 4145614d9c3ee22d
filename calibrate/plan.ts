import { breakingPointExperiments } from './breaking-point-experiment.ts'
import { casesExperiment } from './cases-experiment.ts'
import type { Experiment } from './experiment.ts'
import { machineExperiment } from './machine-experiment.ts'
import { metricsExperiment } from './metrics-experiment.ts'
import { matureSessions, sessionExperiment } from './session-experiment.ts'
import { sidesExperiment } from './sides-experiment.ts'

/** How many trials are made. */
export type Form = 'full' | 'quick'

const counts = {
  full: {
    suites: 4000,
    every: 5,
    compareEvery: 1,
    compareFoundEvery: 8,
    young: 600,
    youngEvery: 1,
    inTurns: 4000,
    scenarios: 20_000,
    withCases: 600,
    searches: 400,
  },
  quick: {
    suites: 100,
    every: 2,
    compareEvery: 2,
    compareFoundEvery: 4,
    young: 25,
    youngEvery: 1,
    inTurns: 100,
    scenarios: 1000,
    withCases: 40,
    searches: 40,
  },
} as const satisfies Record<Form, object>

/** What is measured. */
export function experiments(form: Form): Experiment[] {
  const { suites, every, compareEvery, compareFoundEvery, young, youngEvery, inTurns, scenarios, withCases, searches } =
    counts[form]
  const mature = { sessions: matureSessions, trials: suites, every }
  return [
    machineExperiment(),
    sessionExperiment({ ...mature, drift: 0 }),
    sessionExperiment({ ...mature, drift: 0.03, compareEvery, compareFoundEvery }),
    sessionExperiment({ ...mature, drift: 0.08 }),
    ...[0, 0.03, 0.08].map((drift) => sessionExperiment({ sessions: 1, trials: young, drift, every: youngEvery })),
    ...[2, 3, 4].map((sessions) =>
      sessionExperiment({ sessions, trials: young, drift: 0.08, every: youngEvery, printsEffects: false }),
    ),
    metricsExperiment(scenarios),
    casesExperiment(withCases),
    sidesExperiment(inTurns),
    ...breakingPointExperiments(searches, form === 'quick'),
  ]
}
