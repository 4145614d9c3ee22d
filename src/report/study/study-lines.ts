import { isAsked } from '../../domain/study/study.ts'
import type { ReportedStudy, Session } from '../session.ts'
import { finalStudies, marks } from '../standing.ts'
import { renderTable } from '../table.ts'
import type { Paper } from '../terminal-paper.ts'
import { oneLine, wrap } from '../text.ts'
import { reportOf } from './study-report.ts'

/** What the studies of `session` found: of each its question, its table and what follows from it. */
export function studyLines(session: Session, paper: Paper): string[] {
  return finalStudies(session).flatMap((study, position) => [...(position === 0 ? [] : ['']), ...linesOf(study, paper)])
}

function linesOf({ record, failed }: ReportedStudy, { columns, colors }: Paper): string[] {
  const { question, columns: heads, rows, sentences } = reportOf(record)
  const standing = failed ? 'failed' : record.status === 'inconclusive' ? 'undecided' : 'passed'
  const paint = standing === 'failed' ? colors.red : standing === 'passed' ? colors.green : colors.yellow
  const mark = isAsked(record.result) ? `${paint(marks[standing])} ` : ''
  const table = renderTable(
    heads,
    rows.map((cells) => ({ cells })),
    { width: columns, indent: 2, paintHeading: colors.dim },
  )
  return [
    ...wrap(`${nameOfStudy(record)} ${question}`, columns, mark).map(colors.bold),
    ...table.lines,
    ...sentences.flatMap((sentence) => wrap(sentence, columns, '  ')),
  ]
}

/** What reports call a study: its suites and its name, and the attempt when the test was retried. */
export function nameOfStudy({ identity, attempt }: ReportedStudy['record']): string {
  const name = [...identity.suite, identity.name].map(oneLine).join(' > ')
  return attempt === 0 ? name : `${name} (attempt ${attempt + 1})`
}
