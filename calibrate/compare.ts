import { compareSuite, type SuiteComparison } from '../src/compare/suite/suite.ts'
import type { MetricValues } from '../src/domain/baseline.ts'
import type { Results } from '../src/domain/record.ts'
import { driftName, nameOf } from './name.ts'
import type { World } from './past.ts'
import { recordOf, resultsOf } from './record.ts'
import type { Values } from './scenario.ts'
import { judge, measure, plannedPart, type Session } from './session.ts'
import { type Observation, once } from './tally.ts'
import { drawScenario, isFound, nameOfWorsening, type Worsening } from './worsening.ts'

const worsenings: readonly Worsening[] = [
  { what: 'latency_20', change: { time: 1.2 }, metric: 'workingMs', sigma: 0.1 },
  { what: 'latency_35', change: { time: 1.35 }, metric: 'workingMs', sigma: 0.2 },
]
const falseAlarmRate = 0.01
const foundRatio = 0.9

/** The results files of the sessions of `past`. */
export function filesOf(past: readonly (readonly Values[])[]): Results[] {
  const sessions = past[0]?.length ?? 0
  return Array.from({ length: sessions }, (_, session) => fileOf(past.map((executions) => executions[session] ?? {})))
}

/** Whether `bench-agent compare` calls a session worse in which nothing changed, held against `files`. */
export function compareUnchanged(files: readonly Results[], session: Session, drift: number): Observation {
  const { status } = compareSuite(files, fileOf(madeValues(session)))
  return once(nameOf('false_alarm.compare', driftName(drift)), status === 'fail', { atMost: falseAlarmRate })
}

/**
 * Whether `bench-agent compare` finds a scenario that got worse: where the candidate's session knew its baseline, so that what looked
 * worse was measured again, and where it knew none.
 */
export function compareChanged(files: readonly Results[], session: Session, world: World): Observation[] {
  const made = madeValues(session)
  return worsenings.flatMap((worsening) => {
    const { index, sigma } = drawScenario(world.draw, worsening.sigma)
    const measurement = measure(world, sigma, session.shift, worsening.change)
    const baseline = session.scenarios[index]?.baseline
    if (baseline === undefined) return []
    const found = (values: MetricValues) => {
      const { scenarios }: SuiteComparison = compareSuite(files, fileOf(made.with(index, values)))
      return isFound(scenarios[index]?.findings ?? [], worsening.metric)
    }
    const name = nameOf('found.compare', nameOfWorsening(worsening), driftName(world.drift))
    return [
      once(name, found(judge(measurement, baseline).values), { atLeast: foundRatio }),
      once(`${name}.planned`, found(plannedPart(measurement))),
    ]
  })
}

function madeValues({ scenarios }: Session): MetricValues[] {
  return scenarios.map(({ judgement }) => judgement.values)
}

function fileOf(scenarios: readonly MetricValues[]): Results {
  return resultsOf(scenarios.map((values, index) => recordOf(String(index), values)))
}
