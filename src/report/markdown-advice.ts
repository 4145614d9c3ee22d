import { adviceNotes, describePlace, describeSaving, describeScenarios, describeSeen } from './advice-line.ts'
import type { Section } from './markdown-section.ts'
import { plain, prose, tableHead, tableRow } from './markdown-text.ts'
import type { Session } from './session.ts'
import { finalExecutions } from './standing.ts'

/** What runs lose and what to do about it, a row for each, the largest share first; absent when nothing was found. */
export function lossesSection(session: Session): Section | undefined {
  const notes = adviceNotes(finalExecutions(session))
  if (notes.length === 0) return undefined
  const head = tableHead([
    { heading: 'Scenario', align: 'left' },
    { heading: 'Saves', align: 'left' },
    { heading: 'Where', align: 'left' },
    { heading: 'Cause', align: 'left' },
    { heading: 'What to do', align: 'left' },
    { heading: 'Effort', align: 'left' },
    { heading: 'Seen in', align: 'left' },
  ])
  const rows = notes.map((note) => {
    const { advice } = note
    return tableRow([
      plain(describeScenarios(note)),
      plain(describeSaving(advice)),
      plain(describePlace(advice)),
      prose(advice.cause),
      prose(advice.suggestion),
      advice.effort,
      describeSeen(advice),
    ])
  })
  return { before: ['### What runs lose', '', ...head], rows, after: [], noun: 'loss', priority: 3 }
}
