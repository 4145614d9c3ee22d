import type { Check } from '../../domain/check.ts'
import type { StudyRecord } from '../../domain/study/study.ts'
import { breakingPointReport } from './breaking-point-report.ts'
import { soakReport } from './soak-report.ts'
import { stressReport } from './stress-report.ts'
import type { StudyReport } from './study-table.ts'
import { sweepReport } from './sweep-report.ts'

/** What there is to tell of `study`, with what could not be decided. */
export function reportOf({ result, checks }: StudyRecord): StudyReport {
  const report = foundBy(result)
  return { ...report, sentences: [...report.sentences, ...checkSentences(checks, 'inconclusive')] }
}

/** What those of `checks` say that came to `status`, and what to do then. */
export function checkSentences(checks: readonly Check[], status: Check['status']): string[] {
  return checks
    .filter((check) => check.status === status)
    .map(({ message, remedy }) => (remedy === undefined ? message : `${message} ${remedy}`))
}

function foundBy(result: StudyRecord['result']): StudyReport {
  switch (result.kind) {
    case 'sweep':
      return sweepReport(result.sweep)
    case 'configurations':
      return { ...sweepReport(result.sweep), question: 'side by side, in turns' }
    case 'breakingPoint':
      return breakingPointReport(result.breakingPoint)
    case 'soak':
      return soakReport(result.soak)
    case 'stress':
      return stressReport(result.stress)
  }
}
