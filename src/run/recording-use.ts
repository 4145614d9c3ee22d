import type { RecordingUse } from '../domain/recording-use.ts'
import type { Warning } from '../domain/verdict.ts'
import type { Course } from './course.ts'

type Recorded = Pick<Course, 'kept' | 'replayed'> & { setting: Pick<Course['setting'], 'replay'> }

/** What recordings did for an execution; absent where models were called and nothing was kept. */
export function recordingUseOf({ setting: { replay }, replayed, kept }: Recorded): RecordingUse | undefined {
  if (replayed === undefined && kept === undefined) return undefined
  const { level, missedIn = [], expired = [] } = replay?.found ?? {}
  return {
    from: level,
    missedIn: [...missedIn],
    answered: replayed?.answered ?? 0,
    missing: replayed?.misses.length ?? 0,
    expired: expired.length,
    recorded: kept?.calls ?? 0,
  }
}

/** What there is to know of where recordings lie. */
export function recordingWarnings({ setting: { replay }, kept }: Recorded): Warning[] {
  return [...(replay?.found?.warnings ?? []), ...(kept?.warnings ?? [])]
}
