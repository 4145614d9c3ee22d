import { blame } from '../compare/session/blame.ts'
import { type SessionShift, sessionShifts } from '../compare/session/session-shift.ts'
import { formatChange, formatProbability, plural } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Session } from './session.ts'
import { finalExecutions } from './standing.ts'

/** What the times of `session` lie off as a whole; none where nothing does. */
export function shiftsOf(session: Session): SessionShift[] {
  return sessionShifts(finalExecutions(session).map(({ record }) => record))
}

/** That all times lie off together, whose it is, and what became of the tests: a paragraph for each project and kind of machine. */
export function shiftLines(session: Session): string[] {
  const shifts = shiftsOf(session)
  return shifts.map((shift) => {
    const where = shifts.length === 1 ? '' : ` of ${shift.records[0]?.identity.project || 'no project'}`
    const { words } = blame(shift.ratio, shift.records, session.pastCalibrations ?? [])
    const slower = shift.ratio > 0 ? 'slower' : 'faster'
    const one = `All ${shift.scenarios} scenarios${where} are ${slower} by about the same share, ${formatChange(shift.ratio)} (p ${formatProbability(shift.p)}): one finding, not ${shift.scenarios}.`
    return [one, ...verdictsOf(shift), words].join(' ')
  })
}

function verdictsOf({ red, judgedWithout, ratio }: SessionShift): string[] {
  const others =
    judgedWithout.length === 0
      ? ''
      : `${plural(judgedWithout.length, 'scenario')} measured later ${judgedWithout.length === 1 ? 'was' : 'were'} judged without it`
  if (red.length === 0) return ratio > 0 && others !== '' ? [`No test is red because of it: ${others}.`] : []
  return [
    `Red only because of it: ${plural(red.length, 'test')}, measured before five others could tell${others === '' ? '' : `; ${others}`}.`,
  ]
}

/** Whether `record` failed only because all times of its session lie off. */
export function isRedByShift(record: ExecutionRecord, shifts: readonly SessionShift[]): boolean {
  return shifts.some(({ red }) => red.includes(record))
}
