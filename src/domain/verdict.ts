import type { Drift } from './baseline.ts'
import type { Check } from './check.ts'
import type { Finding } from './finding.ts'
import { plural } from './format.ts'
import type { Impact } from './impact.ts'
import type { Pattern } from './pattern.ts'

/** Something that the user should know and that fails nothing. */
export interface Warning {
  /** Stable, for machines. */
  code:
    | 'noModelCalls'
    | 'unknownTokens'
    | 'infrastructure'
    | 'degraded'
    | 'abandoned'
    | 'stoppedEarly'
    | 'concurrent'
    | 'unpriced'
    | 'notJudged'
    | 'foreignCalls'
    | 'estimatedTokens'
    | 'realtime'
    | 'unattributed'
    | 'captureFault'
    | 'unanswered'
    | 'dropped'
    | 'lateStarts'
    | 'faultsPast'
    | 'replayPast'
    | 'sharedRecordings'
    | 'repeatedToolCalls'
  message: string
  /** What to do. */
  remedy: string
}

/** What an execution comes to. */
export interface Verdict {
  status: 'pass' | 'fail' | 'inconclusive'
  checks: Check[]
  warnings: Warning[]
  findings: Finding[]
  /** What the worsenings hit, and what changed with them; absent when nothing got worse. */
  impacts?: Impact[] | undefined
  /** What the executions that were accepted before show together with this one; absent when they show nothing. */
  patterns?: Pattern[] | undefined
  /** What sessions of the machine differ by as a whole; absent when nothing was compared, or too few are known. */
  drift?: Drift | undefined
}

/** `fail` when a check failed, else `inconclusive` when one could not decide, else `pass`. */
export function verdictOf(checks: Check[], warnings: Warning[], findings: Finding[]): Verdict {
  const failed = checks.some((check) => check.status === 'fail')
  const undecided = checks.some((check) => check.status === 'inconclusive')
  return { status: failed ? 'fail' : undecided ? 'inconclusive' : 'pass', checks, warnings, findings }
}

/** Everything that `verdict` holds against the execution, with what to do, as the text of one error. */
export function explainVerdict(
  name: string,
  verdict: Verdict,
  problems: readonly { outcome: string; message: string }[],
  includeInconclusive: boolean,
): string {
  const against = verdict.checks.filter(
    (check) => check.status === 'fail' || (includeInconclusive && check.status === 'inconclusive'),
  )
  const lines = against.flatMap(({ message, remedy }) => [
    `  ✖ ${message}`,
    ...(remedy === undefined ? [] : [`    → ${remedy}`]),
  ])
  return [`"${name}" failed ${plural(against.length, 'check')}:`, ...lines, ...explainProblems(problems)].join('\n')
}

const problemsShown = 3

/** The most frequent of `problems`, each with how often it happened. */
function explainProblems(problems: readonly { outcome: string; message: string }[]): string[] {
  const counts = new Map<string, number>()
  for (const { outcome, message } of problems) {
    const text = `${outcome}: ${message.split('\n')[0]}`
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const ranked = [...counts].sort(([, a], [, b]) => b - a)
  const shown = ranked.slice(0, problemsShown).map(([text, count]) => `    ${count} × ${text}`)
  const hidden = ranked.length - shown.length
  return hidden > 0 ? [...shown, `    and ${plural(hidden, 'other kind')} of problem`] : shown
}
