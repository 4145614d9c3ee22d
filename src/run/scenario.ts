import { sleep, timeOfDayMs } from '../domain/clock.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { isEndedByTime, isOneAtATime, isOpen } from '../domain/load/load.ts'
import { caseOfRun } from '../domain/plan.ts'
import type { ProfilePlan } from '../domain/profile/profile.ts'
import { createSamples, mostRows, runsMade } from '../domain/sample.ts'
import { takeSeries } from '../domain/time-series.ts'
import { belongings } from '../measure/belongings.ts'
import { startMeter } from '../measure/meter.ts'
import { measureRun } from '../measure/run.ts'
import { logHistogram } from '../stats/log-histogram.ts'
import { answerAfter, unanswered } from './clear.ts'
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
import { recorderOf } from './keep-recordings.ts'
import { execute } from './load/execute.ts'
import { lookingBefore } from './load/looks.ts'
import { precisePaceOf } from './load/pace.ts'
import type { RunLoop } from './load/run-loop.ts'
import { takesTurns } from './load/turn.ts'
import { runOf } from './one-run.ts'
import type { ScenarioSetting } from './setting.ts'
import { slowRunsOf } from './slow-runs.ts'
import { emptyTally, tallySpend } from './tally.ts'
import { emptyTraces } from './traces.ts'
import { readyFaults, underFaults } from './under-faults.ts'
import { countedIn, cutRunsInFlight, isSeriesKept } from './under-load.ts'
import { underReplay } from './under-replay.ts'

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
  samples.replayed = setting.mode === 'replay'
  const series = isSeriesKept(plan.load) ? takeSeries() : undefined
  const onResidentSet = (bytes: number) => series?.addResidentSet(clock.nowMs() - course.originMs, bytes)
  const onCount = countedIn(series, () => clock.nowMs() - course.originMs, setting.onCount)
  const instruments = startInstruments(plan, clock, setting.from ?? process.cwd(), onCount, onResidentSet)
  const course: Course = {
    setting,
    tally,
    samples,
    instruments,
    belongings: setting.belongings ?? belongings(),
    traces: emptyTraces(),
    runIndexes: plan.profile === undefined ? undefined : [],
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
    course.recorder = await recorderOf(course, startedAt)
    await underReplay(course, () => runAll(course))
    await keepRecordings(course)
    if (plan.profile !== undefined) await profileSlow(course, finish(), plan.profile)
  } catch (error) {
    // Nothing can be told of the runs then, but the process has to be left as it was.
    if (result === undefined) instruments.close()
    throw error
  } finally {
    setting.signal?.removeEventListener('abort', abort)
    stopAsking?.()
    if (setting.belongings === undefined) await course.belongings.close()
  }
  return finish()
}

/** Hands over what was recorded, unless something broke the execution off. */
async function keepRecordings(course: Course): Promise<void> {
  const { setting, recorder } = course
  if (recorder === undefined || isStopped(course)) return
  try {
    const recordings = await recorder.recordings()
    await setting.record?.onRecorded(recordings)
    course.kept = { calls: [...recordings.cases.values()].flat(2).length, warnings: setting.record?.warnings?.() ?? [] }
  } catch (error) {
    if (!(error instanceof BenchAgentError)) throw error
    // The runs were made, and paid, all the same.
    course.mistake = error
  }
}

async function profileSlow(course: Course, { record }: ScenarioResult, plan: ProfilePlan): Promise<void> {
  const slow = isStopped(course) ? [] : slowRunsOf(course.samples, plan)
  if (slow.length === 0) return
  const { profileSlowRuns } = await import('./profile-slow-runs.ts')
  await profileSlowRuns(course, slow, record)
}

async function ensuredStreamUsage({ ensureStreamUsage: wanted }: ScenarioSetting): Promise<(() => void) | undefined> {
  if (wanted !== true) return undefined
  const { ensureStreamUsage } = await import('../capture/intercept/stream-usage.ts')
  return ensureStreamUsage()
}

async function runAll(course: Course): Promise<void> {
  const { setting, samples } = course
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
    const loop = loopOf(course, runOf(course, runSetting))
    const runs = isEndedByTime(plan.load) ? undefined : plan.totalRuns
    await underFaults(course, () =>
      execute(plan.load, { runs, pace }, inCycles(course, withLooks(course, loop)), clock),
    )
    // A cycle that was cut short has fewer runs than those before it.
    if (runsMade(samples) === plan.totalRuns) setting.cycle?.onEnd()
    await confirmRuns(course, loop)
  } catch (error) {
    if (!(error instanceof BenchAgentError)) throw error
    // The run that it broke was not measured, whatever it spent.
    course.tally.untold += 1
    course.mistake = error
  }
}

function loopOf(course: Course, run: RunLoop['run']): RunLoop {
  const { setting, samples } = course
  return {
    run,
    stopped: () => course.enough || isStopped(course) || isAnswered(course),
    dropped: ({ dueMs }) => {
      course.dropped += 1
      course.series?.addDrop(dueMs)
    },
    cut: () => cutRunsInFlight(course),
    atRest: (wait) => restOf(course, wait),
    pause: setting.onPause === undefined ? undefined : () => setting.onPause?.(samples),
  }
}

/** Makes the runs that confirm what those so far seem to show, where any have to. */
async function confirmRuns(course: Course, { run, cut, atRest, pause }: RunLoop): Promise<void> {
  const { setting, samples } = course
  const { plan, clock } = setting
  // A broken threshold needs no confirmation: it is judged by what was measured. So many runs as are folded decide by themselves.
  if (isStopped(course) || course.answer?.answer === 'broken' || course.fold !== undefined) return
  const made = samples.length
  const runs = runsToConfirm(plan, samples, comparabilityOf(course), setting.baseline)
  if (runs === 0) return
  course.confirmedFrom = made
  const again = (index: number, dueMs: number) => run(made + index, dueMs)
  const loop = { run: again, stopped: () => isStopped(course), cut, atRest, pause }
  const pace = await precisePaceOf(plan.load, clock)
  await underFaults(course, () => execute(plan.load, { runs, pace }, loop, clock))
}

/** What `wait` comes to, in whose time others are at work: neither it nor what they do to the event loop is of `course`. */
async function restOf(course: Course, wait: () => Promise<boolean>): Promise<boolean> {
  const { nowMs } = course.setting.clock
  const sinceMs = nowMs()
  const goes = await course.instruments.atRest(wait)
  // Before the first run there is nothing that it could be taken for.
  if (course.firstStartMs < Number.POSITIVE_INFINITY) course.waitedMs += nowMs() - sinceMs
  // Others may have spent what was left meanwhile.
  course.stopped ??= stopReasonOf(course)
  return goes
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
  for (let leftMs = atMs - timeOfDayMs(); leftMs > 0 && !isStopped(course); leftMs = atMs - timeOfDayMs())
    await sleep(clock, Math.min(leftMs, longestWaitMs))
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
    setting.ledger.onSpent?.(tally.spentUsd)
    account?.close()
    course.stopped ??= stopReasonOf(course)
  }
  return plan.warmup === 0 ? undefined : totalMs / plan.warmup
}
