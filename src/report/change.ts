import { describeMetric } from '../compare/judge.ts'
import type { Finding } from '../domain/finding.ts'
import { formatChange } from '../domain/format.ts'

const order = ['worse', 'accepted', 'better', 'same', 'new', 'notJudged'] as const satisfies Finding['status'][]
// Where several metrics tell the same story (steps, input, tokens, cost), these are understood best.
const headlines = ['costUsd', 'totalTokens', 'workingMs', 'ttftMs', 'successRatio']

/**
 * The finding that tells most: a worsening before an improvement, that before what is the same, then the larger change, and
 * a metric that everybody understands before its parts. Absent without findings.
 */
export function mainFinding(findings: readonly Finding[]): Finding | undefined {
  return [...findings].sort(
    (a, b) =>
      order.indexOf(a.status) - order.indexOf(b.status) ||
      Number(headlines.includes(b.metric)) - Number(headlines.includes(a.metric)) ||
      sizeOf(b) - sizeOf(a),
  )[0]
}

/** The finding in a few words: `tokens +40.0%`, `same`, `new`, `not judged`. */
export function describeChange({ metric, status, changeRatio }: Finding): string {
  if (status === 'notJudged') return 'not judged'
  if (status === 'same' || status === 'new') return status
  const change = changeRatio === undefined ? 'from 0' : formatChange(changeRatio)
  return `${describeMetric(metric).label} ${change}${status === 'accepted' ? ', accepted' : ''}`
}

/** How large the change is, as a share of the baseline; a metric that leaves 0 has changed beyond every share. */
export function sizeOf({ changeRatio }: Finding): number {
  return changeRatio === undefined ? Number.MAX_VALUE : Math.abs(changeRatio)
}
