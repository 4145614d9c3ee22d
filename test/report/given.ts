import type { Check } from '../../src/domain/check.ts'
import type { Finding } from '../../src/domain/finding.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import type { Warning } from '../../src/domain/verdict.ts'
import { recordOf } from './sessions.ts'

/** A record named `name` whose verdict holds exactly this. */
export function recordWith(
  name: string,
  verdict: { status?: 'pass' | 'fail' | 'inconclusive'; checks?: Check[]; findings?: Finding[]; warnings?: Warning[] },
): ExecutionRecord {
  const record = recordOf('unknown-metrics')
  return {
    ...record,
    identity: { ...record.identity, name, id: name },
    verdict: { status: 'pass', checks: [], findings: [], warnings: [], ...verdict },
  }
}

/** A finding of a metric that changed from `before` to `after`. */
export function finding(
  metric: Finding['metric'],
  status: Finding['status'],
  before: number,
  after: number,
  more: Partial<Finding> = {},
): Finding {
  const changeRatio = before === 0 ? undefined : after / before - 1
  const line = (location: number) => ({ n: 20, location, within: 0.1 })
  return { metric, status, baseline: line(before), candidate: line(after), changeRatio, p: 0.0004, ...more }
}

/** A broken threshold on `metric`, told as `subject`. */
export function thresholdCheck(metric: Check['metric'], subject: string, more: Partial<Check> = {}): Check {
  return { ...failedCheck('threshold', subject), metric, message: `${subject} is over its threshold.`, ...more }
}

/** A check of the kind `code` that failed, and judged no metric. */
export function failedCheck(code: Check['code'], subject: string, more: Partial<Check> = {}): Check {
  return { status: 'fail', code, subject, message: `${subject} is wrong.`, ...more }
}
