import { matureExecutions, smallestEffectRatio } from '../compare/evidence/rule.ts'
import { sensitivity } from '../compare/judge.ts'
import type { Finding } from '../domain/finding.ts'
import { formatRatio, plural } from '../domain/format.ts'
import type { ReportedExecution } from './session.ts'
import { nameOf } from './standing.ts'

// Their parts say nothing more, and a list of everything is not read. Success is judged by counts, which these shares of a
// location say nothing about. What the user asks to be found is always told.
const told = ['workingMs', 'ttftMs', 'totalTokens', 'steps', 'costUsd']

/**
 * What the verdicts of `executions` could have seen, in one sentence: of each metric the smallest worsening that every
 * scenario would have shown. Absent when nothing was compared.
 */
export function sensitivityOf(executions: readonly ReportedExecution[]): string | undefined {
  const coarsest = new Map<string, Finding>()
  for (const { record } of executions) {
    for (const finding of record.verdict.findings) {
      const before = coarsest.get(finding.metric)
      const isTold =
        told.includes(finding.metric) || finding.metric.startsWith('scores.') || finding.asked !== undefined
      if (isTold && (before?.detectableRatio ?? 0) < (finding.detectableRatio ?? 0))
        coarsest.set(finding.metric, finding)
    }
  }
  return sensitivity([...coarsest.values()])
}

// Among many scenarios, only a cold start that stands out is worth a line.
const notableRatio = 1.5

/** The cold start that stands out most, in relation to the median of its scenario; of one scenario, its cold start. */
export function coldStartOf(
  executions: readonly ReportedExecution[],
): { execution: ReportedExecution; latencyMs: number; ratio: number } | undefined {
  const known = executions.flatMap((execution) => {
    const { coldStart, summary } = execution.record
    const p50 = summary.metrics.latencyMs?.p50
    if (coldStart === undefined || coldStart.outcome === 'error' || p50 === undefined || p50 === 0) return []
    return [{ execution, latencyMs: coldStart.latencyMs, ratio: coldStart.latencyMs / p50 }]
  })
  const largest = known.sort((a, b) => b.ratio - a.ratio)[0]
  return largest !== undefined && (executions.length === 1 || largest.ratio >= notableRatio) ? largest : undefined
}

/** That times are judged more leniently while a baseline is young, in one sentence; absent when none is. */
export function youthOf(executions: readonly ReportedExecution[]): string | undefined {
  const times = executions.flatMap(({ record }) => {
    const time = record.verdict.findings.find(
      ({ metric, baseline }) => metric === 'workingMs' && baseline !== undefined,
    )
    return time === undefined ? [] : [{ name: nameOf(record), executions: time.executions ?? 1 }]
  })
  const young = times.filter((one) => one.executions < matureExecutions)
  const [first] = [...young].sort((one, other) => one.executions - other.executions)
  if (first === undefined) return undefined
  const ratio = (known: number) => formatRatio(smallestEffectRatio('workingMs', known))
  const who = young.length === 1 ? `the baseline of ${first.name}` : `${young.length} of ${times.length} baselines`
  const least = young.length === 1 ? 'knows' : 'know as few as'
  return `Young: ${who} ${least} ${plural(first.executions, 'execution')} of this machine, so that only times that are ${ratio(first.executions)} longer are a regression; from ${matureExecutions} on, ${ratio(matureExecutions)}.`
}
