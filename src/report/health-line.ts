import { healthOf } from '../compare/explain/health.ts'
import type { Health } from '../domain/health.ts'
import type { Session } from './session.ts'
import { shiftsOf } from './shift-line.ts'
import { finalExecutions, standingOf } from './standing.ts'

/** How the suite of `session` is, and what to do; absent when nothing was measured. */
export function sessionHealth(session: Session): Health | undefined {
  const executions = finalExecutions(session)
  const failed = executions.filter((one) => standingOf(one) === 'failed').map(({ record }) => record.identity.name)
  return healthOf({
    records: executions.map(({ record }) => record),
    failed,
    died: session.dead.map(({ name }) => name),
    shifts: shiftsOf(session),
  })
}

/** `health` in one line: `young. 9 of 12 baselines know …` */
export function describeHealth({ word, reason, action }: Health): string {
  return `${word}. ${reason}${action === undefined ? '' : ` ${action}`}`
}
