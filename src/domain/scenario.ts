import type { CaseInput } from './case.ts'
import type { Detect } from './detect.ts'
import type { Fault } from './fault.ts'
import type { Limits } from './limit.ts'
import type { LoadShape } from './load/load-shape.ts'
import type { Prices } from './price.ts'
import type { ProfileOptions } from './profile/profile.ts'
import type { CallMode, ReplayOptions } from './recording.ts'
import type { Score } from './score.ts'
import type { Thresholds } from './threshold.ts'
import type { Usage } from './usage.ts'

/** A value, or a promise of it. */
export type Awaitable<Value> = Value | PromiseLike<Value>

/** What a run can tell by hand where nothing is seen on the wire. Every field adds up over calls; absent is unknown. */
export interface ReportedUsage extends Usage {
  /** The model that was called, for its price. */
  model?: string | undefined
  /** Model calls behind these numbers, 1 or more. @default 1 */
  modelCalls?: number | undefined
  /** Tool calls the model asked for. @default 0 */
  toolCalls?: number | undefined
  /** US dollars; absent when it should be computed from `prices`. */
  costUsd?: number | undefined
}

/** How large a run is that somebody's trace tells of. */
export interface RunSize {
  inputTokens?: number | undefined
  outputTokens?: number | undefined
}

/** What an agent is given: one run of one case. */
export interface Run<Input = unknown, State = unknown> {
  readonly input: Input
  /** What `setup` returned; undefined without one. */
  readonly state: State
  /** Aborted when a limit is broken, when the test times out and when the session is interrupted. */
  readonly signal: AbortSignal
  /** 0-based position among the measured runs; negative in a warm-up run. */
  readonly index: number
  /** The case's name. */
  readonly name: string
  /** Sizes of the run in the trace that the load follows; absent without one, and where it tells none. */
  readonly size?: RunSize | undefined
  /**
   * Measures a named part of the run: its latency and first token. A stream that `part` returns is drained, as the agent's
   * is. Resolves with what `part` returned; rejects with what it threw.
   */
  turn: <Returned>(name: string, part: () => Returned) => Promise<OutputOf<Returned>>
  /**
   * Measures a named part of the run: how long it takes, its share of the whole and, at concurrency 1, its CPU and memory. Parts
   * may lie inside one another and beside one another. A stream that `part` returns is drained. Resolves with what `part`
   * returned; rejects with what it threw.
   */
  phase: <Returned>(name: string, part: () => Returned) => Promise<OutputOf<Returned>>
  /**
   * Names one agent of several in the run, where no framework does: how long it takes, and what its model calls use and cost. Agents
   * may lie inside one another, as one that works for another does, and beside one another. A stream that `work` returns is
   * drained. Resolves with what `work` returned; rejects with what it threw.
   */
  agent: <Returned>(name: string, work: () => Returned) => Promise<OutputOf<Returned>>
  /** Adds what a model call used, where it cannot be seen on the wire. */
  usage: (used: ReportedUsage) => void
}

/**
 * What a returned value is once it has been drained: a stream of strings becomes their concatenation, any other stream an
 * array of its items, a Response stays a Response that can be read again.
 */
export type OutputOf<Returned> =
  Awaited<Returned> extends Response
    ? Response
    : Awaited<Returned> extends AsyncIterable<infer Item>
      ? Item extends string
        ? string
        : Item[]
      : Awaited<Returned>

/** The function under test. What it returns is a value, a stream or a Response, or a promise of one. */
export type Agent<Input = unknown, State = unknown, Returned = unknown> = (run: Run<Input, State>) => Returned

/** What `setup` is given, before the clock of a run starts. */
export interface Setup<Input = unknown> {
  readonly input: Input
  readonly signal: AbortSignal
  /** 0-based position among the measured runs; negative in a warm-up run. */
  readonly index: number
  /** The case's name. */
  readonly name: string
}

/** What the check is given, after the clock of a run has stopped. */
export interface Checked<Input = unknown, Expected = unknown, Output = unknown, State = unknown> {
  readonly input: Input
  /** What the agent returned; streams are drained. */
  readonly output: Output
  /** What the case expects; undefined when it says nothing. */
  readonly expected: Expected
  readonly state: State
  /** The case's name. */
  readonly name: string
  /** 0-based position among the measured runs. */
  readonly index: number
  readonly signal: AbortSignal
  /** Gives the run a score, 0..1. */
  readonly score: Score
}

/** Who the agent is, for the record. */
export interface About {
  /** Name of the agent. */
  agent?: string | undefined
  /** Its version: a release, a commit. */
  version?: string | undefined
  /** Its main model, when it should be part of a baseline's identity. */
  model?: string | undefined
  /** Anything else that configures it, as JSON. */
  settings?: Record<string, unknown> | undefined
}

/** A list of cases in a file; made by `json`, `jsonl` and `csv`. */
export interface CaseFile<Input = unknown, Expected = unknown> {
  readonly format: 'json' | 'jsonl' | 'csv'
  readonly path: string
  /** Reads it, relative to `directory`. @throws BenchAgentError that lists every mistake in the file */
  readonly read: (directory: string) => Promise<CaseInput<Input, Expected>[]>
}

/** Where cases may come from. */
export type CaseSource<Input = unknown, Expected = unknown> =
  | Iterable<CaseInput<Input, Expected>>
  | AsyncIterable<CaseInput<Input, Expected>>
  | CaseFile<Input, Expected>

/**
 * As many runs as it takes: the execution stops when it is clear whether the agent got worse than its baseline and whether it keeps
 * the thresholds that are named. It looks after every fifth of the runs, and never before five of each case.
 */
export interface RunsUntilClear {
  /** Measured runs of each case at most, 1 or more. */
  max: number
  stop: 'auto'
}

/** What bounds and judges the runs of an agent, whatever its inputs are. */
export interface Bounds {
  /** Identity of the baseline, when the name may change. @default the name */
  id?: string | undefined
  about?: About | undefined
  /** Measured runs of each case, 1 or more; or as many as it takes, see {@link RunsUntilClear}. @default 10 */
  runs?: number | RunsUntilClear | undefined
  /** Runs made first and not measured; the first is reported as the cold start. @default 1 */
  warmup?: number | undefined
  /** Runs in flight at most, 1 or more. Above 1, memory and CPU belong to the scenario. @default 1 */
  concurrency?: number | undefined
  /** Starts a second at most, above 0. @default no limit */
  runsPerSecond?: number | undefined
  /**
   * How runs reach the agent, where `runs`, `concurrency` and `runsPerSecond` cannot say it: for a time, at a rate that does not wait for
   * the agent, in stages. See `rampUp`, `spike`, `sustained` and `trace`. @default `concurrency` runs in flight
   */
  load?: LoadShape | undefined
  /** What goes wrong between the agent and its model in the measured runs, without the agent being changed. @default nothing */
  faults?: readonly Fault[] | undefined
  /** Which calls meet a fault that has a rate: the same seed, the same calls. @default 1 */
  faultSeed?: number | undefined
  /**
   * How models are reached: they are called, called and recorded, or not called at all because what was recorded is replayed.
   * `BENCH_AGENT_MODE` wins.
   *
   * @default what the project says, else 'live'
   */
  mode?: CallMode | undefined
  /** How calls are recorded and replayed. @default at once, with bodies as they are */
  replay?: ReplayOptions | undefined
  /** What ends one run while it goes. @default { latencyMs: 60_000 } */
  limits?: Limits | undefined
  /** Prices by model, in US dollars per million tokens. @default those of the project */
  prices?: Prices | undefined
  /**
   * Asks for the tokens of streams whose request does not: OpenAI's chat completions tell none unasked. The agent sees its streams
   * as if nobody had asked. Only of requests by `fetch`.
   *
   * @default what the project says, else false
   */
  ensureStreamUsage?: boolean | undefined
  /** US dollars after which no further run starts. @default no cap of its own */
  spendUsd?: number | undefined
  /**
   * The worsening against the baseline that has to be found. Where the planned runs would miss it in more than one execution of ten,
   * the verdict is inconclusive and says how many runs it takes. @default none
   */
  detect?: Detect | undefined
  /** Milliseconds that each call of `setup`, the check and `teardown` may take. @default 10_000 */
  hookTimeoutMs?: number | undefined
}

/** What an agent is measured on, and how it is judged. */
export interface ScenarioOptions<Input, Expected, Returned, State, Fixtures = unknown> extends Bounds {
  /** @default one case without input */
  cases?: CaseSource<Input, Expected> | undefined
  /** Which cases to keep. @default all */
  where?: ((one: CaseInput<NoInfer<Input>, NoInfer<Expected>>) => boolean) | undefined
  /** How many cases to draw, without replacement; the same seed draws the same ones. @default all; seed 1 */
  sample?: number | { size: number; seed?: number | undefined } | undefined
  /** Called before the clock of every run; what it returns is the run's `state`. */
  setup?: ((start: Setup<NoInfer<Input>> & Fixtures) => Awaitable<State>) | undefined
  /** Called after the check of every run, whatever its outcome. */
  teardown?: ((state: NoInfer<State>) => unknown) | undefined
  /** What is timed. */
  agent: Agent<NoInfer<Input>, NoInfer<State>, Returned>
  /** Judged on all runs together. @default { successRatio: 1 } */
  thresholds?: Thresholds | undefined
  /** Thresholds for the cases of each category. */
  categories?: Record<string, Thresholds> | undefined
  /**
   * Makes slow runs again under a CPU profiler, once everything is measured, to say which functions took their time: those slower than
   * `slowerThanMs`, the `slowest` of them. These runs cost what runs cost, and are in no metric. @default none
   */
  profile?: ProfileOptions | undefined
  /** What an inconclusive verdict does to the test. @default 'pass', with a warning */
  inconclusive?: 'pass' | 'fail' | undefined
  /** Whether to hold the agent against its baseline. @default true */
  baseline?: boolean | undefined
}
