import { type Check, placeOf } from '../domain/check.ts'
import { formatValue } from '../domain/format.ts'
import { folded, type Section } from './markdown-section.ts'
import { code, placeLink, plain, prose, tableHead, tableRow } from './markdown-text.ts'
import { firstSeen, groupProblems, problemsUntold } from './problem.ts'
import { explainColumns, resultColumns, unknown } from './result-column.ts'
import { checksOfCategory, type ResultRow, resultGroups } from './result-row.ts'
import type { Session } from './session.ts'
import { finalExecutions, nameOf, standingOf } from './standing.ts'
import { cutEnd } from './text.ts'

const marks = { failed: '❌', undecided: '⚠️', warned: '⚠️', passed: '✅' } as const
const longestMessage = 300
/** More scenarios than these are folded away. */
const mostOpen = 20

/** The table of all results, with categories and turns below their scenario; absent when nothing was measured. */
export function resultsSection(session: Session, filesUrl: string): Section | undefined {
  const rows = resultGroups(session).flatMap((group) => group.rows)
  if (rows.length === 0) return undefined
  const columns = resultColumns(rows)
  const head = tableHead([
    { heading: '', align: 'center' },
    { heading: 'Scenario', align: 'left' },
    ...columns.map(({ heading, align }) => ({ heading, align })),
  ])
  const section = {
    before: head,
    rows: rows.map((row) => {
      const cells = columns.map(({ heading, read }) => cellOf(heading, read(row), row))
      return tableRow([row.standing === undefined ? '' : marks[row.standing], nameCell(row, filesUrl), ...cells])
    }),
    after: ['', `${plain(explainColumns(columns.map(({ heading }) => heading)))}.`],
    noun: 'result',
    priority: 4,
  }
  if (rows.length > mostOpen) return folded('All results', section)
  return { ...section, before: ['### All results', '', ...head] }
}

function nameCell({ kind, name, place }: ResultRow, filesUrl: string): string {
  if (kind === 'scenario') return placeLink(name, place, filesUrl)
  return `&nbsp;&nbsp;${kind === 'turn' ? 'turn' : 'in'} ${plain(name)}`
}

function cellOf(heading: string, value: string | undefined, { kind }: ResultRow): string {
  if (value === undefined) return kind === 'scenario' ? unknown : ''
  // A proportional font would draw the blocks in different widths.
  return heading.startsWith('latency ') ? code(value) : plain(value)
}

/** Whether each category kept its budgets, a row for each; absent when no category has any. */
export function categoriesSection(session: Session): Section | undefined {
  const rows = finalExecutions(session).flatMap(({ record }) =>
    record.summary.categories.flatMap(({ name }) =>
      checksOfCategory(name, record.verdict.checks).map((check) => budgetRow(nameOf(record), name, check)),
    ),
  )
  if (rows.length === 0) return undefined
  const head = tableHead([
    { heading: '', align: 'center' },
    { heading: 'Scenario', align: 'left' },
    { heading: 'Category', align: 'left' },
    { heading: 'Budget', align: 'left' },
    { heading: 'Allowed', align: 'right' },
    { heading: 'Now', align: 'right' },
    { heading: 'Kept?', align: 'left' },
  ])
  return { before: ['### Categories', '', ...head], rows, after: [], noun: 'budget', priority: 3 }
}

function budgetRow(scenario: string, category: string, { status, subject, value, bound, unit }: Check): string {
  const mark = status === 'pass' ? '✅' : status === 'fail' ? '❌' : '⚠️'
  const kept = status === 'pass' ? 'kept' : status === 'fail' ? 'not kept' : 'undecided'
  const budget = subject.slice(0, -placeOf(category).length)
  const number = (one: number | undefined) =>
    one === undefined || unit === undefined ? unknown : formatValue(unit, one)
  return tableRow([mark, plain(scenario), plain(category), prose(budget), number(bound), number(value), kept])
}

/** Why runs were not ok, the most frequent reason of each scenario first; absent when all were. */
export function problemsSection(session: Session): Section | undefined {
  const rows = finalExecutions(session).flatMap(({ record }) => {
    const groups = groupProblems(record).map((group) => {
      const message = `${group.same ? '' : 'such as '}${code(cutEnd(group.message, longestMessage))}`
      return tableRow([plain(nameOf(record)), `${group.count}×`, group.outcome, message, plain(firstSeen(group))])
    })
    const untold = problemsUntold(record)
    return untold === 0
      ? groups
      : [...groups, tableRow([plain(nameOf(record)), `${untold}×`, '', 'not kept one by one', ''])]
  })
  if (rows.length === 0) return undefined
  const head = tableHead([
    { heading: 'Scenario', align: 'left' },
    { heading: 'Runs', align: 'right' },
    { heading: 'Outcome', align: 'left' },
    { heading: 'Problem', align: 'left' },
    { heading: 'Seen', align: 'left' },
  ])
  return { before: ['### Runs that were not ok', '', ...head], rows, after: [], noun: 'problem', priority: 2 }
}

/** Names of the scenarios that passed and have nothing to say, for a sentence. */
export function countUnchanged(session: Session): number {
  return finalExecutions(session).filter(
    (execution) =>
      standingOf(execution) === 'passed' &&
      execution.record.verdict.patterns === undefined &&
      execution.record.verdict.findings.every(({ status }) => status !== 'better' && status !== 'accepted'),
  ).length
}
