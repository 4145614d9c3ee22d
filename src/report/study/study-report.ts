import type { Check } from '../../domain/check.ts'
import type { ConfigurationDoubt, StudyRecord } from '../../domain/study/study.ts'
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
      return configurationsReport(result)
    case 'breakingPoint':
      return breakingPointReport(result.breakingPoint)
    case 'soak':
      return soakReport(result.soak)
    case 'stress':
      return stressReport(result.stress)
  }
}

const doubtWords: Record<ConfigurationDoubt, string> = {
  fewTurns:
    'Which one leads cannot be told: with so few runs in so many lanes one of them had a single turn, and what changed meanwhile would look like its doing. Make more runs.',
  abandoned:
    'Which one leads cannot be told: runs of one of them went on after they had been stopped, in the turns of the others. Let the agent heed its `signal`.',
}

function configurationsReport({
  sweep,
  doubt,
}: Extract<StudyRecord['result'], { kind: 'configurations' }>): StudyReport {
  const report = sweepReport(sweep)
  const sentences = doubt === undefined ? report.sentences : [...report.sentences, doubtWords[doubt]]
  return { ...report, sentences, question: `side by side${doubt === 'fewTurns' ? '' : ', in turns'}` }
}
