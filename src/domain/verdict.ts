import type { Finding } from './finding.ts'
import type { Check } from './threshold.ts'

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
}

/** `fail` when a check failed, else `inconclusive` when one could not decide, else `pass`. */
export function verdictOf(checks: Check[], warnings: Warning[], findings: Finding[]): Verdict {
  const failed = checks.some((check) => check.status === 'fail')
  const undecided = checks.some((check) => check.status === 'inconclusive')
  return { status: failed ? 'fail' : undecided ? 'inconclusive' : 'pass', checks, warnings, findings }
}

/** Everything that `verdict` holds against the execution, with what to do, as the text of one error. */
export function explainVerdict(name: string, verdict: Verdict, includeInconclusive: boolean): string {
  const against = verdict.checks.filter(
    (check) => check.status === 'fail' || (includeInconclusive && check.status === 'inconclusive'),
  )
  const count = against.length === 1 ? 'one check' : `${against.length} checks`
  const lines = against.flatMap((check) => [
    `  ✖ ${check.message}`,
    ...(check.remedy === undefined ? [] : [`    → ${check.remedy}`]),
  ])
  const warnings = verdict.warnings.flatMap((warning) => [`  ▲ ${warning.message}`, `    → ${warning.remedy}`])
  return [`"${name}" failed ${count}:`, ...lines, ...warnings].join('\n')
}
