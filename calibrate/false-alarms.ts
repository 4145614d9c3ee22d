import { drawIndex } from './draw.ts'
import { driftName, nameOf } from './name.ts'
import type { World } from './past.ts'
import { plannedRuns, tested } from './scenario.ts'
import { alone, isRed, judge, type Session } from './session.ts'
import { type Observation, once } from './tally.ts'

/** What a session in which nothing changed is called, and what it cost. */
export function falseAlarms({ scenarios }: Session, drift: number, young?: string): Observation[] {
  const name = (what: string) => nameOf(what, young, driftName(drift))
  const worse = scenarios.flatMap(({ judgement }) => judgement.findings).filter(({ status }) => status === 'worse')
  const fresh = scenarios.reduce((sum, { judgement }) => sum + judgement.fresh, 0)
  const planned = scenarios.length * plannedRuns
  const tests = scenarios.length * Object.keys(tested).length
  return [
    once(name('false_alarm'), worse.length > 0, { atMost: 0.01 }),
    ...Object.entries(tested).map(([label, metric]) =>
      once(
        name(`false_alarm_of_${label}`),
        worse.some((one) => one.metric === metric),
      ),
    ),
    { name: name('false_alarm_per_test'), hits: worse.length, n: tests, clustered: true },
    { name: name('cost.extra_runs_ratio'), hits: fresh, n: planned, clustered: true, bound: { atMost: 0.2 } },
  ]
}

const loneScenarios = 10

/** Some of the scenarios as if each were the only one that there is. */
export function loneFalseAlarms({ scenarios }: Session, { draw, drift }: World): Observation[] {
  return Array.from({ length: loneScenarios }, () => {
    const scenario = scenarios[drawIndex(draw, scenarios.length)]
    if (scenario === undefined) throw new RangeError('expected a session with scenarios')
    const { findings } = judge(scenario.measurement, alone(scenario.baseline))
    return {
      ...once(nameOf('false_alarm_per_scenario', 'alone', driftName(drift)), isRed(findings)),
      clustered: true,
    }
  })
}
