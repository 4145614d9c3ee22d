import type { TestContext } from 'vitest'
import type { Check } from '../domain/check.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { type StudyRecord, type StudyResult, statusOf } from '../domain/study/study.ts'
import { sumKnown } from '../domain/usage.ts'

/** A study that has come to its end. */
export interface ConcludedStudy {
  startedAt: Date
  /** What its executions came to. */
  records: readonly ExecutionRecord[]
  /** What is held against it. */
  checks: Check[]
  /** What is held against its executions, where they are judged by themselves. @default none */
  own?: readonly Check[] | undefined
  result: StudyResult
}

/** What leaves `task` of a study. */
export function studyRecordOf(
  task: TestContext['task'],
  identity: StudyRecord['identity'],
  { startedAt, records, checks, own = [], result }: ConcludedStudy,
): StudyRecord {
  return {
    schemaVersion: 1,
    study: crypto.randomUUID(),
    identity,
    attempt: task.result?.retryCount ?? 0,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    runs: records.reduce((sum, { summary }) => sum + summary.runs, 0),
    spentUsd: sumKnown(records.map(({ spentUsd }) => spentUsd)),
    status: statusOf([...own, ...checks]),
    checks,
    result,
  }
}
