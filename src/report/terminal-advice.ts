import { plural } from '../domain/format.ts'
import { type AdviceNote, adviceNotes, describePlace, describeSaving, describeScenarios } from './advice-line.ts'
import type { Session } from './session.ts'
import { finalExecutions } from './standing.ts'
import type { Paper } from './terminal-paper.ts'
import { wrap } from './text.ts'

const mostNotes = 3

/** What runs lose and what to do about it, the largest first and a few of them; nothing where nothing was found. */
export function adviceLines(session: Session, paper: Paper): string[] {
  const notes = adviceNotes(finalExecutions(session))
  const more = notes.length - mostNotes
  return [
    ...notes.slice(0, mostNotes).flatMap((note) => linesOf(note, paper)),
    ...(more > 0 ? [`…and ${plural(more, 'more advice', 'more pieces of advice')} in RESULTS.md.`] : []),
  ]
}

function linesOf(note: AdviceNote, { columns, colors }: Paper): string[] {
  const { advice } = note
  const place = describePlace(advice)
  const head = `${describeScenarios(note)}: ${describeSaving(advice)}${place === '' ? '' : `, ${place}`}`
  return [
    ...wrap(head, columns).map(colors.bold),
    ...wrap(advice.cause, columns, '  ').map(colors.dim),
    ...wrap(advice.suggestion, columns, `  ${colors.dim('→')} `),
  ]
}
