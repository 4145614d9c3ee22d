import type { BaselineMetric } from './finding.ts'

/** What a worsening hits, and what changed with it. */
export interface Impact {
  /** The metric that got worse. */
  metric: BaselineMetric
  /** Cases of which both sides know it; 0 where the baseline does not know single cases. */
  cases: number
  /** Of these, the ones that got worse beyond noise, by more than 10%; the worst first. */
  worse: CaseChange[]
  /** What changed with it and would explain it, the largest part first. */
  reasons: Reason[]
}

/** A case that got worse. */
export interface CaseChange {
  name: string
  /** Where it lay in the baseline and lies now, in the unit of the metric. */
  before: number
  after: number
}

/**
 * What may lie behind a worsening.
 *
 * - `steps`: model calls that were answered, a run
 * - `prompt`: input tokens a step
 * - `answer`: output tokens a step
 * - `reasoning`: reasoning tokens a step
 * - `call`: milliseconds with a model call on its way, a step
 * - `tools`: milliseconds with a tool at work, a run
 * - `code`: milliseconds of a run in neither a model call nor a tool
 * - `retries`: repeated model calls, a run
 * - `cache`: share of the input that providers read from their cache
 */
export const reasonKinds = [
  'steps',
  'prompt',
  'answer',
  'reasoning',
  'call',
  'tools',
  'code',
  'retries',
  'cache',
] as const

/** One thing that changed with a worsening. */
export interface Reason {
  kind: (typeof reasonKinds)[number]
  /** Where it lay in the baseline and lies now, in its unit. */
  before: number
  after: number
}
