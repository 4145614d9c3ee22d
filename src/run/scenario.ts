import { judge } from '../compare/judge.ts'
import type { Comparability } from '../domain/baseline.ts'
import type { Case } from '../domain/case.ts'
import type { Check } from '../domain/check.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { describeLoad } from '../domain/load.ts'
import { caseOfRun, type Plan } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { createSamples, forgetCalls, type Samples } from '../domain/sample.ts'
import { summarize } from '../domain/summary.ts'
import type { Verdict } from '../domain/verdict.ts'
import { readCpuMs } from '../measure/cpu.ts'
import { type Meter, startMeter } from '../measure/meter.ts'
import { measureRun } from '../measure/run.ts'
import type { RunSetting } from '../measure/setting.ts'
import { execute } from './execute.ts'
import { type Instruments, markDegraded, startInstruments } from './instruments.ts'
import { keepRun } from './keep.ts'
import { behaviourChecks, executionWarnings } from './notes.ts'
import { recordOf } from './record.ts'
import type { ScenarioSetting } from './setting.ts'
import { overspent, stopReason, unkeptCap } from './stopping.ts'
import { emptyTally, type Tally, tallyRun, tallySpend } from './tally.ts'
import { emptyTraces, keepTrace, type Traces } from './traces.ts'

/** What came of an execution. */
export interface ScenarioResult {
  record: ExecutionRecord
  samples: Samples
  verdict: Verdict
  /** The user's mistake that ended it early; absent without one. What was measured before is in the record all the same. */
  mistake?: BenchAgentError | undefined
}

// Long enough for an aborted request to be given up, short beside any limit.
const graceMs = 250
// Below this, reading the CPU clock twice would be a good part of what it measures.
const cpuWorthMs = 1

/** Runs a scenario as planned, summarizes its samples and judges them. */
export async function runScenario(setting: ScenarioSetting): Promise<ScenarioResult> {
  const { plan, clock } = setting
  const startedAt = new Date()
  const stopAsking = await ensuredStreamUsage(setting)
  const tally = emptyTally()
  const samples = createSamples(plan.totalRuns)
  const instruments = startInstruments(plan, clock, setting.from ?? process.cwd(), setting.onCount)
  const course: Course = {
    setting,
    tally,
    samples,
    instruments,
    traces: emptyTraces(),
    callsAfterEnd: 0,
    originMs: clock.nowMs(),
    loadStartedAt: undefined,
    meter: undefined,
    stopped: undefined,
    mistake: undefined,
  }
  let result: ScenarioResult | undefined
  const finish = () => {
    result ??= conclude(course, startedAt)
    return result
  }
  // A runner that stops a test sends off what is known of it at once: there is no time to wait for the runs in flight.
  const abort = () => {
    // What they have spent so far is in no measurement.
    tally.untold += [...instruments.inFlight.runs()].filter(({ calls }) => calls.length > 0).length
    instruments.inFlight.stopAll({ outcome: 'interrupted', message: 'the test was stopped' })
    finish()
  }
  setting.signal?.addEventListener('abort', abort)
  try {
    await runAll(course)
  } catch (error) {
    // Nothing can be told of the runs then, but the process has to be left as it was.
    if (result === undefined) instruments.close()
    throw error
  } finally {
    setting.signal?.removeEventListener('abort', abort)
    stopAsking?.()
  }
  return finish()
}

async function ensuredStreamUsage({ ensureStreamUsage: wanted }: ScenarioSetting): Promise<(() => void) | undefined> {
  if (wanted !== true) return undefined
  const { ensureStreamUsage } = await import('../capture/intercept/stream-usage.ts')
  return ensureStreamUsage()
}

interface Course {
  setting: ScenarioSetting
  tally: Tally
  samples: Samples
  instruments: Instruments
  traces: Traces
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
}

async function runAll(course: Course): Promise<void> {
  const { setting, samples, instruments } = course
  const { plan, clock } = setting
  try {
    course.stopped = stopReasonOf(course)
    if (plan.spendUsd !== undefined || setting.ledger.capUsd !== undefined)
      course.meter = startMeter(() => stopWhenSpent(course))
    const warm = await warmUp(course)
    const runSetting = settingOf(course, plan.load.concurrency === 1 && (warm === undefined || warm >= cpuWorthMs))
    course.originMs = clock.nowMs()
    course.loadStartedAt = new Date()
    const run = async (index: number, dueMs: number) => {
      const caseIndex = caseOfRun(plan, index)
      setting.onRun?.(index)
      const account = course.meter?.open()
      const measured = await measureRun(runSetting, caseAt(plan, caseIndex), index, account)
      // What ends after the result was given would only contradict it.
      if (measured.interrupted || setting.signal?.aborted) return
      tallyRun(course.tally, measured)
      account?.close()
      // Under a closed load nothing waits in a queue: a run is due when its set-up is done and its rate allows.
      keepRun(samples, measured, caseIndex, Math.max(dueMs, measured.startedMs), course.originMs)
      keepTrace(course.traces, measured, samples.length - 1, course.originMs)
      instruments.readHeap(samples.length)
      if (index === 0 && plan.warmup === 0) instruments.hearFrameworks()
      course.stopped ??= stopReasonOf(course)
    }
    const pause = setting.onPause === undefined ? undefined : () => setting.onPause?.(samples)
    await execute(plan.load, plan.totalRuns, { run, stopped: () => isStopped(course), pause }, clock)
  } catch (error) {
    if (!(error instanceof BenchAgentError)) throw error
    // The run that it broke was not measured, whatever it spent.
    course.tally.untold += 1
    course.mistake = error
  }
}

function stopReasonOf({ setting, samples, tally, meter }: Course): Check | undefined {
  return stopReason(setting.plan, samples, tally, setting.ledger, meter?.totalUsd() ?? 0)
}

/** Lets no further run start once the runs in flight, with what was spent before, have reached a cap. */
function stopWhenSpent(course: Course): void {
  const { setting, samples, tally, meter } = course
  course.stopped ??= overspent(setting.plan, samples, tally, setting.ledger, meter?.totalUsd() ?? 0)
}

/** Runs the warm-up; returns the mean latency of its runs in milliseconds, absent without one. */
async function warmUp(course: Course): Promise<number | undefined> {
  const { setting, tally } = course
  const { plan } = setting
  const runSetting = settingOf(course, false)
  let totalMs = 0
  for (let position = 0; position < plan.warmup && !isStopped(course); position++) {
    setting.onRun?.(position - plan.warmup)
    const account = course.meter?.open()
    const one = caseAt(plan, caseOfRun(plan, position))
    const measured = await measureRun(runSetting, one, position - plan.warmup, account)
    if (measured.interrupted) continue
    course.instruments.hearFrameworks()
    const latencyMs = measured.endedMs - measured.startedMs
    tally.coldStart ??= { latencyMs, outcome: measured.outcome }
    totalMs += latencyMs
    tallySpend(tally, measured)
    account?.close()
    course.stopped ??= stopReasonOf(course)
  }
  return plan.warmup === 0 ? undefined : totalMs / plan.warmup
}

function caseAt(plan: Plan, caseIndex: number): Case {
  const one = plan.cases[caseIndex]
  if (one === undefined) throw new Error(`no case at ${caseIndex}`)
  return one
}

function settingOf(course: Course, readsCpu: boolean): RunSetting {
  const { setting, instruments } = course
  const { plan, clock, agent, setup, teardown, check, prices } = setting
  return {
    clock,
    agent,
    setup,
    teardown,
    check,
    prices,
    limits: plan.limits,
    hookTimeoutMs: plan.hookTimeoutMs,
    graceMs,
    readCpuMs: readsCpu ? readCpuMs : undefined,
    inFlight: instruments.inFlight,
    onCallAfterEnd: () => {
      course.callsAfterEnd += 1
      course.stopped ??= unkeptCap(plan, setting.ledger)
    },
  }
}

function isStopped({ setting, stopped, mistake }: Course): boolean {
  return stopped !== undefined || mistake !== undefined || setting.signal?.aborted === true
}

function durationOf(samples: Samples): number {
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = 0
  for (let index = 0; index < samples.length; index++) {
    firstMs = Math.min(firstMs, samples.startedAtMs[index] ?? 0)
    lastMs = Math.max(lastMs, samples.endedAtMs[index] ?? 0)
  }
  return samples.length === 0 ? 0 : lastMs - firstMs
}

function conclude(course: Course, startedAt: Date): ScenarioResult {
  const { setting, samples, tally, mistake } = course
  const { pausedMs, late, ...readings } = course.instruments.close()
  markDegraded(samples, late, course.originMs)
  const { plan, about } = setting
  const { callsAfterEnd: afterEnd } = course
  const crossed = plan.load.concurrency > 1 && afterEnd > 0
  const foreign = { unscoped: course.instruments.callsOutside(), afterEnd, crossed }
  // What they cost is in no run.
  tally.untold += afterEnd
  if (foreign.crossed) forgetAttribution(course)
  const resources = { ...readings, durationMs: Math.max(0, durationOf(samples) - pausedMs) }
  const summary = summarize(samples, resources, plan.cases)
  const comparability: Comparability = {
    mode: setting.mode,
    model: about.model ?? [...tally.models].sort().join(', '),
    load: describeLoad(plan.load),
    cases: plan.caseHash,
  }
  const checks = [...stopChecks(course), ...behaviourChecks(tally)]
  const warnings = executionWarnings(plan, summary, tally, foreign, course.instruments.faults())
  const verdict = judge({ plan, samples, summary, comparability, checks, warnings }, setting)
  const { loadStartedAt, traces } = course
  const record = recordOf({
    setting,
    startedAt,
    loadStartedAt,
    traces: traces.kept,
    resources,
    summary,
    samples,
    tally,
    verdict,
    comparability,
    mistake,
  })
  const result = { record, samples, verdict, mistake }
  setting.onConcluded?.(result)
  return result
}

/** Whose model calls are whose is not known any more: what they told of single runs is unknown then, and not a guess. */
function forgetAttribution({ samples, tally, traces }: Course): void {
  forgetCalls(samples)
  traces.kept.length = 0
  tally.estimated = 0
  tally.unknownTokens = 0
}

/** What stopped the runs; nothing when those in flight were the last ones, so that every planned run was made all the same. */
function stopChecks({ stopped, mistake, samples, tally, setting }: Course): Check[] {
  if (mistake !== undefined) return [{ status: 'fail', code: 'mistake', subject: 'test', message: mistake.message }]
  if (stopped === undefined) return []
  const broken = tally.refused !== undefined || (stopped.code === 'spend' && stopped.status === 'fail')
  if (!broken && samples.length >= setting.plan.totalRuns) return []
  // Runs that were in flight then have ended since: what stopped the others is told with all of them.
  const now = stopReason(setting.plan, samples, tally, setting.ledger)
  return [now?.code === stopped.code ? now : stopped]
}
