import type { Baseline, Mode } from '../domain/baseline.ts'
import type { Clock } from '../domain/clock.ts'
import type { Environment } from '../domain/environment.ts'
import type { Plan } from '../domain/plan.ts'
import type { Prices } from '../domain/price.ts'
import type { CpuProfile } from '../domain/profile/cpu-profile.ts'
import type { SlowRunProfile } from '../domain/profile/profile.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Samples } from '../domain/sample.ts'
import type { About, Agent, Checked, Setup } from '../domain/scenario.ts'
import type { Belongings } from '../measure/belongings.ts'
import type { RecordSetting, Replaying } from './recorded-calls.ts'
import type { SpendLedger } from './stopping.ts'

/** What becomes of CPU profiles. */
export interface ProfileKeeping {
  /** Folder that the places of functions are relative to. @default the working directory */
  root?: string | undefined
  /** Why no run may be made again under a profiler; absent when it may. */
  refusal?: string | undefined
  /**
   * Keeps a profile, the `rank`th of its execution, counted from 1. Resolves with its file, relative to `root`, and with what went
   * wrong besides; rejects where it cannot be kept. @default none is kept
   */
  keep?: ((profile: CpuProfile, rank: number) => Promise<Pick<SlowRunProfile, 'file' | 'problem'>>) | undefined
}

/** A scenario with everything that its execution needs from outside. */
export interface ScenarioSetting {
  plan: Plan
  agent: Agent
  setup?: ((start: Setup) => unknown) | undefined
  teardown?: ((state: unknown) => unknown) | undefined
  check?: ((checked: Checked) => unknown) | undefined
  about: About
  identity: ExecutionRecord['identity']
  /** Id of its record; unique. */
  execution: string
  attempt: number
  mode: Mode
  prices: Prices
  environment: Environment
  /** What to hold it against; absent when it should not be compared. */
  baseline?: Baseline | undefined
  /** Whether a worsening is accepted as a new level. */
  acceptWorse: boolean
  /** Whether a missing baseline may be written. */
  mayWrite: boolean
  /** Whether thresholds and baseline are left for matchers to judge. @default false */
  deferred?: boolean | undefined
  /** Whether a baseline is kept of it. */
  keepsBaseline: boolean
  /** Whether to ask for the tokens of streams that would not tell. @default false */
  ensureStreamUsage?: boolean | undefined
  ledger: SpendLedger
  /** File or folder whose packages the agent uses. @default the working directory */
  from?: string | undefined
  clock: Clock
  /** What its agent keeps open for executions that follow; absent when it is closed at the end of this one. */
  belongings?: Belongings | undefined
  /** Ends the execution early; what was measured is kept. */
  signal?: AbortSignal | undefined
  /** Told of the result as soon as it is there, also when `signal` ended the execution. */
  onConcluded?: ((result: { record: ExecutionRecord }) => void) | undefined
  /** When the load starts, in milliseconds since 1970; absent where nobody waits for that. */
  startsAtMs?: number | undefined
  /** Whether the load may be more than what is behind it bears, so that refused runs are what is measured. @default false */
  mayOverload?: boolean | undefined
  /** Runs after which nothing is in flight, and who is told then; absent when runs go through. */
  cycle?: { runs: number; onEnd: () => void } | undefined
  /** Whether no further run is needed, asked whenever one has ended. @default false */
  isEnough?: ((samples: Samples) => boolean) | undefined
  /** What model calls are answered with; absent where they go to the models. */
  replay?: Replaying | undefined
  /** How model calls are kept; absent where they are not. */
  record?: RecordSetting | undefined
  /** What becomes of the CPU profiles of slow runs. */
  profiles?: ProfileKeeping | undefined
  /** Told of the samples so far, between runs. */
  onPause?: ((samples: Samples) => Promise<void> | undefined) | undefined
  /** Told of the run that starts: its position, negative in a warm-up. */
  onRun?: ((index: number) => void) | undefined
  /** Told how many agents are at work, whenever that changes. */
  onCount?: ((inFlight: number) => void) | undefined
}
