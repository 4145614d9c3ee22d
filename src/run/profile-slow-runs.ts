import type { Clock } from '../domain/clock.ts'
import { messageOf } from '../domain/errors.ts'
import type { CpuProfile } from '../domain/profile/cpu-profile.ts'
import type { SlowRunProfile } from '../domain/profile/profile.ts'
import { intervalUsFor, profiledTimeOf, recordedForMs, withSources } from '../domain/profile/profiled-time.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { RunMeasurement } from '../measure/measurement.ts'
import { openProfiler, type Profiler } from '../measure/profile.ts'
import { measureRun } from '../measure/run.ts'
import type { RunSetting } from '../measure/setting.ts'
import { originIn, sourceFrames } from '../measure/source-frame.ts'
import { type Course, caseAt, settingOf } from './course.ts'
import { startInstruments } from './instruments.ts'
import { takesTurns } from './load/turn.ts'
import type { SlowRun } from './slow-runs.ts'
import { tallySpend } from './tally.ts'
import { underFaults } from './under-faults.ts'
import { underReplay } from './under-replay.ts'

/**
 * Makes runs of the concluded `course` that were `slow` again under a CPU profiler, and tells `record` what came of it. Whatever goes
 * wrong is told there, too: what was measured stands without them.
 */
export async function profileSlowRuns(
  concluded: Course,
  slow: readonly SlowRun[],
  record: ExecutionRecord,
): Promise<void> {
  const { setting, tally } = concluded
  const { plan, clock } = setting
  const instruments = startInstruments(plan, clock, setting.from ?? process.cwd(), setting.onCount)
  // Nobody records what is made once more.
  const course: Course = { ...concluded, instruments, recorder: undefined }
  const abort = () => instruments.inFlight.stopAll({ outcome: 'interrupted', message: 'the test was stopped' })
  setting.signal?.addEventListener('abort', abort)
  const profiles: SlowRunProfile[] = []
  record.profiles = profiles
  try {
    await underReplay(course, () =>
      underFaults(course, async () => {
        for (const one of slow) profiles.push(await profileAgain(course, one, profiles.length + 1))
      }),
    )
  } finally {
    setting.signal?.removeEventListener('abort', abort)
    instruments.close()
    record.spentUsd = tally.unknownCosts + tally.untold > 0 ? undefined : tally.spentUsd
  }
}

async function profileAgain(
  course: Course,
  { index, latencyMs, beside }: SlowRun,
  rank: number,
): Promise<SlowRunProfile> {
  const { setting, samples } = course
  const caseIndex = samples.caseIndex[index] ?? 0
  const told: SlowRunProfile = { index, caseIndex, latencyMs }
  const reason = setting.profiles?.refusal ?? whyNot(course)
  if (reason !== undefined) return { ...told, problem: reason }
  const intervalUs = intervalUsFor(latencyMs, setting.plan.limits.latencyMs)
  const recording = recordingOf(intervalUs, setting.clock, recordedForMs(latencyMs))
  try {
    if (recording.problem !== undefined) return { ...told, problem: recording.problem }
    const others = beside.map((other) => repeat(course, other, settingOf(course, false)))
    const again = repeat(course, index, { ...settingOf(course, false), ...recording.around })
    await Promise.allSettled([again, ...others])
    const measured = await again
    if (measured.interrupted)
      return { ...told, problem: 'Not profiled, for the test was stopped while it was made again.' }
    return {
      ...told,
      profiledMs: measured.endedMs - measured.startedMs,
      outcome: measured.outcome,
      atOnce: beside.length === 0 ? undefined : beside.length + 1,
      modelMs: measured.values.modelMs,
      toolMs: measured.values.toolMs,
      waitingMs: measured.values.waitingMs,
      ...(await conclude(recording.profile(), intervalUs, rank, setting.profiles)),
    }
  } catch (error) {
    // A hook that failed, whose mistake would have ended the measured runs.
    return { ...told, problem: `Not profiled: ${messageOf(error)}` }
  } finally {
    recording.close()
  }
}

/** Makes the run at `position` of the samples again. */
async function repeat(course: Course, position: number, setting: RunSetting): Promise<RunMeasurement> {
  const { samples, tally } = course
  const { plan, onRun } = course.setting
  const index = course.runIndexes?.[position] ?? position
  onRun?.(index)
  const measured = await measureRun(setting, caseAt(plan, samples.caseIndex[position] ?? 0), index)
  tallySpend(tally, measured)
  return measured
}

/** Why no further run may be made; absent when one may. */
function whyNot({ setting: { plan, ledger, signal }, tally }: Course): string | undefined {
  if (takesTurns()) return 'Not made again, for what takes turns with its scenario is still at work.'
  if (signal?.aborted === true) return 'Not made again, for the test was stopped.'
  if (tally.refused !== undefined) return 'Not made again, for the provider refused the one before.'
  const left = [
    plan.spendUsd === undefined ? Number.POSITIVE_INFINITY : plan.spendUsd - tally.spentUsd,
    ledger.capUsd === undefined ? Number.POSITIVE_INFINITY : ledger.capUsd - ledger.spentBeforeUsd - tally.spentUsd,
  ]
  const leftUsd = Math.min(...left)
  if (leftUsd === Number.POSITIVE_INFINITY) return undefined
  if (tally.unknownCosts > 0)
    return 'Not made again, for it is not known what runs cost, and the cap on spending would not be kept.'
  return leftUsd > 0 ? undefined : 'Not made again, for the cap on spending is reached.'
}

interface Recording {
  /** Why nothing can be recorded; absent when it can. */
  problem: string | undefined
  /** What starts and ends it around a run. */
  around: Pick<RunSetting, 'beforeAgent' | 'afterAgent'>
  /** What was recorded; or why it was not. */
  profile: () => CpuProfile | string
  close: () => void
}

function recordingOf(intervalUs: number, clock: Clock, mostMs: number): Recording {
  let profiler: Profiler | undefined
  let profile: CpuProfile | undefined
  let problem: string | undefined
  const trying = (work: () => void) => {
    try {
      work()
    } catch (error) {
      problem ??= `Not profiled: ${messageOf(error)}.`
    }
  }
  trying(() => {
    profiler = openProfiler(intervalUs)
  })
  let cancel: (() => void) | undefined
  const stop = () => {
    cancel?.()
    // Once only: by its time, or by the end of its run.
    cancel = undefined
    if (profile === undefined)
      trying(() => {
        profile = profiler?.stop()
      })
  }
  return {
    problem,
    around: {
      beforeAgent: () => {
        trying(() => profiler?.start())
        cancel = clock.after(mostMs, stop)
      },
      afterAgent: stop,
    },
    profile: () => profile ?? problem ?? 'Not profiled, for it was over before it began.',
    close: () => profiler?.close(),
  }
}

async function conclude(
  recorded: CpuProfile | string,
  intervalUs: number,
  rank: number,
  { root = process.cwd(), keep }: NonNullable<Course['setting']['profiles']> = {},
): Promise<Pick<SlowRunProfile, 'time' | 'file' | 'problem'>> {
  if (typeof recorded === 'string') return { problem: recorded }
  const profile = withSources(recorded, sourceFrames())
  const time = profiledTimeOf(profile, intervalUs, originIn(root))
  try {
    return { time, ...(await keep?.(profile, rank)) }
  } catch (error) {
    // A disk that is full or may not be written.
    return { time, problem: `Its file was not kept: ${messageOf(error)}` }
  }
}
