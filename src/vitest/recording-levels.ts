import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedKind } from '../capture/cassette/recorded-kind.ts'
import { secretsInVariables } from '../capture/cassette/secrets.ts'
import { timeOfDayMs } from '../domain/clock.ts'
import { BenchAgentError } from '../domain/errors.ts'
import type { Recordings, ReplayOptions } from '../domain/recording.ts'
import type { RecordingLevel } from '../domain/recording-use.ts'
import type { Warning } from '../domain/verdict.ts'
import type { RecordingPlace } from '../history/recording-file.ts'
import { isRedisUrl, secretsInUrl } from '../history/recording-store/redis.ts'
import {
  type FoundRecordings,
  findRecordings,
  type SharedRecordings,
  storeRecordings,
} from '../history/recording-store.ts'
import { textOfNote } from './session-note.ts'
import type { WorkerSettings } from './settings.ts'

/** Where what machines share of recordings is told, for people who rather say it in an environment. */
export const recordingsVariable = 'BENCH_AGENT_RECORDINGS_URL'

/** What was recorded of a scenario, on the first of `levels` that has it. @throws BenchAgentError */
export function lookUpRecordings(
  place: RecordingPlace,
  { maxAgeMs: maxAge }: ReplayOptions,
  settings: WorkerSettings | undefined,
  levels?: readonly RecordingLevel[],
): Promise<FoundRecordings> {
  const shared = sharedRecordings(settings)
  return findRecordings(place, { maxAge, kindOf: recordedKind, nowMs: timeOfDayMs(), shared, levels })
}

/** Keeps what was recorded of a scenario on every level; resolves to what there is to warn of. @throws BenchAgentError */
export function keepOnLevels(
  place: RecordingPlace,
  recordings: Recordings,
  { maxAgeMs: maxAge }: ReplayOptions,
  settings: WorkerSettings | undefined,
): Promise<Warning[]> {
  return storeRecordings(place, recordings, { maxAge, shared: sharedRecordings(settings) })
}

/** Values that stand in no recording and in no message. */
export function secretsOf(settings: WorkerSettings | undefined): string[] {
  const url = urlOf(settings)
  return [...secretsInVariables(process.env), ...(url === undefined ? [] : secretsInUrl(url))]
}

/** The Redis by which machines share their recordings; absent without one. @throws BenchAgentError when what is said is none */
export function sharedRecordings(settings: WorkerSettings | undefined): SharedRecordings | undefined {
  const url = urlOf(settings)
  if (url === undefined) return undefined
  // A file of variables is read by the worker alone.
  if (!isRedisUrl(url))
    throw new BenchAgentError(
      'BENCH_AGENT_OPTIONS',
      `Expected ${recordingsVariable} to be the address of a Redis, such as redis://localhost:6379, got another text.`,
    )
  return { url, expiresAfterMs: settings?.recordings?.expiresAfterMs, away: awayNote(settings) }
}

function urlOf(settings: WorkerSettings | undefined): string | undefined {
  return process.env[recordingsVariable] || settings?.recordings?.url
}

let awayHere: string | undefined

// Who waited for it in vain tells the other files of the session, too.
function awayNote(settings: WorkerSettings | undefined): SharedRecordings['away'] {
  const path = settings && join(settings.sessionDirectory, 'recordings-away')
  return {
    reason: () => (path === undefined ? awayHere : textOfNote(path)),
    note: (reason) => {
      awayHere = reason
      if (path !== undefined) appendFileSync(path, reason)
    },
  }
}
