import type { CallSink } from '../capture/attribution.ts'
import type { Tape } from '../capture/cassette/tape.ts'
import { caseOfRun } from '../domain/plan.ts'
import { paceFactor, type RecordedRequest, recordingOf } from '../domain/recording.ts'
import { type Course, caseAt } from './course.ts'
import type { Miss } from './recorded-calls.ts'

/** `work`, whose model calls are answered with what was recorded, where the setting says so. */
export async function underReplay(course: Course, work: () => Promise<void>): Promise<void> {
  const { replay, plan } = course.setting
  if (replay === undefined) return work()
  const [{ replayCalls }, { tapeOf }] = await Promise.all([
    import('../capture/cassette/replay.ts'),
    import('../capture/cassette/tape.ts'),
  ])
  const { recordings, pace, secrets, redact } = replay
  const misses: Miss[] = []
  const tapes = new Map<number, Tape>()
  // A warm-up goes round the cases as the measured runs do.
  const positionOf = (index: number): number => (index < 0 ? index + plan.warmup : index)
  const nameOf = ({ index = 0 }: CallSink): string => caseAt(plan, caseOfRun(plan, positionOf(index))).name
  const tapeFor = (owner: CallSink): Tape | undefined => {
    const { index, execution } = owner
    if (index === undefined || execution !== course.instruments.inFlight) return undefined
    const name = nameOf(owner)
    const own = recordings && recordingOf(recordings, name, Math.floor(positionOf(index) / plan.cases.length))
    const tape = tapes.get(index) ?? counted(tapeOf(own ?? [], recordings?.cases.get(name) ?? []))
    tapes.set(index, tape)
    return tape
  }
  let answered = 0
  const counted = ({ take }: Tape): Tape => ({
    take: (asked) => {
      const found = take(asked)
      if (found !== undefined) answered += 1
      return found
    },
  })
  const onMiss = (owner: CallSink, asked: RecordedRequest): void => {
    misses.push({ index: owner.index ?? 0, caseName: nameOf(owner), asked })
    if (replay.stopsAtMiss === true) course.enough = true
  }
  const replayed = await replayCalls({ tapeFor, onMiss, factor: paceFactor(pace), secrets, redact })
  course.replayed = { calls: 0, answered: 0, past: 0, misses }
  try {
    await work()
  } finally {
    course.replayed = { calls: replayed.calls(), answered, past: replayed.past(), misses }
    await replayed.stop()
    if (misses.length > 0) {
      const { needsRecording } = await import('./needs-recording.ts')
      course.needsRecording = await needsRecording(course.setting, replay, misses)
    }
  }
}

/** Whether run `index` asked what was never recorded, so that it says nothing. */
export function isUnrecorded({ replayed }: Course, index: number): boolean {
  return replayed?.misses.some((miss) => miss.index === index) ?? false
}
