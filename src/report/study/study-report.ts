import type { StudyRecord } from '../../domain/study.ts'
import { breakingPointReport } from './breaking-point-report.ts'
import { soakReport } from './soak-report.ts'
import { stressReport } from './stress-report.ts'
import type { StudyReport } from './study-table.ts'
import { sweepReport } from './sweep-report.ts'

/** What there is to tell of `study`, with what did not pass and what to do then. */
export function reportOf({ result, checks }: StudyRecord): StudyReport {
  const report = foundBy(result)
  const against = checks.flatMap(({ status, message, remedy }) =>
    status === 'pass' ? [] : [remedy === undefined ? message : `${message} ${remedy}`],
  )
  return { ...report, sentences: [...report.sentences, ...against] }
}

function foundBy(result: StudyRecord['result']): StudyReport {
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
