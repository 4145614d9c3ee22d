import type { ScenarioOptions } from '../../domain/scenario.ts'
import type { Thresholds } from '../../domain/threshold.ts'
import type { Check, RunnerOptions } from '../api.ts'
import { testFunction } from '../collector.ts'
import type { StudyFunction } from './study-api.ts'
import { mistakeInSweep, runSweepTest, sweepLimitMs } from './sweep-test.ts'

/** What the levels of a sweep share, and what they differ in. */
export type SweepOptions<Input, Expected, Returned, State, Value = unknown> = Omit<RunnerOptions, 'repeats'> &
  Omit<
    ScenarioOptions<Input, Expected, Returned, State>,
    | 'agent'
    | 'runs'
    | 'concurrency'
    | 'runsPerSecond'
    | 'load'
    | 'thresholds'
    | 'categories'
    | 'baseline'
    | 'detect'
    | 'inconclusive'
    | 'profile'
  > & {
    /**
     * The one thing that levels differ in, and its values: `{ concurrency: [1, 2, 5] }`, `{ caseCount: [10, 100] }`, or anything that
     * `configure` turns into options.
     */
    over: { readonly [name: string]: readonly Value[] }
    /** What a value changes. @default nothing: `concurrency` and `caseCount` know what they are */
    configure?: ((value: NoInfer<Value>) => Partial<ScenarioOptions<Input, Expected, Returned, State>>) | undefined
    /** What is timed; may be left to `configure`. */
    agent?: ScenarioOptions<Input, Expected, Returned, State>['agent'] | undefined
    /** Runs of each level at least; of high concurrency there are more, so that the last ones do not weigh. @default 30 */
    runs?: number | undefined
    /** Turns of each level, forth and back, so that what changes over time changes for all alike. @default 2 */
    repeats?: number | undefined
    /** Judged on each level; `efficiencyRatio` is the lowest that is accepted, by concurrency: `{ 10: 0.7 }`. */
    thresholds?: (Thresholds & { efficiencyRatio?: Readonly<Record<number, number>> | undefined }) | undefined
  }

/** A test function of Vitest that measures an agent at several levels of one thing. */
export interface SweepFunction extends StudyFunction {
  /**
   * Measures an agent at each value of `over`, in turns, and says how it scales, or which value is the best.
   *
   * @param name what reports call it
   * @param check asserts that an answer is right; a run whose check fails is wrong
   */
  <Input, Expected = unknown, Returned = unknown, State = undefined, Value = unknown>(
    name: string,
    options: SweepOptions<Input, Expected, Returned, State, Value>,
    check?: Check<Input, Expected, Returned, State>,
  ): void
  readonly skip: SweepFunction
  readonly only: SweepFunction
  readonly fails: SweepFunction
  readonly skipIf: (condition: unknown) => SweepFunction
  readonly runIf: (condition: unknown) => SweepFunction
}

/** Measures an agent at several levels of one thing: how many at once, how many cases, which model. */
export const sweep = testFunction({
  name: 'sweep',
  mistakeIn: mistakeInSweep,
  timeoutMs: sweepLimitMs,
  ownNames: ['repeats'],
  run: runSweepTest,
}) as unknown as SweepFunction
