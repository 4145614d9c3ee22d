import { severityOfVerdict } from '../compare/explain/severity.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { severities } from '../domain/severity.ts'
import type { ReportedExecution, ReportedStudy, Session } from './session.ts'
import { oneLine } from './text.ts'

/** How a scenario stands: `undecided` passed without being judged in full, `warned` passed with something to know. */
export type Standing = 'failed' | 'undecided' | 'warned' | 'passed'

/** A sign for each standing, so that colour is never needed to tell them apart. */
export const marks = { failed: '✖', undecided: '▲', warned: '▲', passed: '✔' } as const satisfies Record<
  Standing,
  string
>

/** How `execution` stands. */
export function standingOf({ record, failed }: ReportedExecution): Standing {
  const { status, warnings } = record.verdict
  if (failed || status === 'fail') return 'failed'
  if (status === 'inconclusive') return 'undecided'
  return warnings.length > 0 ? 'warned' : 'passed'
}

/**
 * What reports call the scenario of `record`: its suites and its name, which execution it is where several filled a baseline, and the
 * attempt when the test was retried.
 */
export function nameOf({ identity, attempt, filling }: ExecutionRecord): string {
  const which = filling === undefined ? '' : ` (execution ${filling.execution} of ${filling.executions})`
  const name = `${[...identity.suite, identity.name].map(oneLine).join(' > ')}${which}`
  return attempt === 0 ? name : `${name} (attempt ${attempt + 1})`
}

/** The executions that count: where a test was retried, those of its last attempt; where it filled a baseline, the last one. */
export function finalExecutions({ executions }: Session): ReportedExecution[] {
  const last = new Map<string, number>()
  for (const { record } of executions) {
    const key = keyOf(record)
    last.set(key, Math.max(record.attempt, last.get(key) ?? 0))
  }
  const final = executions.filter(({ record }) => record.attempt === last.get(keyOf(record)))
  return final.filter((one) => !isFollowed(one, final))
}

/** The studies that count: where a test was retried, those of its last attempt. */
export function finalStudies({ studies = [] }: Session): ReportedStudy[] {
  return studies.filter(
    ({ record }) =>
      !studies.some((other) => keyOf(other.record) === keyOf(record) && other.record.attempt > record.attempt),
  )
}

/** The studies whose executions left no records of their own. */
export function studiesAlone({ studies = [] }: Session): ReportedStudy[] {
  return studies.filter(({ record }) => record.result.kind === 'breakingPoint')
}

/** Of `executions` those that reports show: of several that filled a baseline, as one test, only the last one. */
export function shownExecutions({ executions }: Session): ReportedExecution[] {
  return executions.filter((one) => !isFollowed(one, executions))
}

function isFollowed({ record }: ReportedExecution, all: readonly ReportedExecution[]): boolean {
  const { filling, attempt } = record
  if (filling === undefined) return false
  const position = all.findIndex((other) => other.record === record)
  return all
    .slice(position + 1)
    .some((other) => keyOf(other.record) === keyOf(record) && other.record.attempt === attempt)
}

function keyOf({ identity: { project, file, suite, id } }: Pick<ExecutionRecord, 'identity'>): string {
  return JSON.stringify([project, file, suite, id])
}

/** `executions`, those first of which the worst is worst; others stay in their order. */
export function bySeverity(executions: readonly ReportedExecution[]): ReportedExecution[] {
  const rank = ({ record }: ReportedExecution) => {
    const severity = severityOfVerdict(record.verdict)
    return severity === undefined ? -1 : severities.indexOf(severity)
  }
  return [...executions].sort((one, other) => rank(other) - rank(one))
}
