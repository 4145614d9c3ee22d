import type { TestContext } from 'vitest'
import type { Check } from '../domain/check.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { plural } from '../domain/format.ts'
import { type StudyRecord, type StudyResult, statusOf } from '../domain/study.ts'
import { sumKnown } from '../domain/usage.ts'
import type { ScenarioResult } from '../run/scenario.ts'
import { identityOf } from './identity.ts'
import type { Declared } from './scenario-test.ts'
import { workerSettings } from './settings.ts'
import { keepStudy } from './transport.ts'

/** A study that has come to its end. */
export interface ConcludedStudy {
  startedAt: Date
  /** Its executions, each under a name of its own. */
  executions: readonly { name: string; result: ScenarioResult }[]
  /** What is judged of all of them together. */
  checks: Check[]
  result: StudyResult
}

/** Keeps the study with its test, and throws when it, or one of its executions, failed. */
export function concludeStudy(task: TestContext['task'], declared: Declared, study: ConcludedStudy): void {
  const { startedAt, executions, checks, result } = study
  const own = executions.flatMap(({ name, result: { record } }) =>
    record.verdict.checks.map((check) => ({
      ...check,
      subject: `${check.subject} (${name})`,
      message: `${name}: ${check.message}`,
    })),
  )
  const all = [...own, ...checks]
  const record: StudyRecord = {
    schemaVersion: 1,
    study: crypto.randomUUID(),
    identity: identityOf(task, declared.id, workerSettings()),
    attempt: task.result?.retryCount ?? 0,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    runs: executions.reduce((sum, { result: one }) => sum + one.record.summary.runs, 0),
    spentUsd: sumKnown(executions.map(({ result: one }) => one.record.spentUsd)),
    status: statusOf(all),
    checks,
    result,
  }
  keepStudy(task, record)
  const mistake = executions.find((one) => one.result.mistake !== undefined)?.result.mistake
  if (mistake !== undefined) throw mistake
  const failed = all.filter(({ status }) => status === 'fail')
  if (failed.length > 0) throw new BenchAgentError('BENCH_AGENT_VERDICT', explain(declared.name, failed))
}

function explain(name: string, failed: readonly Check[]): string {
  const lines = failed.flatMap(({ message, remedy }, position) => [
    `  ✖ ${message}`,
    ...(remedy === undefined || remedy === failed[position + 1]?.remedy ? [] : [`    → ${remedy}`]),
  ])
  return [`"${name}" failed ${plural(failed.length, 'check')}:`, ...lines].join('\n')
}
