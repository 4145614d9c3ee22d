import type { Check } from '../check.ts'
import type { Identity } from '../identity.ts'
import type { BreakingPointStudy } from './breaking-point.ts'
import type { Soak } from './soak.ts'
import type { Stress } from './stress.ts'
import type { Sweep } from './sweep.ts'

/**
 * Why nothing is said of which configuration leads.
 *
 * - `fewTurns`: one of them had a single turn, so that what changed meanwhile looks like its doing
 * - `abandoned`: runs of one of them went on after they had been stopped, in the turns of the others
 */
export const configurationDoubts = ['fewTurns', 'abandoned'] as const
/** One of {@link configurationDoubts}. */
export type ConfigurationDoubt = (typeof configurationDoubts)[number]

/** What a study found, by its kind. */
export type StudyResult =
  | { kind: 'sweep'; sweep: Sweep }
  | { kind: 'configurations'; sweep: Sweep; doubt?: ConfigurationDoubt | undefined }
  | { kind: 'breakingPoint'; breakingPoint: BreakingPointStudy }
  | { kind: 'soak'; soak: Soak }
  | { kind: 'stress'; stress: Stress }

/** Whether `result` answers a question of its own, and does not only show scenarios side by side that are judged by themselves. */
export function isAsked(result: StudyResult): boolean {
  return result.kind !== 'configurations'
}

/** A question that takes more than one execution: what leaves the process that asked it. */
export interface StudyRecord {
  schemaVersion: 1
  /** Unique. */
  study: string
  identity: Identity
  /** 0-based number of the attempt, when the test was retried. */
  attempt: number
  /** ISO 8601. */
  startedAt: string
  durationMs: number
  /** Runs made, over all of its executions. */
  runs: number
  /** In US dollars; absent when unknown. */
  spentUsd?: number | undefined
  status: 'pass' | 'fail' | 'inconclusive'
  checks: Check[]
  result: StudyResult
}

/** `fail` when a check failed, else `inconclusive` when one could not decide, else `pass`. */
export function statusOf(checks: readonly Check[]): StudyRecord['status'] {
  if (checks.some(({ status }) => status === 'fail')) return 'fail'
  return checks.some(({ status }) => status === 'inconclusive') ? 'inconclusive' : 'pass'
}
