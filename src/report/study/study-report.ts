import type { StudyRecord } from '../../domain/study.ts'
import { sweepReport } from './sweep-report.ts'

/** A column of a study's table. */
export interface StudyColumn {
  heading: string
  align: 'left' | 'right'
  /** What is kept first where there is no room for all: 0 always. */
  priority: number
}

/** What a study found, for a report to draw. */
export interface StudyReport {
  /** What was asked, after the name of the study: `over concurrency, in turns`. */
  question: string
  columns: StudyColumn[]
  rows: string[][]
  /** What it means, a sentence each. */
  sentences: string[]
}

/** What there is to tell of `study`. */
export function reportOf({ result }: StudyRecord): StudyReport {
  switch (result.kind) {
    case 'sweep':
      return sweepReport(result.sweep)
  }
}
