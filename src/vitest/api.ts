import type { ExpectStatic, TestContext, TestOptions } from 'vitest'
import type { Awaitable, Checked, OutputOf, ScenarioOptions } from '../domain/scenario.ts'

/** Options that every Vitest test has. */
export type RunnerOptions = Pick<
  TestOptions,
  'timeout' | 'retry' | 'repeats' | 'tags' | 'meta' | 'fails' | 'skip' | 'only' | 'todo' | 'concurrent'
>

/** Options of a scenario: what is measured and how it is judged, and what every Vitest test may say. */
export type BenchAgentOptions<Input, Expected, Returned, State, Fixtures = unknown> = ScenarioOptions<
  Input,
  Expected,
  Returned,
  State,
  Fixtures
> &
  RunnerOptions

/** What Vitest offers to a check, besides the run that it checks. */
export interface CheckContext {
  /** The test's own `expect`: a failed assertion makes the run wrong. */
  readonly expect: ExpectStatic
  readonly task: TestContext['task']
  readonly annotate: TestContext['annotate']
}

/** Asserts that a run's answer is right, or scores it. Called for each measured and warm-up run that answered. */
export type Check<Input, Expected, Returned, State, Fixtures = unknown> = (
  checked: Checked<Input, Expected, OutputOf<Returned>, State> & CheckContext & Fixtures,
) => unknown

/** A fixture, as in `test.extend` of Vitest. */
export type FixtureOf<Value, Fixtures> =
  | Value
  | ((context: TestContext & Fixtures, use: (value: Value) => Promise<void>) => Awaitable<void>)

/** Fixtures by name, each with Vitest's options if it needs any. */
export type FixturesOf<Added extends object, Fixtures> = {
  [Name in keyof Added]:
    | FixtureOf<Added[Name], Fixtures & Added>
    | [
        FixtureOf<Added[Name], Fixtures & Added>,
        { auto?: boolean; scope?: 'test' | 'worker' | 'file'; injected?: boolean },
      ]
}

/** A test function of Vitest that measures an agent instead of calling a test once. */
export interface BenchAgent<Fixtures = unknown> {
  /**
   * Measures an agent over its cases, and fails when a threshold is broken or when it got worse than its baseline.
   *
   * @param name what reports and the baseline call it
   * @param options the agent, its cases, its load and its bounds
   * @param check asserts that an answer is right; a run whose check fails is wrong
   */
  <Input, Expected, Returned, State = undefined>(
    name: string,
    options: BenchAgentOptions<Input, Expected, Returned, State, Fixtures>,
    check?: Check<Input, Expected, Returned, State, Fixtures>,
  ): void
  /** Skips the scenario. */
  readonly skip: BenchAgent<Fixtures>
  /** Runs only this scenario of its file. */
  readonly only: BenchAgent<Fixtures>
  /** Names a scenario that is still to be written. */
  readonly todo: (name: string) => void
  /** Expects the scenario to fail. */
  readonly fails: BenchAgent<Fixtures>
  /** As `test.concurrent`; scenarios of one process take turns all the same, and say so. */
  readonly concurrent: BenchAgent<Fixtures>
  /** Skips the scenario when `condition` holds. */
  readonly skipIf: (condition: unknown) => BenchAgent<Fixtures>
  /** Runs the scenario only when `condition` holds. */
  readonly runIf: (condition: unknown) => BenchAgent<Fixtures>
  /**
   * One scenario for each row, measured in turns and told in one table: options are a function of the row, whose title may hold `$name`.
   */
  readonly for: <Row>(rows: readonly Row[]) => ForRow<[row: Row], Fixtures>
  /** As `for`, one after another; rows that are arrays are spread over the arguments. */
  readonly each: {
    <const Row extends readonly [unknown, ...unknown[]]>(rows: readonly Row[]): ForRow<[...Row], Fixtures>
    <Row>(rows: readonly Row[]): ForRow<[row: Row], Fixtures>
  }
  /** A `benchAgent` whose checks and `setup` may ask for these fixtures too. */
  readonly extend: <Added extends object>(fixtures: FixturesOf<Added, Fixtures>) => BenchAgent<Fixtures & Added>
}

type ForRow<Row extends readonly unknown[], Fixtures> = <
  Input,
  Expected = unknown,
  Returned = unknown,
  State = undefined,
>(
  name: string,
  options: (...row: Row) => BenchAgentOptions<Input, Expected, Returned, State, Fixtures>,
  check?: Check<Input, Expected, Returned, State, Fixtures>,
) => void
