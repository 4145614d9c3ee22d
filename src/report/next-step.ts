import type { SessionShift } from '../compare/session/session-shift.ts'
import type { BaselineMetric } from '../domain/finding.ts'
import { plural } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { likelyCause } from './cause.ts'
import { questionOfMetric } from './question.ts'
import type { ReportedExecution, Session } from './session.ts'
import { isRedByShift, shiftsOf } from './shift-line.ts'
import { finalExecutions, nameOf, standingOf } from './standing.ts'

/** Something to do, or to know before doing it. */
export interface NextStep {
  label: 'health' | 'likely cause' | 're-run' | 'accept' | 'report'
  /** A command, or a sentence. */
  text: string
  /** What a command is for; absent for a sentence. */
  purpose?: string | undefined
}

const mostCauses = 3

/** What to do after `session`: likely causes, what is worth running again, how to accept, and where the reports are. */
export function nextSteps(session: Session): NextStep[] {
  const executions = finalExecutions(session)
  const shifts = shiftsOf(session)
  // What is nobody's fault has no cause in the agent, and is no level to accept.
  const own = executions.filter(({ record }) => !isRedByShift(record, shifts))
  return [
    ...causes(own),
    ...rerun(session, executions),
    ...accept(session, own, shifts),
    ...(session.files.length === 0 ? [] : [{ label: 'report' as const, text: session.files.join(', ') }]),
  ]
}

function causes(executions: readonly ReportedExecution[]): NextStep[] {
  const all = executions.flatMap(({ record }): NextStep[] => {
    const cause = likelyCause(record)
    return cause === undefined ? [] : [{ label: 'likely cause', text: `${nameOf(record)}: ${cause}` }]
  })
  return all.slice(0, mostCauses)
}

function rerun(session: Session, executions: readonly ReportedExecution[]): NextStep[] {
  const noisy = executions.filter((execution) => isWorthRepeating(execution))
  const onlyTime = executions.filter(({ record }) => worsened(record).some(isOfMachine))
  if (noisy.length === 0 && onlyTime.length === 0 && session.notRun.length === 0) return []
  const reasons = [
    noisy.length > 0 ? `${plural(noisy.length, 'scenario')} undecided or disturbed` : '',
    onlyTime.length > 0 ? 'time also depends on the provider and the machine' : '',
    session.notRun.length > 0 ? `${plural(session.notRun.length, 'scenario')} did not run` : '',
  ]
  const text = commandOf(session.notRun.length > 0 ? executions : [...noisy, ...onlyTime])
  return [{ label: 're-run', text, purpose: reasons.filter((reason) => reason !== '').join(', ') }]
}

function isWorthRepeating(execution: ReportedExecution): boolean {
  const { verdict, summary } = execution.record
  const disturbed = verdict.warnings.some(({ code }) => code === 'degraded' || code === 'infrastructure')
  // The same baseline would be missing again, the same cap reached, and as little seen.
  const undecided =
    standingOf(execution) === 'undecided' &&
    verdict.checks.every(
      ({ code, status }) => status === 'pass' || !['missingBaseline', 'spend', 'insensitive'].includes(code),
    )
  return summary.runs > 0 && (disturbed || undecided)
}

function accept(
  { baselines }: Session,
  executions: readonly ReportedExecution[],
  shifts: readonly SessionShift[],
): NextStep[] {
  const regressed = executions.filter(({ record }) => record.verdict.checks.some(({ code }) => code === 'regression'))
  if (regressed.length > 0)
    return [acceptStep(regressed, `if meant: makes the new levels of ${firstOf(regressed)} the baseline`)]
  // A day on which everything is faster is no better agent.
  const isShifted = shifts.some(({ ratio }) => ratio < 0)
  const improved = executions.filter(
    (execution) =>
      standingOf(execution) !== 'failed' &&
      execution.record.verdict.findings.some(
        ({ metric, status }) => status === 'better' && !(isShifted && isOfMachine(metric)),
      ),
  )
  if (improved.length === 0 || baselines.accepted.length > 0) return []
  return [acceptStep(improved, `${firstOf(improved)} got better: holds later runs against the new levels`)]
}

function acceptStep(executions: readonly ReportedExecution[], purpose: string): NextStep {
  return { label: 'accept', text: `${commandOf(executions)} -u`, purpose }
}

function firstOf([first, ...others]: readonly ReportedExecution[]): string {
  const name = first === undefined ? '' : nameOf(first.record)
  return others.length === 0 ? name : `${name} and ${others.length} more`
}

/** How to run the scenarios of `executions` again: their files where they are few, else their project. */
function commandOf(executions: readonly ReportedExecution[]): string {
  const projects = new Set(executions.map(({ record }) => record.identity.project).filter((name) => name !== ''))
  const files = new Set(executions.map(({ record }) => record.identity.file).filter((file) => file !== ''))
  const options = [...projects].map((name) => `--project ${quoted(name)}`)
  const paths = files.size <= 2 ? [...files].map(quoted) : []
  return ['npx vitest run', ...options, ...paths].join(' ')
}

function quoted(word: string): string {
  return /^[\w./@-]+$/.test(word) ? word : JSON.stringify(word)
}

function worsened({ verdict }: ExecutionRecord): BaselineMetric[] {
  return verdict.findings.filter(({ status }) => status === 'worse').map(({ metric }) => metric)
}

function isOfMachine(metric: BaselineMetric): boolean {
  return questionOfMetric(metric) === 'slower'
}
