import { isAsked } from '../../domain/study/study.ts'
import type { Section } from '../markdown-section.ts'
import { plain, prose, tableHead, tableRow } from '../markdown-text.ts'
import type { Session } from '../session.ts'
import { finalStudies } from '../standing.ts'
import { nameOfStudy } from './study-lines.ts'
import { checkSentences, reportOf } from './study-report.ts'

/** What the studies of `session` found, a table each. */
export function studySections(session: Session): Section[] {
  return finalStudies(session).map(({ record, failed }) => {
    const { question, columns, rows, sentences } = reportOf(record)
    const icon = failed ? '❌ ' : record.status === 'inconclusive' ? '⚠️ ' : isAsked(record.result) ? '✅ ' : ''
    return {
      before: [`### ${icon}${plain(`${nameOfStudy(record)} ${question}`)}`, '', ...tableHead(columns)],
      rows: rows.map((cells) => tableRow(cells.map(plain))),
      after: [...sentences, ...checkSentences(record.checks, 'fail')].flatMap((sentence) => ['', prose(sentence)]),
      noun: 'level',
      priority: 3,
    }
  })
}
