import { judge } from '../compare/judge.ts'
import type { Check } from '../domain/check.ts'
import type { BenchAgentError } from '../domain/errors.ts'
import { forgetFoldedCalls } from '../domain/fold/fold.ts'
import { isOneAtATime } from '../domain/load/load.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { forgetCalls, runsMade, type Samples } from '../domain/sample.ts'
import type { Stop } from '../domain/stop.ts'
import { summarize } from '../domain/summary.ts'
import type { Verdict } from '../domain/verdict.ts'
import { adviceFor } from './advice.ts'
import { type Course, comparabilityOf, isAnswered, isStopped } from './course.ts'
import { markDegraded } from './instruments.ts'
import { behaviourChecks, executionWarnings } from './notes.ts'
import { recordOf } from './record.ts'
import { recordingUseOf, recordingWarnings } from './recording-use.ts'
import { stopReason } from './stopping.ts'
import { generatorOf } from './under-load.ts'

/** What came of an execution. */
export interface ScenarioResult {
  record: ExecutionRecord
  samples: Samples
  verdict: Verdict
  /** The user's mistake that ended it early; absent without one. What was measured before is in the record all the same. */
  mistake?: BenchAgentError | undefined
}

function durationOf({ firstStartMs, lastEndMs }: Course): number {
  return Math.max(0, lastEndMs - firstStartMs)
}

/** Ends the watching of `course`, summarizes its samples and judges them. */
export function conclude(course: Course, startedAt: Date): ScenarioResult {
  const { setting, samples, tally, mistake, confirmedFrom } = course
  const { pausedMs, late, blocked, ...readings } = course.instruments.close()
  markDegraded(samples, late, course.originMs)
  const { plan } = setting
  const { callsAfterEnd: afterEnd } = course
  const crossed = !isOneAtATime(plan.load) && afterEnd > 0
  const foreign = { unscoped: course.instruments.callsOutside(), afterEnd, crossed }
  // What they cost is in no run.
  tally.untold += afterEnd
  if (foreign.crossed) forgetAttribution(course)
  const { rssBytes: childPeakRssBytes, pssBytes: childPeakPssBytes } = course.belongings.processes.peaks()
  const resources = {
    ...readings,
    childPeakRssBytes,
    childPeakPssBytes,
    ...generatorOf(course),
    durationMs: Math.max(0, durationOf(course) - pausedMs - course.waitedMs),
  }
  const summary = summarize(samples, resources, plan.cases, course.fold)
  const comparability = comparabilityOf(course)
  const { needsRecording } = course
  const checks = [
    ...stopChecks(course),
    ...(needsRecording === undefined ? [] : [needsRecording]),
    ...behaviourChecks(tally),
  ]
  const warnings = [...executionWarnings(course, summary, foreign), ...recordingWarnings(course)]
  const stop = stopOf(course)
  const verdict = judge({ plan, samples, summary, comparability, confirmedFrom, stop, checks, warnings }, setting)
  const { loadStartedAt, traces, originMs } = course
  const advice = adviceFor({ plan, mode: setting.mode, samples, traces: traces.kept, late, blocked, originMs })
  const record = recordOf({
    setting,
    startedAt,
    loadStartedAt,
    traces: traces.kept,
    advice,
    resources,
    summary,
    samples,
    tally,
    verdict,
    comparability,
    mistake,
    confirmedFrom,
    stop,
    series: course.series?.finish(),
    faults: course.faults,
    connections: course.belongings.connections(),
    recordings: recordingUseOf(course),
    fold: course.fold,
  })
  const result = { record, samples, verdict, mistake }
  setting.onConcluded?.(result)
  return result
}

/** Where `course` ended by its answer, or by the last run without one; absent when something else ended it, or it makes every run. */
function stopOf(course: Course): Stop | undefined {
  const { answer, confirmedFrom, samples, setting } = course
  const isBrokenOff = isStopped(course) && !isAnswered(course) && confirmedFrom === undefined
  if (answer === undefined || isBrokenOff) return undefined
  return { runs: confirmedFrom ?? runsMade(samples), mostRuns: setting.plan.totalRuns ?? runsMade(samples), ...answer }
}

/** Whose model calls are whose is not known any more: what they told of single runs is unknown then, and not a guess. */
function forgetAttribution({ samples, tally, traces, fold }: Course): void {
  if (fold !== undefined) forgetFoldedCalls(fold)
  forgetCalls(samples)
  traces.kept.length = 0
  tally.estimated = 0
  tally.unknownTokens = 0
  tally.repeatedTools.clear()
}

/** What stopped the runs; nothing when those in flight were the last ones, so that every planned run was made all the same. */
function stopChecks({ stopped, mistake, samples, tally, setting }: Course): Check[] {
  if (mistake !== undefined) return [{ status: 'fail', code: 'mistake', subject: 'test', message: mistake.message }]
  if (stopped === undefined) return []
  const broken = tally.refused !== undefined || (stopped.code === 'spend' && stopped.status === 'fail')
  if (!broken && runsMade(samples) >= (setting.plan.totalRuns ?? Number.POSITIVE_INFINITY)) return []
  // Runs that were in flight then have ended since: what stopped the others is told with all of them.
  const now = stopReason(setting.plan, samples, tally, setting.ledger)
  return [now?.code === stopped.code ? now : stopped]
}
