import type { StudyRecord } from '../../domain/study.ts'
import { breakingPointReport } from './breaking-point-report.ts'
import { soakReport } from './soak-report.ts'
import { stressReport } from './stress-report.ts'
import type { StudyReport } from './study-table.ts'
import { sweepReport } from './sweep-report.ts'

/** What there is to tell of `study`. */
export function reportOf({ result }: StudyRecord): StudyReport {
  switch (result.kind) {
    case 'sweep':
      return sweepReport(result.sweep)
    case 'breakingPoint':
      return breakingPointReport(result.breakingPoint)
    case 'soak':
      return soakReport(result.soak)
    case 'stress':
      return stressReport(result.stress)
  }
}
