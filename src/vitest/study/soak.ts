import type { ScenarioOptions } from '../../domain/scenario.ts'
import type { Thresholds } from '../../domain/threshold.ts'
import type { Check, RunnerOptions } from '../api.ts'
import { testFunction } from '../collector.ts'
import { mistakeInSoak, runSoakTest, soakLimitMs } from './soak-test.ts'
import type { StudyFunction } from './study-api.ts'

/** What is run for long, to see whether it leaks. */
export type SoakOptions<Input, Expected, Returned, State> = RunnerOptions &
  Omit<
    ScenarioOptions<Input, Expected, Returned, State>,
    'runs' | 'runsPerSecond' | 'load' | 'thresholds' | 'categories' | 'baseline' | 'detect' | 'inconclusive' | 'profile'
  > & {
    /** After each of them garbage is collected, and memory read. 30 of 100 runs tell 256 bytes a run. @default 30 */
    cycles?: number | undefined
    /** Runs of one cycle, over all cases. @default 100 */
    runsPerCycle?: number | undefined
    /** Judged on all runs; `leakBytesPerRun` is the growth above which it is a leak. @default { leakBytesPerRun: 128 } */
    thresholds?: (Thresholds & { leakBytesPerRun?: number | undefined }) | undefined
  }

/** A test function of Vitest that runs an agent in cycles, and says whether it leaks. */
export interface SoakFunction extends StudyFunction {
  /**
   * Runs an agent in cycles, collects garbage after each, and fails when memory surely grows by more than it may.
   *
   * @param name what reports call it
   * @param check asserts that an answer is right; a run whose check fails is wrong
   */
  <Input, Expected = unknown, Returned = unknown, State = undefined>(
    name: string,
    options: SoakOptions<Input, Expected, Returned, State>,
    check?: Check<Input, Expected, Returned, State>,
  ): void
  readonly skip: SoakFunction
  readonly only: SoakFunction
  readonly fails: SoakFunction
  readonly skipIf: (condition: unknown) => SoakFunction
  readonly runIf: (condition: unknown) => SoakFunction
}

/** Runs an agent for long, to see whether it leaks. */
export const soak = testFunction({
  name: 'soak',
  mistakeIn: mistakeInSoak,
  timeoutMs: soakLimitMs,
  run: runSoakTest,
}) as unknown as SoakFunction
