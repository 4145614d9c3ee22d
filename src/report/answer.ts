import type { SessionShift } from '../compare/session/session-shift.ts'
import type { Check } from '../domain/check.ts'
import { formatChange } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { breachOf } from './breach.ts'
import { describeChange, mainFinding, sizeOf } from './change.ts'
import { type Question, questionOfCheck, questionOfMetric, questions } from './question.ts'
import type { ReportedExecution, Session } from './session.ts'
import { isRedByShift, shiftsOf } from './shift-line.ts'
import { finalExecutions, nameOf } from './standing.ts'
import { oneLine } from './text.ts'

/** The answer of a session to one of the three questions. */
export interface Answer {
  question: Question
  /** `notJudged` when neither a baseline nor a threshold of any scenario could tell. */
  verdict: 'yes' | 'no' | 'notJudged'
  /** For a yes: the worst of what makes it one, `tokens +40.0% (refund)`. */
  worst?: string | undefined
  /** For a no: the best of what got better; absent when nothing did. */
  best?: string | undefined
  /** For a no: how many scenarios were judged, when not all were. */
  coverage?: string | undefined
}

/** What the opposite of each question is called. */
export const opposites = { slower: 'faster', dearer: 'cheaper', worse: 'better' } as const satisfies Record<
  Question,
  string
>

/** The answer to `question` in a few words, after its verdict: `no, faster: working -20.1% (refund), 1 of 2 judged`. */
export function explainAnswer({ question, worst, best, coverage }: Answer, verdict: string): string {
  if (worst !== undefined) return `${verdict} ${worst}`
  const parts = [verdict, best === undefined ? undefined : `${opposites[question]}: ${best}`, coverage]
  return parts.filter((part) => part !== undefined).join(', ')
}

/** Whether the agents of `session` got slower, dearer or worse. */
export function answersOf(session: Session): Answer[] {
  return questions.map((question) => answer(question, session))
}

interface Evidence {
  text: string
  /** How far beyond what is allowed, as a share of it. */
  excessRatio: number
}

interface Located extends Evidence {
  scenario: string
}

function answer(question: Question, session: Session): Answer {
  const executions = finalExecutions(session)
  const died = question === 'worse' ? session.dead.map(({ name }) => deathOf(name)) : []
  const shifts = question === 'slower' ? shiftsOf(session) : []
  const alone = executions.filter(({ record }) => !isRedByShift(record, shifts))
  const worst = [...died, ...locate(alone, (record) => worstOf(question, record))]
  const together = shifts.filter(({ ratio }) => ratio > 0).map(describeShift)
  if (worst.length + together.length > 0)
    return {
      question,
      verdict: 'yes',
      worst: [strongest(worst), ...together].filter((text) => text !== undefined).join('; '),
    }
  const judged = executions.filter(({ record }) => isJudged(question, record)).length
  if (judged === 0) return { question, verdict: 'notJudged' }
  const best = strongest(locate(executions, (record) => bestOf(question, record)))
  const all = executions.length + session.notRun.length
  return { question, verdict: 'no', best, coverage: judged < all ? `${judged} of ${all} judged` : undefined }
}

function locate(
  executions: readonly ReportedExecution[],
  find: (record: ExecutionRecord) => Evidence | undefined,
): Located[] {
  return executions.flatMap(({ record }) => {
    const evidence = find(record)
    return evidence === undefined ? [] : [{ ...evidence, scenario: nameOf(record) }]
  })
}

/** The strongest of `all` with its scenario, and how many others there are; absent when there is none. */
function strongest(all: readonly Located[]): string | undefined {
  const [first, ...others] = [...all].sort((a, b) => b.excessRatio - a.excessRatio)
  if (first === undefined) return undefined
  return `${first.text} (${first.scenario}${others.length === 0 ? '' : ` and ${others.length} more`})`
}

function describeShift({ scenarios, ratio }: SessionShift): string {
  return `all ${scenarios} scenarios together ${formatChange(ratio)}`
}

function deathOf(name: string): Located {
  return { scenario: oneLine(name), text: 'its process died', excessRatio: Number.POSITIVE_INFINITY }
}

// What got worse than before says more than what is over a threshold, and often is the reason for it.
function worstOf(question: Question, { verdict }: ExecutionRecord): Evidence | undefined {
  const worsened = verdict.findings.filter(
    ({ metric, status }) => (status === 'worse' || status === 'accepted') && questionOfMetric(metric) === question,
  )
  const finding = mainFinding(worsened)
  if (finding !== undefined) return { text: describeChange(finding), excessRatio: sizeOf(finding) }
  const breaches = verdict.checks.filter((check) => isBreach(check) && questionOfCheck(check) === question)
  return breaches.map(evidenceOf).sort((a, b) => b.excessRatio - a.excessRatio)[0]
}

function bestOf(question: Question, { verdict }: ExecutionRecord): Evidence | undefined {
  const improved = verdict.findings.filter(
    ({ metric, status }) => status === 'better' && questionOfMetric(metric) === question,
  )
  const finding = mainFinding(improved)
  return finding === undefined ? undefined : { text: describeChange(finding), excessRatio: sizeOf(finding) }
}

// Success that is unknown fails its check, but nobody can say that it got worse.
function isBreach({ status, code, value }: Check): boolean {
  return status === 'fail' && !(code === 'success' && value === undefined)
}

function evidenceOf(check: Check): Evidence {
  const breach = breachOf(check)
  const subject = oneLine(check.subject)
  if (breach === undefined) return { text: subject, excessRatio: 0 }
  return { text: `${subject} ${breach.found}, ${breach.beyond}`, excessRatio: breach.excessRatio }
}

function isJudged(question: Question, { verdict }: ExecutionRecord): boolean {
  return (
    verdict.findings.some(
      ({ metric, status }) => status !== 'new' && status !== 'notJudged' && questionOfMetric(metric) === question,
    ) ||
    verdict.checks.some((check) => (check.status === 'pass' || isBreach(check)) && questionOfCheck(check) === question)
  )
}
