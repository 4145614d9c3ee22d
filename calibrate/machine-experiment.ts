import type { Baseline, PastExecution } from '../src/domain/baseline.ts'
import type { Experiment } from './experiment.ts'
import { readMachines } from './machines.ts'
import { environmentKey, pastExecution } from './past.ts'
import { plannedRuns } from './scenario.ts'
import { isRed, judge, type Measurement } from './session.ts'
import type { Observation } from './tally.ts'

const kept = 10
const freshRuns = 30
const worse = 1.25

/**
 * Real machines on which nothing was changed: the rows of each in the order of time are executions of a scenario, the only one of its
 * suite. Where one looks worse, the next rows confirm it, and belong to it.
 *
 * A user sees this: an execution that is called worse fails, and the history does not keep it; all others it keeps. Nobody accepts
 * what no change explains, so that a machine that became slower for good is red in every execution from then on, and counts as often.
 * The values are µs and judged as ms, lest they be too short to be judged.
 */
export function machineExperiment(): Experiment {
  const machines = readMachines()
  return {
    name: 'vm',
    trials: machines.length,
    trial: (_seed, index) => judgeMachine(machines[index] ?? []),
  }
}

function judgeMachine(values: readonly number[]): Observation[] {
  const history: PastExecution[] = []
  const told: Observation[] = []
  for (let from = 0; from + plannedRuns + freshRuns <= values.length; ) {
    const baseline: Baseline = { history: history.slice(0, kept), environmentKey }
    const { findings, values: made, fresh } = judge(measurementOf(values, from, 1), baseline)
    from += plannedRuns + fresh
    const isRedNow = isRed(findings)
    if (!isRedNow) history.unshift(pastExecution(made))
    const known = baseline.history.length
    if (known < kept) {
      if (known > 0) told.push({ name: 'false_alarm.vm.young', hits: isRedNow ? 1 : 0, n: 1, clustered: true })
      continue
    }
    const found = isRed(judge(measurementOf(values, from - plannedRuns - fresh, worse), baseline).findings)
    told.push({ name: 'false_alarm.vm', hits: isRedNow ? 1 : 0, n: 1, bound: { atMost: 0.01 }, clustered: true })
    told.push({ name: 'found.vm_25', hits: found ? 1 : 0, n: 1, bound: { atLeast: 0.9 }, clustered: true })
  }
  return told
}

function measurementOf(values: readonly number[], from: number, factor: number): Measurement {
  const own = values.slice(from, from + plannedRuns + freshRuns).map((value) => value * factor)
  return { values: { workingMs: [own] }, planned: plannedRuns }
}
