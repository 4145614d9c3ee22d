import { lowerIsBetter } from '../../domain/baseline.ts'
import type { Check } from '../../domain/check.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import { type Severity, severities, worstOf } from '../../domain/severity.ts'
import type { Verdict } from '../../domain/verdict.ts'

// From which growth on, as a share of what was, a worsening is medium, high and critical.
const growthLevels = [0.25, 0.5, 1] as const
// Of success and scores, which cannot lose more than all: the share that is lost.
const lossLevels = [0.1, 0.25, 0.5] as const
// Who uses up this share of a threshold is about to break it.
const nearRatio = 0.9
// What left 0 has grown by no share.
const fromNothing = severities.indexOf('high')

/** `verdict` with the severity of everything that got worse or broke. */
export function graded(verdict: Verdict): Verdict {
  const findings = verdict.findings.map((finding) => withSeverity(finding, severityOf(finding, verdict.checks)))
  const checks = verdict.checks.map((check) => withSeverity(check, severityOfCheck(check, findings)))
  return { ...verdict, findings, checks }
}

function withSeverity<Graded extends { severity?: Severity | undefined }>(
  one: Graded,
  severity: Severity | undefined,
): Graded {
  return severity === undefined ? one : { ...one, severity }
}

/**
 * How bad the worsening of `finding` is: by its size, and by how near it came to a threshold on its metric or how far beyond.
 * Absent when it did not get worse.
 *
 * @param checks of the same verdict
 * @see METHODOLOGY.md#severity
 */
export function severityOf(finding: Finding, checks: readonly Check[]): Severity | undefined {
  const { metric, status } = finding
  const { changeRatio } = finding.ofCase ?? finding
  if (status !== 'worse' && status !== 'accepted') return undefined
  const bounds = checks.filter((check) => isBoundOf(check, metric))
  const near = bounds.some((check) => check.status === 'fail' || isNear(check, metric)) ? 1 : 0
  const broken = bounds.filter((check) => check.status === 'fail').map(levelOfExcess)
  return severityAt(Math.max(levelOfChange(metric, changeRatio) + near, ...broken))
}

/** How bad the worst is that failed in a verdict; absent when nothing of the agent did. */
export function severityOfVerdict({ checks }: Pick<Verdict, 'checks'>): Severity | undefined {
  return worstOf(checks.filter(({ status }) => status === 'fail').map(({ severity }) => severity))
}

/** How bad it is that `check` failed; absent when it did not, or judges the measurement. */
function severityOfCheck(check: Check, findings: readonly Finding[]): Severity | undefined {
  if (check.status !== 'fail') return undefined
  switch (check.code) {
    case 'regression':
      return findings.find(({ metric }) => metric === check.metric)?.severity
    case 'threshold':
    case 'success':
      return check.value === undefined ? undefined : severityAt(levelOfExcess(check))
    case 'deadCase':
      return 'high'
    default:
      return undefined
  }
}

function severityAt(level: number): Severity | undefined {
  return severities[Math.min(severities.length - 1, level)]
}

function levelOfChange(metric: BaselineMetric, changeRatio: number | undefined): number {
  if (changeRatio === undefined) return fromNothing
  return lowerIsBetter(metric) ? reached(growthLevels, changeRatio) : reached(lossLevels, -changeRatio)
}

/** One level above what the same worsening of a baseline would be: somebody said that it must not happen. */
function levelOfExcess({ value = 0, bound = 0 }: Check): number {
  if (bound === 0) return fromNothing + 1
  return 1 + (value > bound ? reached(growthLevels, value / bound - 1) : reached(lossLevels, 1 - value / bound))
}

/** How many of `levels` are reached; 1.25 / 1 − 1 may be a little less than a quarter in binary. */
function reached(levels: readonly number[], ratio: number): number {
  return levels.filter((level) => ratio >= level - 1e-9).length
}

/** Whether `check` is a threshold on what is compared as `compared`. */
function isBoundOf({ code, metric, category }: Check, compared: BaselineMetric): boolean {
  if (category !== undefined || (code !== 'threshold' && code !== 'success')) return false
  return metric === compared || (metric === 'latencyMs' && compared === 'workingMs')
}

// Success and scores lie at their thresholds, for nothing is better than all.
function isNear({ value, bound }: Check, metric: BaselineMetric): boolean {
  return value !== undefined && bound !== undefined && lowerIsBetter(metric) && value >= nearRatio * bound
}
