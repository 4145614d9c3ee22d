import type { Comparability } from '../domain/baseline.ts'
import type { Case } from '../domain/case.ts'
import type { Check } from '../domain/check.ts'
import { describeConditions } from '../domain/conditions.ts'
import type { BenchAgentError } from '../domain/errors.ts'
import type { FaultsMet } from '../domain/fault.ts'
import type { Fold } from '../domain/fold/fold.ts'
import { isOpen, type Load } from '../domain/load/load.ts'
import type { Plan } from '../domain/plan.ts'
import type { Samples } from '../domain/sample.ts'
import type { SeriesTaker } from '../domain/time-series.ts'
import type { Belongings } from '../measure/belongings.ts'
import { readCpuMs } from '../measure/cpu.ts'
import type { Meter } from '../measure/meter.ts'
import type { RunSetting } from '../measure/setting.ts'
import type { LogHistogram } from '../stats/log-histogram.ts'
import type { Answer } from './clear.ts'
import type { Instruments } from './instruments.ts'
import type { Kept, Recorder, Replayed } from './recorded-calls.ts'
import type { ScenarioSetting } from './setting.ts'
import { overspent, stopReason, unkeptCap } from './stopping.ts'
import type { Tally } from './tally.ts'
import type { Traces } from './traces.ts'

/** An execution while it goes. */
export interface Course {
  setting: ScenarioSetting
  tally: Tally
  samples: Samples
  instruments: Instruments
  /** What the agent keeps open between its runs. */
  belongings: Belongings
  traces: Traces
  /** Which run each sample is of; absent where nobody will ask, for no run is made again. */
  runIndexes: number[] | undefined
  /** Model calls that started in the scope of a run, check or hook after that had ended. */
  callsAfterEnd: number
  /** What runs in flight spend; absent without a cap. */
  meter: Meter | undefined
  /** Absent before it did. */
  loadStartedAt: Date | undefined
  /** When the load started, on the clock. */
  originMs: number
  stopped: Check | undefined
  mistake: BenchAgentError | undefined
  /** What the runs answer so far; absent when their number is fixed. */
  answer: Answer | undefined
  /** Position of the first run that was made to confirm what the others showed; absent when none was. */
  confirmedFrom: number | undefined
  /** Absent when none was planned, or the load has not begun. */
  faults?: FaultsMet | undefined
  /** What came of the calls that were replayed; absent when they are not. */
  replayed?: Replayed | undefined
  /** What was never recorded; absent when nothing was missing. */
  needsRecording?: Check | undefined
  /** What was kept of model calls, and what came of keeping it; absent before, and where nobody wants it. */
  kept?: Kept | undefined
  /** Keeps what models answer; absent where nobody wants it. */
  recorder?: Recorder | undefined
  /** What all runs come to, once they are more than are kept one by one; absent before. */
  fold?: Fold | undefined
  /** Whether who asked needs no further run. */
  enough: boolean
  /** The first start and the last end of all runs, on the clock of the load. */
  firstStartMs: number
  lastEndMs: number
  /** How late runs were called; absent under a closed load, which calls none late. */
  lags: LogHistogram | undefined
  /** Time in which others were at work, in milliseconds. */
  waitedMs: number
  /** Starts that the load dropped. */
  dropped: number
  /** Absent where none is kept. */
  series: SeriesTaker | undefined
}

/** Why no further run should start; absent when the next one may. */
export function stopReasonOf({ setting, samples, tally, meter }: Course): Check | undefined {
  return stopReason(setting.plan, samples, tally, setting.ledger, meter?.totalUsd() ?? 0, setting.mayOverload)
}

/** Lets no further run start once the runs in flight, with what was spent before, have reached a cap. */
export function stopWhenSpent(course: Course): void {
  const { setting, samples, tally, meter } = course
  course.stopped ??= overspent(setting.plan, samples, tally, setting.ledger, meter?.totalUsd() ?? 0)
}

/** The case at `caseIndex`. */
export function caseAt(plan: Plan, caseIndex: number): Case {
  const one = plan.cases[caseIndex]
  if (one === undefined) throw new Error(`no case at ${caseIndex}`)
  return one
}

// Long enough for an aborted request to be given up, short beside any limit.
const graceMs = 250

/**
 * How the runs of `course` are made.
 *
 * @param readsCpu whether the clock of the CPU is read around each
 */
export function settingOf(course: Course, readsCpu: boolean): RunSetting {
  const { setting, instruments } = course
  const { plan, clock, agent, setup, teardown, check, prices } = setting
  return {
    clock,
    agent,
    setup,
    teardown,
    check,
    prices,
    sizeOf: sizesOf(plan.load),
    limits: plan.limits,
    hookTimeoutMs: plan.hookTimeoutMs,
    graceMs,
    readCpuMs: readsCpu ? readCpuMs : undefined,
    inFlight: instruments.inFlight,
    belongings: course.belongings,
    onCalls: course.recorder?.onCalls,
    onCallAfterEnd: () => {
      course.callsAfterEnd += 1
      course.stopped ??= unkeptCap(plan, setting.ledger)
    },
  }
}

function sizesOf(load: Load): RunSetting['sizeOf'] {
  const trace = isOpen(load) ? load.trace : undefined
  if (trace?.inputTokens === undefined && trace?.outputTokens === undefined) return undefined
  const { inputTokens, outputTokens, runs } = trace
  // A warm-up run is of nobody's size; what confirms follows the trace once more.
  return (index) =>
    index < 0 ? undefined : { inputTokens: inputTokens?.[index % runs], outputTokens: outputTokens?.[index % runs] }
}

/** Whether no further run starts, because something broke it off. */
export function isStopped({ setting, stopped, mistake }: Course): boolean {
  return stopped !== undefined || mistake !== undefined || setting.signal?.aborted === true
}

/** What `course` can be compared with, as far as it is known by now. */
export function comparabilityOf({ setting, tally }: Course): Comparability {
  const { plan, about, mode } = setting
  return {
    mode,
    model: about.model ?? [...tally.models].sort().join(', '),
    load: describeConditions(plan),
    cases: plan.caseHash,
  }
}

/** Whether the runs have answered what they were made for, so that no further one starts. */
export function isAnswered({ answer }: Course): boolean {
  return answer !== undefined && answer.answer !== 'open'
}
