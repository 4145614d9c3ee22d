import type { ExecutionRecord } from '../domain/record.ts'
import type { ReportedExecution, Session } from './session.ts'
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

/** What reports call the scenario of `record`: its suites and its name, and the attempt when the test was retried. */
export function nameOf({ identity, attempt }: ExecutionRecord): string {
  const name = [...identity.suite, identity.name].map(oneLine).join(' > ')
  return attempt === 0 ? name : `${name} (attempt ${attempt + 1})`
}

/** The executions that count: where a test was retried, those of its last attempt. */
export function finalExecutions({ executions }: Session): ReportedExecution[] {
  const last = new Map<string, number>()
  for (const { record } of executions) {
    const key = keyOf(record)
    last.set(key, Math.max(record.attempt, last.get(key) ?? 0))
  }
  return executions.filter(({ record }) => record.attempt === last.get(keyOf(record)))
}

function keyOf({ identity: { project, file, suite, id } }: ExecutionRecord): string {
  return JSON.stringify([project, file, suite, id])
}
