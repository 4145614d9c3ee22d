import { describeMetric } from '../compare/judge.ts'
import type { Finding } from '../domain/finding.ts'
import { describeCleared } from './confirmed.ts'
import { describePattern, patternRemedy } from './pattern-line.ts'
import type { ReportedExecution } from './session.ts'
import { nameOf, standingOf } from './standing.ts'
import { oneLine } from './text.ts'

/** Something to know that failed nothing, said once for all scenarios that it is true of. */
export interface Note {
  kind: 'undecided' | 'warning' | 'pattern' | 'news' | 'notJudged'
  message: string
  /** Absent when there is nothing to do. */
  remedy?: string | undefined
  /** Names of the scenarios, in the order in which they ran. */
  scenarios: string[]
  /** Whether it says exactly this of all of them; else the message is the first one's. */
  same: boolean
}

/** What could not be decided, warnings, patterns, good news, and what was not compared, each folded over the scenarios that share it. */
export function notesOf(executions: readonly ReportedExecution[]): Note[] {
  const notes = executions.flatMap(notesOfExecution)
  const folded = new Map<string, Note>()
  for (const note of notes) {
    const key = JSON.stringify([note.kind, note.message.replace(/\d[\d.,]*/g, '0'), note.remedy])
    const before = folded.get(key)
    if (before === undefined) folded.set(key, note)
    else {
      before.scenarios.push(...note.scenarios)
      before.same &&= before.message === note.message
    }
  }
  const kinds: Note['kind'][] = ['undecided', 'warning', 'pattern', 'news', 'notJudged']
  return [...folded.values()].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
}

/** Whom a note is about, in front of its message: `refund: `, `refund and 38 more, such as: `. */
export function subjectOf({ scenarios, same }: Note): string {
  const [first = '', ...others] = scenarios
  const more = others.length === 0 ? '' : others.length <= 2 ? `, ${others.join(', ')}` : ` and ${others.length} more`
  return `${first}${more}${same ? '' : ', such as'}: `
}

// The first are those of time, which the others often explain.
const mostPatterns = 2

function notesOfExecution(execution: ReportedExecution): Note[] {
  const { record } = execution
  const { checks, warnings, findings, patterns = [] } = record.verdict
  const cleared = describeCleared(record)
  // Where doubt is all that failed a test, it is told as the reason.
  const isReason = standingOf(execution) === 'failed' && checks.every(({ status }) => status !== 'fail')
  const about = (kind: Note['kind'], message: string, remedy: string | undefined): Note => ({
    kind,
    message: oneLine(message),
    remedy,
    scenarios: [nameOf(record)],
    same: true,
  })
  return [
    ...checks
      .filter((check) => check.status === 'inconclusive' && !isReason)
      .map((check) => about('undecided', check.message, check.remedy)),
    ...warnings.map((warning) => about('warning', warning.message, warning.remedy)),
    ...patterns.slice(0, mostPatterns).map((one) => about('pattern', describePattern(one), patternRemedy(one))),
    ...(cleared === undefined ? [] : [about('news', cleared, undefined)]),
    ...notCompared(findings).map(({ message, ofMachine }) =>
      about('notJudged', message, ofMachine ? historyRemedy(record.environment.ci) : undefined),
    ),
  ]
}

function notCompared(findings: readonly Finding[]): { message: string; ofMachine: boolean }[] {
  const reasons = Map.groupBy(
    findings.filter(({ status }) => status === 'notJudged'),
    ({ reason }) => reason ?? 'no reason was given',
  )
  return [...reasons].map(([reason, members]) => {
    const labels = members.map(({ metric }) => describeMetric(metric).label)
    const what = members.length === findings.length ? 'nothing' : labels.join(', ')
    const not = members.length === findings.length ? '' : ' not'
    const were = what === 'nothing' || labels.length === 1 ? 'was' : 'were'
    return {
      message: `${what} ${were}${not} compared: ${reason}.`,
      ofMachine: reason.startsWith('no accepted execution'),
    }
  })
}

function historyRemedy(ci: boolean): string {
  return ci
    ? 'Carry `.bench-agent/history/` from job to job with the cache of the CI.'
    : 'Once a passing run is kept in `.bench-agent/history`, later ones are compared with it.'
}
