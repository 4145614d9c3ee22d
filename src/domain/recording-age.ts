import {
  type MaxAge,
  type RecordedCall,
  type RecordedKind,
  type RecordedRequest,
  type Recordings,
  recordedKinds,
} from './recording.ts'

/** A recorded call that is too old to be replayed. */
export interface ExpiredCall {
  request: RecordedRequest
  kind: RecordedKind
  ageMs: number
  maxAgeMs: number
}

/** Recordings without those of their calls that are too old. */
export interface Aged {
  recordings: Recordings
  expired: ExpiredCall[]
}

/** How old a call of `kind` may be, in milliseconds; absent without an end. */
export function maxAgeOf(maxAge: MaxAge | undefined, kind: RecordedKind): number | undefined {
  return typeof maxAge === 'number' ? maxAge : maxAge?.[kind]
}

/** How long recordings may serve at all, in milliseconds; absent when a kind of them does so without an end. */
export function longestAgeMs(maxAge: MaxAge | undefined): number | undefined {
  const ages = recordedKinds.map((kind) => maxAgeOf(maxAge, kind))
  return ages.includes(undefined) ? undefined : Math.max(...ages.map((age = 0) => age))
}

/** `recordings` as they are at `nowMs` since 1970, without the calls that are older than `maxAge` lets them be. */
export function withoutExpired(
  recordings: Recordings,
  maxAge: MaxAge | undefined,
  nowMs: number,
  kindOf: (request: RecordedRequest) => RecordedKind,
): Aged {
  const expired: ExpiredCall[] = []
  if (maxAge === undefined) return { recordings, expired }
  const isFresh = ({ request, recordedAt = recordings.recordedAt }: RecordedCall): boolean => {
    const kind = kindOf(request)
    const maxAgeMs = maxAgeOf(maxAge, kind)
    // The clock of another machine may be ahead.
    const ageMs = Math.max(0, nowMs - Date.parse(recordedAt))
    if (maxAgeMs === undefined || ageMs <= maxAgeMs) return true
    expired.push({ request, kind, ageMs, maxAgeMs })
    return false
  }
  const cases = new Map([...recordings.cases].map(([name, runs]) => [name, runs.map((run) => run.filter(isFresh))]))
  return expired.length === 0 ? { recordings, expired } : { recordings: { ...recordings, cases }, expired }
}

const dayMs = 86_400_000
const hourMs = 3_600_000
const minuteMs = 60_000

/** An age in words: `40 days`. */
export function describeAge(ageMs: number): string {
  const [unitMs, unit] =
    ageMs >= 2 * dayMs ? [dayMs, 'days'] : ageMs >= 2 * hourMs ? [hourMs, 'hours'] : [minuteMs, 'min']
  if (ageMs < 2 * minuteMs) return `${Math.floor(ageMs / 1_000)} s`
  return `${Math.floor(ageMs / unitMs)} ${unit}`
}
