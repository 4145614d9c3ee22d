import type { WireCall } from '../capture/wire-call.ts'
import type { Clock } from '../domain/clock.ts'
import type { Limits } from '../domain/limit.ts'
import type { Prices } from '../domain/price.ts'
import type { Agent, Checked, RunSize, Setup } from '../domain/scenario.ts'
import type { Belongings } from './belongings.ts'
import type { InFlight } from './deadline.ts'

/** What every run of a scenario shares. */
export interface RunSetting {
  clock: Clock
  agent: Agent
  setup?: ((start: Setup) => unknown) | undefined
  teardown?: ((state: unknown) => unknown) | undefined
  check?: ((checked: Checked) => unknown) | undefined
  /** Size of run `index` in the trace that it follows; absent without one. */
  sizeOf?: ((index: number) => RunSize | undefined) | undefined
  limits: Limits & { latencyMs: number }
  prices: Prices
  /** Milliseconds that each call of a hook may take. */
  hookTimeoutMs: number
  /** Milliseconds that an agent gets to settle after its signal was aborted, before it is left behind. */
  graceMs: number
  /** Reads the process's CPU time in milliseconds; absent when it is not read for each run. */
  readCpuMs?: (() => number) | undefined
  inFlight: InFlight
  /** What the agent keeps open from one run to the next; absent when that is the process's. */
  belongings?: Belongings | undefined
  /** Called right before the clock of a run starts. */
  beforeAgent?: (() => void) | undefined
  /** Called as soon as a run is over. */
  afterAgent?: (() => void) | undefined
  /** Told of every model call that starts in the scope of a run, check or hook after that had ended. */
  onCallAfterEnd?: (() => void) | undefined
  /**
   * Told of the model calls of run `index` before their bodies are let go of: those of its agent, and then those that were made
   * beside it.
   */
  onCalls?: ((index: number, calls: readonly WireCall[], beside?: true) => void) | undefined
}
