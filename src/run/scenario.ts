import { sleep } from '../domain/clock.ts'
import { BenchAgentError } from '../domain/errors.ts'
import type { Arrival } from '../domain/load/arrival.ts'
import { isEndedByTime, isOneAtATime, isOpen } from '../domain/load/load.ts'
import { caseOfRun } from '../domain/plan.ts'
import { createSamples, mostRows, runsMade } from '../domain/sample.ts'
import { takeSeries } from '../domain/time-series.ts'
import { startMeter } from '../measure/meter.ts'
import { measureRun } from '../measure/run.ts'
import { logHistogram, record } from '../stats/log-histogram.ts'
import { answerAfter, certainFailure, unanswered } from './clear.ts'
import { conclude, type ScenarioResult } from './conclude.ts'
import { runsToConfirm } from './confirm.ts'
import {
  type Course,
  caseAt,
  comparabilityOf,
  isAnswered,
  isStopped,
  settingOf,
  stopReasonOf,
  stopWhenSpent,
} from './course.ts'
import { startInstruments } from './instruments.ts'
import { type Keeping, keepOrFold } from './keep.ts'
import { execute } from './load/execute.ts'
import { lookingBefore } from './load/looks.ts'
import { precisePaceOf } from './load/pace.ts'
import type { RunLoop } from './load/run-loop.ts'
import { takesTurns } from './load/turn.ts'
import type { ScenarioSetting } from './setting.ts'
import { emptyTally, tallyRun, tallySpend } from './tally.ts'
import { emptyTraces, keepTrace } from './traces.ts'
import { readyFaults, underFaults } from './under-faults.ts'
import { countedIn, cutRunsInFlight, isGeneratorLate, isSeriesKept, noteInSeries } from './under-load.ts'

// What we keep of each run must not look like the agent's leak, which the second half of the cycles tells.
const detailedShareOfCycles = 1 / 4

// Of a load that time ends.
const unknownRuns = 1_024

// Below this, reading the CPU clock twice would be a good part of what it measures.
const cpuWorthMs = 1

/** Runs a scenario as planned, summarizes its samples and judges them. */
export async function runScenario(setting: ScenarioSetting): Promise<ScenarioResult> {
  const { plan, clock } = setting
  const startedAt = new Date()
  const stopAsking = await ensuredStreamUsage(setting)
  const tally = emptyTally()
  const samples = createSamples(Math.min(plan.totalRuns ?? unknownRuns, mostRows))
  const series = isSeriesKept(plan.load) ? takeSeries() : undefined
  const onResidentSet = (bytes: number) => series?.addResidentSet(clock.nowMs() - course.originMs, bytes)
  const onCount = countedIn(series, () => clock.nowMs() - course.originMs, setting.onCount)
  const instruments = startInstruments(plan, clock, setting.from ?? process.cwd(), onCount, onResidentSet)
  const course: Course = {
    setting,
    tally,
    samples,
    instruments,
    traces: emptyTraces(),
    callsAfterEnd: 0,
    originMs: Number.POSITIVE_INFINITY,
    loadStartedAt: undefined,
    meter: undefined,
    stopped: undefined,
    mistake: undefined,
    answer: plan.looks === undefined || takesTurns() ? undefined : unanswered,
    confirmedFrom: undefined,
    enough: false,
    firstStartMs: Number.POSITIVE_INFINITY,
    lastEndMs: 0,
    lags: isOpen(plan.load) ? logHistogram() : undefined,
    waitedMs: 0,
    dropped: 0,
    series,
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

async function runAll(course: Course): Promise<void> {
  const { setting, samples, instruments } = course
  const { plan, clock } = setting
  try {
    course.stopped = stopReasonOf(course)
    if (plan.spendUsd !== undefined || setting.ledger.capUsd !== undefined)
      course.meter = startMeter(() => stopWhenSpent(course))
    const warm = await warmUp(course)
    const runSetting = settingOf(course, isOneAtATime(plan.load) && (warm === undefined || warm >= cpuWorthMs))
    const pace = await precisePaceOf(plan.load, clock)
    await readyFaults(course)
    if (setting.startsAtMs !== undefined) await untilWallTime(setting.startsAtMs, course)
    course.originMs = clock.nowMs()
    course.loadStartedAt = new Date()
    const detailed =
      setting.cycle === undefined ? Number.POSITIVE_INFINITY : (plan.totalRuns ?? 0) * detailedShareOfCycles
    const keeping: Keeping = { samples, cases: plan.cases }
    const run = async (index: number, dueMs: number) => {
      const caseIndex = caseOfRun(plan, index)
      setting.onRun?.(index)
      const lagMs = isOpen(plan.load) ? clock.nowMs() - dueMs : 0
      const account = course.meter?.open()
      const measured = await measureRun(runSetting, caseAt(plan, caseIndex), index, account)
      // What ends after the result was given would only contradict it.
      if (measured.interrupted || setting.signal?.aborted) return
      tallyRun(course.tally, measured)
      account?.close()
      // A run is due when its set-up is done; under an open load as much earlier as it was called too late.
      const keepsDetails = samples.length < detailed
      course.firstStartMs = Math.min(course.firstStartMs, measured.startedMs - course.originMs)
      course.lastEndMs = Math.max(course.lastEndMs, measured.endedMs - course.originMs)
      if (course.lags !== undefined) record(course.lags, Math.max(0, lagMs))
      const dueAtMs = measured.startedMs - lagMs
      keepOrFold(keeping, [measured, caseIndex, dueAtMs, course.originMs, keepsDetails], (kept, at) => {
        if (isGeneratorLate(kept, at, lagMs)) kept.degraded[at] = 1
        noteInSeries(course, kept, at)
        if (keepsDetails && kept === samples) keepTrace(course.traces, measured, at, course.originMs)
      })
      course.fold = keeping.fold
      instruments.readHeap(runsMade(samples))
      if (index === 0 && plan.warmup === 0) instruments.hearFrameworks()
      course.stopped ??= stopReasonOf(course)
      course.enough ||= setting.isEnough?.(samples) ?? false
      // What matchers will ask for is not known yet.
      if (course.answer?.answer === 'open' && !setting.deferred)
        course.answer = certainFailure(plan, samples) ?? course.answer
    }
    const pause = setting.onPause === undefined ? undefined : () => setting.onPause?.(samples)
    const dropped = ({ dueMs }: Arrival) => {
      course.dropped += 1
      course.series?.addDrop(dueMs)
    }
    const cut = () => cutRunsInFlight(course)
    const waited = (ms: number) => {
      course.waitedMs += ms
    }
    const loop = {
      run,
      stopped: () => course.enough || isStopped(course) || isAnswered(course),
      dropped,
      cut,
      waited,
      pause,
    }
    const runs = isEndedByTime(plan.load) ? undefined : plan.totalRuns
    await underFaults(course, () =>
      execute(plan.load, { runs, pace }, inCycles(course, withLooks(course, loop)), clock),
    )
    // A cycle that was cut short has fewer runs than those before it.
    if (runsMade(samples) === plan.totalRuns) setting.cycle?.onEnd()
    // A broken threshold needs no confirmation: it is judged by what was measured.
    if (isStopped(course) || course.answer?.answer === 'broken') return
    // So many runs decide by themselves.
    if (course.fold !== undefined) return
    const made = samples.length
    const fresh = runsToConfirm(plan, samples, comparabilityOf(course), setting.baseline)
    if (fresh === 0) return
    course.confirmedFrom = made
    const confirm = (index: number, dueMs: number) => run(made + index, dueMs)
    const again = { runs: fresh, pace: await precisePaceOf(plan.load, clock) }
    const confirming = { run: confirm, stopped: () => isStopped(course), cut, pause }
    await underFaults(course, () => execute(plan.load, again, confirming, clock))
  } catch (error) {
    if (!(error instanceof BenchAgentError)) throw error
    // The run that it broke was not measured, whatever it spent.
    course.tally.untold += 1
    course.mistake = error
  }
}

/** `loop`, which looks whether the answer is clear where the plan says so. */
function withLooks(course: Course, loop: RunLoop): RunLoop {
  const { setting, samples } = course
  const { looks = [], cases } = setting.plan
  if (course.answer === undefined) return loop
  const look = (index: number) => {
    course.answer = answerAfter(index / cases.length, setting, samples, comparabilityOf(course))
  }
  return lookingBefore(new Set(looks.map((rounds) => rounds * cases.length)), look, loop)
}

// Machines that make one load together agree on an instant, by the time of day.
async function untilWallTime(atMs: number, course: Course): Promise<void> {
  const { clock } = course.setting
  while (Date.now() < atMs && !isStopped(course)) await sleep(clock, Math.min(atMs - Date.now(), longestWaitMs))
}

const longestWaitMs = 100

/** `loop`, which lets every cycle come to its end before the next. */
function inCycles({ setting, instruments }: Course, loop: RunLoop): RunLoop {
  const { cycle, plan } = setting
  if (cycle === undefined) return loop
  const ends = Array.from(
    { length: Math.ceil((plan.totalRuns ?? 0) / cycle.runs) - 1 },
    (_, at) => (at + 1) * cycle.runs,
  )
  // Our own pause is no delay of the agent's.
  return lookingBefore(new Set(ends), () => instruments.without(cycle.onEnd), loop)
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
