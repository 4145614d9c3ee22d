import { type Baseline, differences, isOfAgent, type MetricValues, type PastExecution } from '../../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import type { ExecutionRecord, Results } from '../../domain/record.ts'
import { compareWithBaseline, deviationOf } from '../regression.ts'
import { fewestScenarios, type SessionExecution, sessionDrift, sharedShift } from '../session/session-drift.ts'
import { type SuiteShift, shiftOf } from '../session/suite-shift.ts'
import { judgedTogether } from './family.ts'
import { valuesOf } from './sides.ts'

/** What a scenario of the candidate comes to. */
export interface ScenarioComparison {
  identity: ExecutionRecord['identity']
  /** With p adjusted for the number of tests in the whole suite. */
  findings: Finding[]
  /** Why it was not judged; absent when it was. */
  reason?: string | undefined
}

/** A whole suite held against executions of it that came before. */
export interface SuiteComparison {
  /**
   * - `fail`: a scenario got worse, or all of them got slower together by more than any machine's drift explains
   * - `inconclusive`: something could not be decided, such as whose it is that all got slower together
   */
  status: 'pass' | 'fail' | 'inconclusive'
  scenarios: ScenarioComparison[]
  /** Absent when too few scenarios tell of it. */
  shift?: SuiteShift | undefined
  /** Scenarios of the baseline that the candidate lacks. */
  missing: string[]
  /** Scenarios of the candidate that the baseline lacks. */
  added: string[]
}

/**
 * Holds all scenarios of `candidate` against those of `past`, executions of the same suite in any order. What all times share is
 * told apart from what a scenario has of its own, and the p are adjusted for the number of tests.
 */
export function compareSuite(past: readonly Results[], candidate: Results): SuiteComparison {
  const histories = historiesOf(past)
  const records = lastAttempts(candidate.records)
  const known = records.flatMap((record) => {
    const history = histories.get(keyOf(record))
    return history === undefined ? [] : [{ record, history }]
  })
  const drift = sessionDrift(known.map(({ record, history }) => inSessions(record, history)))
  const alone = known.map(({ record, history }) => ({
    record,
    history,
    candidate: { values: valuesOf(record), comparability: record.comparability, confirms: false },
    baseline: baselineOf(record, history.executions, drift),
  }))
  // Each scenario counts once for what all share, however many executions filled its baseline.
  const first = alone.filter((one, position) => alone.findIndex(({ history }) => history === one.history) === position)
  const deviations = first.flatMap((one) => deviationOf(one.candidate, one.baseline) ?? [])
  const shared = deviations.length < fewestScenarios ? undefined : sharedShift(deviations)
  const findings = judgedTogether(alone.map((one) => compareWithBaseline(one.candidate, { ...one.baseline, shared })))
  const scenarios = known.map(({ record }, position) => comparisonOf(record, findings[position] ?? []))
  const shift = shared === undefined ? undefined : shiftOf(shared, deviations.length, drift, past.length)
  const keys = new Set(records.map(keyOf))
  return {
    status: statusOf(scenarios, shift),
    scenarios,
    shift,
    missing: [...histories].flatMap(([key, { name }]) => (keys.has(key) ? [] : [name])),
    added: records.flatMap((record) => (histories.has(keyOf(record)) ? [] : [record.identity.name])),
  }
}

function keyOf({ identity: { project, file, suite, id } }: ExecutionRecord): string {
  return JSON.stringify([project, file, suite, id])
}

// What a retry repeats was decided by the last attempt.
function lastAttempts(records: readonly ExecutionRecord[]): ExecutionRecord[] {
  const last = new Map<string, number>()
  for (const record of records) last.set(keyOf(record), Math.max(record.attempt, last.get(keyOf(record)) ?? 0))
  return records.filter((record) => record.attempt === last.get(keyOf(record)))
}

interface History {
  name: string
  executions: (PastExecution & { environmentKey: string })[]
}

function historiesOf(past: readonly Results[]): Map<string, History> {
  const histories = new Map<string, History>()
  for (const [session, { records }] of past.entries())
    for (const record of lastAttempts(records)) {
      const key = keyOf(record)
      const history = histories.get(key) ?? { name: record.identity.name, executions: [] }
      histories.set(key, history)
      history.executions.push({
        ...record.comparability,
        environmentKey: record.environmentKey,
        execution: record.execution,
        startedAt: record.startedAt,
        session: String(session),
        startsLevel: [],
        values: valuesOf(record),
      })
    }
  return histories
}

/** The past executions that tell what sessions differ by: those of the candidate's kind of machine that may be compared with it. */
function inSessions({ environmentKey, comparability }: ExecutionRecord, { executions }: History): SessionExecution[] {
  return executions.flatMap(({ session = '', values: { workingMs }, ...past }) =>
    workingMs === undefined || past.environmentKey !== environmentKey || differences(past, comparability).length > 0
      ? []
      : [{ session, values: workingMs }],
  )
}

// Times are compared only on one kind of machine; the rest wherever it was measured.
function baselineOf(record: ExecutionRecord, executions: History['executions'], drift: Baseline['drift']): Baseline {
  const history = executions.map(({ environmentKey, ...execution }) =>
    environmentKey === record.environmentKey ? execution : { ...execution, values: ofAgent(execution.values) },
  )
  return { history, environmentKey: record.environmentKey, drift }
}

function ofAgent(values: MetricValues): MetricValues {
  return Object.fromEntries(Object.entries(values).filter(([metric]) => isOfAgent(metric as BaselineMetric)))
}

function comparisonOf({ identity, samples }: ExecutionRecord, findings: Finding[]): ScenarioComparison {
  if (samples === undefined) return { identity, findings: [], reason: 'Its samples are not in the file.' }
  return { identity, findings }
}

function statusOf(scenarios: readonly ScenarioComparison[], shift: SuiteShift | undefined): SuiteComparison['status'] {
  const found = scenarios.flatMap(({ findings }) => findings.map(({ status }) => status))
  if (found.includes('worse') || shift?.beyondDrift) return 'fail'
  if (shift?.significant && shift.ratio > 0) return 'inconclusive'
  const isJudged = scenarios.every(({ findings }) =>
    findings.some(({ status }) => status !== 'notJudged' && status !== 'new'),
  )
  return scenarios.length > 0 && isJudged && !found.includes('unclear') ? 'pass' : 'inconclusive'
}
