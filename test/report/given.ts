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

/** A check of a threshold. */
export function thresholdCheck(subject: string, more: Partial<Check> = {}): Check {
  return { status: 'fail', code: 'threshold', subject, message: `${subject} is over its threshold.`, ...more }
}
