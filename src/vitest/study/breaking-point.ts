import type { ScenarioOptions } from '../../domain/scenario.ts'
import type { Objectives } from '../../run/options/breaking-point-options.ts'
import type { Check, RunnerOptions } from '../api.ts'
import { testFunction } from '../collector.ts'
import { mistakeInSearch, runBreakingPointTest } from './breaking-point-test.ts'
import type { StudyFunction } from './study-api.ts'

/** What is searched for the load at which it breaks. */
export type BreakingPointOptions<Input, Expected, Returned, State> = RunnerOptions &
  Pick<
    ScenarioOptions<Input, Expected, Returned, State>,
    | 'agent'
    | 'cases'
    | 'where'
    | 'sample'
    | 'setup'
    | 'teardown'
    | 'warmup'
    | 'limits'
    | 'faults'
    | 'faultSeed'
    | 'prices'
    | 'ensureStreamUsage'
    | 'hookTimeoutMs'
    | 'about'
    | 'id'
  > & {
    /** What a load has to keep, such as `{ responseTimeMs: { p95: 3_000 } }`. */
    objectives: Objectives
    /** Runs in flight at most while it is saturated. @default 256 */
    maxConcurrency?: number | undefined
    /** The highest rate that is tried, per second. @default no cap */
    maxRatePerSecond?: number | undefined
    /** Runs at most, over the whole search. @default 10_000 */
    maxRuns?: number | undefined
    /** US dollars that the search may spend. @default no cap of its own */
    spendUsd?: number | undefined
    /** The lowest load that has to be sustained, in runs a second. @default none has to be */
    thresholds?: { sustainedPerSecond?: number | undefined } | undefined
  }

/** A test function of Vitest that searches for the highest load which an agent sustains. */
export interface BreakingPointFunction extends StudyFunction {
  /**
   * Finds the highest load that an agent sustains: the most runs a second, at random instants, under which the objectives are kept and
   * runs in flight do not become more and more.
   *
   * @param name what reports call it
   * @param check asserts that an answer is right; a run whose check fails is a failed one
   */
  <Input, Expected = unknown, Returned = unknown, State = undefined>(
    name: string,
    options: BreakingPointOptions<Input, Expected, Returned, State>,
    check?: Check<Input, Expected, Returned, State>,
  ): void
  readonly skip: BreakingPointFunction
  readonly only: BreakingPointFunction
  readonly fails: BreakingPointFunction
  readonly skipIf: (condition: unknown) => BreakingPointFunction
  readonly runIf: (condition: unknown) => BreakingPointFunction
}

/** Finds the highest load that an agent sustains. */
export const breakingPoint = testFunction({
  name: 'breakingPoint',
  mistakeIn: mistakeInSearch,
  // As many runs as it takes, each with a limit of its own.
  timeoutMs: () => 0,
  run: runBreakingPointTest,
}) as unknown as BreakingPointFunction
