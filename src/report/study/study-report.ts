import type { StudyRecord } from '../../domain/study.ts'
import type { StudyReport } from './study-table.ts'
import { sweepReport } from './sweep-report.ts'

/** What there is to tell of `study`. */
export function reportOf({ result }: StudyRecord): StudyReport {
  switch (result.kind) {
    case 'sweep':
      return sweepReport(result.sweep)
  }
}
