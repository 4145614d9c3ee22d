import { isOpen } from '../domain/load/load.ts'
import { caseOfRun } from '../domain/plan.ts'
import { runsMade } from '../domain/sample.ts'
import { measureRun } from '../measure/run.ts'
import type { RunSetting } from '../measure/setting.ts'
import { record } from '../stats/log-histogram.ts'
import { certainFailure } from './clear.ts'
import { type Course, caseAt, stopReasonOf } from './course.ts'
import { type Keeping, keepOrFold } from './keep.ts'
import type { RunLoop } from './load/run-loop.ts'
import { tallyRun } from './tally.ts'
import { keepTrace } from './traces.ts'
import { isGeneratorLate, noteInSeries } from './under-load.ts'
import { isUnrecorded } from './under-replay.ts'

// What we keep of each run must not look like the agent's leak, which the second half of the cycles tells.
const detailedShareOfCycles = 1 / 4

/** Makes runs of `course`, each as `runSetting` says, and keeps what they came to. */
export function runOf(course: Course, runSetting: RunSetting): RunLoop['run'] {
  const { setting, samples } = course
  const { plan, clock } = setting
  const detailed =
    setting.cycle === undefined ? Number.POSITIVE_INFINITY : (plan.totalRuns ?? 0) * detailedShareOfCycles
  const keeping: Keeping = { samples, cases: plan.cases }
  return async (index, dueMs) => {
    const caseIndex = caseOfRun(plan, index)
    setting.onRun?.(index)
    const lagMs = isOpen(plan.load) ? clock.nowMs() - dueMs : 0
    const account = course.meter?.open()
    const measured = await measureRun(runSetting, caseAt(plan, caseIndex), index, account)
    // What ends after the result was given would only contradict it.
    if (measured.interrupted || setting.signal?.aborted) return
    // What was never recorded says nothing of the agent.
    if (isUnrecorded(course, index)) return
    course.recorder?.keep(index, measured.outcome)
    tallyRun(course.tally, measured)
    setting.ledger.onSpent?.(course.tally.spentUsd)
    account?.close()
    const keepsDetails = samples.length < detailed
    course.firstStartMs = Math.min(course.firstStartMs, measured.startedMs - course.originMs)
    course.lastEndMs = Math.max(course.lastEndMs, measured.endedMs - course.originMs)
    if (course.lags !== undefined) record(course.lags, Math.max(0, lagMs))
    // A run is due when its set-up is done; under an open load as much earlier as it was called too late.
    const dueAtMs = measured.startedMs - lagMs
    keepOrFold(keeping, [measured, caseIndex, dueAtMs, course.originMs, keepsDetails], (kept, at) => {
      if (isGeneratorLate(kept, at, lagMs)) kept.degraded[at] = 1
      noteInSeries(course, kept, at)
      if (kept === samples) course.runIndexes?.push(index)
      if (keepsDetails && kept === samples) keepTrace(course.traces, measured, at, course.originMs)
    })
    course.fold = keeping.fold
    noteProgress(course, index)
  }
}

function noteProgress(course: Course, index: number): void {
  const { setting, samples, instruments } = course
  instruments.readHeap(runsMade(samples))
  if (index === 0 && setting.plan.warmup === 0) instruments.hearFrameworks()
  course.stopped ??= stopReasonOf(course)
  course.enough ||= setting.isEnough?.(samples) ?? false
  // What matchers will ask for is not known yet.
  if (course.answer?.answer === 'open' && !setting.deferred)
    course.answer = certainFailure(setting.plan, samples) ?? course.answer
}
