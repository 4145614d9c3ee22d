import { describeMetric } from '../compare/judge.ts'
import type { Finding } from '../domain/finding.ts'
import { formatDifference } from '../domain/format.ts'

const order = [
  'worse',
  'unclear',
  'accepted',
  'better',
  'same',
  'new',
  'notJudged',
] as const satisfies Finding['status'][]
// Where several metrics tell the same story (steps, input, tokens, cost), these are understood best.
const headlines = ['costUsd', 'totalTokens', 'workingMs', 'ttftMs', 'successRatio']

/** Whether the metric of a finding is one that everybody understands, not a part of one. */
export function isHeadline({ metric }: Finding): boolean {
  return headlines.includes(metric) || metric.startsWith('scores.')
}

/**
 * The finding that tells most: a worsening before an improvement, that before what is the same, then a metric that everybody
 * understands before its parts, and the larger change. Absent without findings.
 */
export function mainFinding(findings: readonly Finding[]): Finding | undefined {
  return [...findings].sort(
    (a, b) =>
      order.indexOf(a.status) - order.indexOf(b.status) ||
      Number(isHeadline(b)) - Number(isHeadline(a)) ||
      sizeOf(b) - sizeOf(a),
  )[0]
}

/** A finding in a few words: `tokens +40.0%`, `same`, `new`, `not judged`. */
export function describeChange({ metric, status, baseline, candidate, ofCase }: Finding): string {
  if (status === 'notJudged') return 'not judged'
  if (status === 'same' || status === 'new' || baseline === undefined) return status
  const { label, unit } = describeMetric(metric)
  const change =
    ofCase === undefined
      ? formatDifference(unit, baseline.location, candidate.location)
      : `${formatDifference(unit, ofCase.baseline, ofCase.candidate)} in one case`
  return `${label} ${change}${status === 'accepted' ? ', accepted' : ''}`
}

/** How large the change is, as a share of the baseline; a metric that leaves 0 has changed beyond every share. */
export function sizeOf(finding: Finding): number {
  const { changeRatio } = finding.ofCase ?? finding
  return changeRatio === undefined ? Number.MAX_VALUE : Math.abs(changeRatio)
}
