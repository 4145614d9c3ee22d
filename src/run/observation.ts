import { observeFrameworks } from '../capture/framework/all.ts'
import { observe as observeCalls } from '../capture/observe.ts'
import { type Clock, wallClock } from '../domain/clock.ts'
import { type Limits, longestTimerMs } from '../domain/limit.ts'
import type { Prices } from '../domain/price.ts'
import { createSamples, type Samples } from '../domain/sample.ts'
import type { OutputOf, Run } from '../domain/scenario.ts'
import { type Summary, summarize } from '../domain/summary.ts'
import { watchDeadlines } from '../measure/deadline.ts'
import { watchResidentSet } from '../measure/resident-set.ts'
import { measureRun } from '../measure/run.ts'
import type { RunSetting } from '../measure/setting.ts'
import { keepRun } from './keep.ts'

/** How runs are observed outside of tests. */
export interface ObserveOptions {
  /** Prices by model, in US dollars per million tokens. @default none, so that cost is unknown */
  prices?: Prices | undefined
  /** What ends a run that is observed. @default nothing */
  limits?: Limits | undefined
  /** Runs that are kept; later ones are measured and forgotten. @default 10_000 */
  runsKept?: number | undefined
}

/** What an application makes of its own runs while it works. */
export interface Observation {
  /**
   * Measures one run of `work` under the name of its kind. Resolves with what it returned (streams are drained), and rejects
   * with what it threw.
   */
  run: <Returned>(kind: string, work: (run: Run<undefined, undefined>) => Returned) => Promise<OutputOf<Returned>>
  /** What the runs so far come to; each kind of run is a case of it. */
  summary: () => Summary
  /** Ends the observation, and tells what its runs came to. */
  stop: () => Summary
}

/** Begins to observe runs in this process: model calls, tokens, steps and times, without touching the code that makes them. */
export function observe(options: ObserveOptions = {}): Observation {
  const clock: Clock = { ...wallClock, after: afterUnlessOver }
  const stops = [observeCalls(), observeFrameworks(process.cwd())]
  const stopResidentSet = watchResidentSet(clock)
  const limits = { ...options.limits, latencyMs: options.limits?.latencyMs ?? longestTimerMs }
  const inFlight = watchDeadlines(clock, limits.latencyMs)
  const runsKept = options.runsKept ?? 10_000
  const samples: Samples = createSamples(64)
  const kinds: string[] = []
  const originMs = clock.nowMs()
  const setting: Omit<RunSetting, 'agent'> = {
    clock,
    limits,
    prices: options.prices ?? {},
    hookTimeoutMs: longestTimerMs,
    graceMs: 0,
    inFlight,
  }
  let peakRssBytes: number | undefined

  const summary = () => {
    const cases = kinds.map((name) => ({ name, input: undefined }))
    return summarize(samples, { durationMs: clock.nowMs() - originMs, peakRssBytes }, cases)
  }
  return {
    run: async (kind, work) => {
      const known = kinds.indexOf(kind)
      const caseIndex = known === -1 ? kinds.push(kind) - 1 : known
      const agent = (run: Run) => work(run as Run<undefined, undefined>)
      const measured = await measureRun({ ...setting, agent }, { name: kind, input: undefined }, samples.length)
      if (samples.length < runsKept) keepRun(samples, measured, caseIndex, measured.startedMs, originMs)
      if (measured.thrown !== undefined) throw measured.thrown.error
      if (measured.outcome === 'timeout' || measured.outcome === 'limit') throw new Error(measured.problem?.message)
      return measured.output as OutputOf<ReturnType<typeof work>>
    },
    summary,
    stop: () => {
      for (const stop of stops) stop()
      inFlight.close()
      peakRssBytes = stopResidentSet()
      return summary()
    },
  }
}

// No limit of ours may keep an application alive that has come to its end: unlike `after`, `every` does not.
function afterUnlessOver(ms: number, then: () => void): () => void {
  const stop = wallClock.every(ms, () => {
    stop()
    then()
  })
  return stop
}
