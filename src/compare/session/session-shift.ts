import { isDuration } from '../../domain/baseline.ts'
import type { Finding } from '../../domain/finding.ts'
import type { ExecutionRecord } from '../../domain/record.ts'
import { smallestEffectRatio } from '../evidence/rule.ts'
import { fewestScenarios, sharedShift } from './session-drift.ts'
import { type SuiteShift, shiftOf } from './suite-shift.ts'

/** That the scenarios of a session lie off together, and what became of them. */
export interface SessionShift extends SuiteShift {
  /** All that it is about: of one project, on one kind of machine. */
  records: ExecutionRecord[]
  /** Failed, and would not have without it: they were measured before enough others had told of it. */
  red: ExecutionRecord[]
  /** Judged without it. */
  judgedWithout: ExecutionRecord[]
}

/**
 * What the times of a session lie off as a whole, where that is more than its sessions differ by: one finding about the machine, the
 * provider or code that all share. One for each project and kind of machine; none where fewer than five scenarios tell.
 *
 * @param records of the session, one for each scenario
 */
export function sessionShifts(records: readonly ExecutionRecord[]): SessionShift[] {
  const groups = Map.groupBy(records, ({ identity, environmentKey }) => `${identity.project}\n${environmentKey}`)
  return [...groups.values()].flatMap((group) => {
    const shift = shiftOfGroup(group)
    return shift === undefined ? [] : [shift]
  })
}

// What scenarios of one session differ by when what they share is taken off.
const ownDeviation = 0.01

function shiftOfGroup(records: readonly ExecutionRecord[]): SessionShift | undefined {
  const timed = records.flatMap((record) => {
    const finding = timeOf(record)
    return finding === undefined ? [] : [{ record, finding }]
  })
  if (timed.length < fewestScenarios) return undefined
  const shared = sharedShift(
    timed.map(({ finding: { changeRatio = 0, baseline, candidate } }) => {
      const within = Math.max(baseline?.within ?? 0, candidate.within ?? 0)
      const variance = within ** 2 * (1 / candidate.n + 1 / (baseline?.n ?? candidate.n)) + ownDeviation ** 2
      return { shift: Math.log1p(changeRatio), variance }
    }),
  )
  const drift = timed.find(({ record }) => record.verdict.drift !== undefined)?.record.verdict.drift
  const sessions = Math.max(1, ...timed.map(({ finding }) => finding.executions ?? 1))
  const shift = shiftOf(shared, timed.length, drift, sessions)
  if (!shift.significant) return undefined
  return {
    ...shift,
    records: timed.map(({ record }) => record),
    red: records.filter((record) => isRedBecauseOf(record, shift.ratio)),
    judgedWithout: timed.flatMap(({ record, finding }) => (finding.sharedRatio === undefined ? [] : [record])),
  }
}

/** What became of the working time of `record`; absent where it was not held against executions of its machine. */
function timeOf({ verdict }: ExecutionRecord): Finding | undefined {
  return verdict.findings.find(
    ({ metric, baseline, changeRatio }) =>
      metric === 'workingMs' && baseline !== undefined && changeRatio !== undefined && changeRatio > -1,
  )
}

/** Whether nothing but its times failed, and those not without what all share. */
function isRedBecauseOf({ verdict }: ExecutionRecord, ratio: number): boolean {
  const failed = verdict.checks.filter(({ status }) => status === 'fail')
  return (
    failed.length > 0 && failed.every(({ code, metric }) => code === 'regression' && isShared(metric, verdict, ratio))
  )
}

function isShared(
  metric: ExecutionRecord['verdict']['checks'][number]['metric'],
  { findings }: ExecutionRecord['verdict'],
  ratio: number,
): boolean {
  const finding = findings.find((one) => one.metric === metric)
  if (finding?.changeRatio === undefined || finding.sharedRatio !== undefined || !isDuration(finding.metric))
    return false
  const { changeRatio = Number.POSITIVE_INFINITY } = finding.ofCase ?? finding
  const rest = (1 + changeRatio) / (1 + ratio) - 1
  return rest <= smallestEffectRatio(finding.metric, finding.executions ?? Number.POSITIVE_INFINITY)
}
