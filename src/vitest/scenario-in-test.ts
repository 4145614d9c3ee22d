import type { TestContext } from 'vitest'
import type { Baseline } from '../domain/baseline.ts'
import type { Plan } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { CallMode, Recordings } from '../domain/recording.ts'
import type { Bounds } from '../domain/scenario.ts'
import type { FoundRecordings } from '../history/recording-store.ts'
import type { ScenarioResult } from '../run/conclude.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import type { SpendLedger } from '../run/stopping.ts'

/** How the models of a scenario are reached, and what there is of it. */
export interface CallsInTest {
  mode: CallMode
  /** What was recorded before and is young enough; absent when nothing was, or nobody asks. */
  recordings?: Recordings | undefined
  /** Where it was looked for; absent when nobody asks. */
  found?: FoundRecordings | undefined
  /** What mode `auto` came to, for all executions of the test; absent before that is known. */
  settled?: CallsInTest | undefined
}

/** A scenario that a test is about to measure. */
export interface ScenarioInTest
  extends Pick<ScenarioSetting, 'agent' | 'setup' | 'teardown' | 'check' | 'deferred' | 'signal' | 'startsAtMs'> {
  plan: Plan
  options: Bounds
  /** What attaches files to its test; absent where none is attached. */
  annotate?: TestContext['annotate'] | undefined
  identity: ExecutionRecord['identity']
  /** Whether to hold it against its baseline. */
  compares: boolean
  /** Whether a baseline is kept of it, whatever comes after. */
  keepsBaseline: boolean
  /** How its models are reached; absent where they are called. */
  calls?: CallsInTest | undefined
  /** What may be spent on an execution of it; absent when that is what is left of the session's cap. */
  ledger?: SpendLedger | undefined
  /** What came before it in its test; absent for the first execution, or the only one. */
  following?: Following | undefined
}

/** Which one an execution is of those that fill a baseline. */
export type Filling = NonNullable<ExecutionRecord['filling']>

/** An execution that follows others in its test, to fill a baseline with them. */
export interface Following {
  filling: Filling
  /** What they were held against: none of them is held against another one. */
  baseline: Baseline
  /** What they left of the scenario's cap, in US dollars; absent without one. */
  spendUsd?: number | undefined
}

/** An execution with what it was held against, where it was. */
export interface ExecutionInTest extends ScenarioResult {
  baseline?: Baseline | undefined
}
