import { statSync } from 'node:fs'
import { BenchAgentError, messageOf } from '../domain/errors.ts'
import type { MaxAge, RecordedKind, RecordedRequest, Recordings } from '../domain/recording.ts'
import { type Aged, type ExpiredCall, longestAgeMs, withoutExpired } from '../domain/recording-age.ts'
import { type RecordingLevel, recordingLevels } from '../domain/recording-use.ts'
import type { Warning } from '../domain/verdict.ts'
import {
  parseRecordings,
  type RecordingPlace,
  readRecordings,
  recordingPath,
  recordingsText,
  scenarioName,
  writeRecordings,
} from './recording-file.ts'
import { memoryOf } from './recording-store/memory.ts'
import { RedisAway, readFromRedis, toldUrl, writeToRedis } from './recording-store/redis.ts'
import { sharedKey } from './recording-store/shared-key.ts'

/** How long a Redis keeps recordings, in milliseconds, where nobody says how old they may be: 30 days. */
export const redisKeepsMs = 30 * 86_400_000

/** A Redis that machines share their recordings by. */
export interface SharedRecordings {
  /** `redis://…` or `rediss://…`. */
  url: string
  /** @default as long as recordings may be old, else 30 days */
  expiresAfterMs?: number | undefined
  /** How long it may take to answer, in milliseconds. @default 2000 */
  patienceMs?: number | undefined
  /** Why it is not asked any more, and takes note of that; who is away is not waited for again and again. */
  away?: { reason: () => string | undefined; note: (reason: string) => void } | undefined
}

/** What may be replayed. */
export interface Asking {
  maxAge?: MaxAge | undefined
  kindOf: (request: RecordedRequest) => RecordedKind
  /** In milliseconds since 1970. */
  nowMs: number
  /** Absent where nothing is shared. */
  shared?: SharedRecordings | undefined
  /** The levels that are asked. @default all */
  levels?: readonly RecordingLevel[] | undefined
}

/** What came of looking for recordings. */
export interface FoundRecordings {
  /** Without what is too old; absent when no level had any. */
  recordings?: Recordings | undefined
  /** With it. */
  recorded?: Recordings | undefined
  /** Whose they are; absent when they are too old altogether. */
  level?: RecordingLevel | undefined
  /** Levels that had none, or some that are too old. */
  missedIn: RecordingLevel[]
  /** Calls that are too old. */
  expired: ExpiredCall[]
  warnings: Warning[]
}

// Text of recordings, of which a scenario has some ten kilobytes and a large one some megabytes.
const mostBytes = 64 * 1024 * 1024
const memory = memoryOf<{ recordings: Recordings; stamp: string }>(mostBytes)

/**
 * What was recorded of a scenario: from the first level, of memory, file and Redis, that has it young enough, else from the one
 * of which least is too old. A level that has it fills the memory; a file is only written by who records.
 *
 * @throws BenchAgentError when the file cannot be read, or the packages for a Redis are missing
 */
export async function findRecordings(place: RecordingPlace, asking: Asking): Promise<FoundRecordings> {
  const { maxAge, kindOf, nowMs, levels = recordingLevels } = asking
  const missedIn: RecordingLevel[] = []
  const warnings: Warning[] = []
  let best: (Aged & { level: RecordingLevel; recorded: Recordings }) | undefined
  for (const level of levels) {
    if (level === 'redis' && asking.shared === undefined) continue
    const kept = await readLevel(level, place, asking, warnings)
    const aged = kept && withoutExpired(kept, maxAge, nowMs, kindOf)
    if (kept !== undefined && aged !== undefined && (best === undefined || aged.expired.length < best.expired.length))
      best = { ...aged, recorded: kept, level }
    if (aged?.expired.length === 0) break
    missedIn.push(level)
  }
  if (best === undefined) return { missedIn, expired: [], warnings }
  const { level, recordings, recorded, expired } = best
  const some = [...recordings.cases.values()].some((runs) => runs.some((run) => run.length > 0))
  return { recordings, recorded, level: some ? level : undefined, missedIn, expired, warnings }
}

/**
 * Keeps what was recorded of a scenario on every level: in its file, whole or not at all, in memory, and in the Redis if there is
 * one. A Redis that does not take it is a warning.
 *
 * @throws BenchAgentError when the file cannot be written, or the packages for a Redis are missing
 */
export async function storeRecordings(
  place: RecordingPlace,
  recordings: Recordings,
  { shared, maxAge }: Pick<Asking, 'shared' | 'maxAge'>,
): Promise<Warning[]> {
  await writeRecordings(place.testFile, place.scenario, recordings)
  const text = recordingsText(scenarioName(place.scenario), recordings)
  keepInMemory(place, recordings, text.length)
  if (shared === undefined) return []
  const ttlMs = shared.expiresAfterMs ?? longestAgeMs(maxAge) ?? redisKeepsMs
  const warnings: Warning[] = []
  await askShared(shared, 'keep', warnings, () => writeToRedis(shared, sharedKey(place), text, Math.ceil(ttlMs)))
  return warnings
}

async function readLevel(
  level: RecordingLevel,
  place: RecordingPlace,
  { shared }: Asking,
  warnings: Warning[],
): Promise<Recordings | undefined> {
  if (level === 'memory') return fromMemory(place)
  if (level === 'file') {
    const recordings = readRecordings(place.testFile, place.scenario)
    if (recordings !== undefined) keepInMemory(place, recordings, sizeOf(place))
    return recordings
  }
  if (shared === undefined) return undefined
  const key = sharedKey(place)
  const text = await askShared(shared, 'read', warnings, () => readFromRedis(shared, key))
  if (text === undefined) return undefined
  try {
    const recordings = parseRecordings(`${key} in ${toldUrl(shared.url)}`, text)
    keepInMemory(place, recordings, text.length)
    return recordings
  } catch (error) {
    warnings.push(entryWarning(shared, messageOf(error)))
    return undefined
  }
}

function fromMemory(place: RecordingPlace): Recordings | undefined {
  const found = memory.get(recordingPath(place.testFile, place.scenario))
  // Somebody may have recorded, pulled or removed the file since.
  return found?.stamp === stampOf(place) ? found.recordings : undefined
}

function keepInMemory(place: RecordingPlace, recordings: Recordings, bytes: number): void {
  memory.set(recordingPath(place.testFile, place.scenario), { recordings, stamp: stampOf(place) }, bytes)
}

function stampOf({ testFile, scenario }: RecordingPlace): string {
  const file = statSync(recordingPath(testFile, scenario), { throwIfNoEntry: false })
  return file === undefined ? 'none' : `${file.ino} ${file.size} ${file.mtimeMs}`
}

function sizeOf({ testFile, scenario }: RecordingPlace): number {
  return statSync(recordingPath(testFile, scenario), { throwIfNoEntry: false })?.size ?? 0
}

const doing = { read: 'asked for recordings', keep: 'given recordings to keep' } as const

/** What `ask` gets of a Redis; nothing, and a warning, when it gets none. */
async function askShared<Result>(
  shared: SharedRecordings,
  what: keyof typeof doing,
  warnings: Warning[],
  ask: () => Promise<Result>,
): Promise<Result | undefined> {
  const known = shared.away?.reason()
  if (known !== undefined) {
    warnings.push(awayWarning(shared, what, known))
    return undefined
  }
  try {
    return await ask()
  } catch (error) {
    if (error instanceof BenchAgentError) throw error
    if (error instanceof RedisAway) {
      shared.away?.note(error.message)
      warnings.push(awayWarning(shared, what, error.message))
    } else warnings.push(entryWarning(shared, messageOf(error)))
    return undefined
  }
}

function awayWarning({ url }: SharedRecordings, what: keyof typeof doing, reason: string): Warning {
  return {
    code: 'sharedRecordings',
    message: `The Redis at ${toldUrl(url)} could not be ${doing[what]}: ${reason}. ${what === 'read' ? 'It counts as one that has none.' : 'They are in their file all the same.'}`,
    remedy:
      'Start it, or correct BENCH_AGENT_RECORDINGS_URL or the `recordings.url` of perfProject; without a Redis, leave both out.',
  }
}

function entryWarning({ url }: SharedRecordings, reason: string): Warning {
  return {
    code: 'sharedRecordings',
    message: `What the Redis at ${toldUrl(url)} has of this scenario cannot be read, and counts as nothing: ${reason}`,
    remedy: 'Record the scenario once more, which puts it right.',
  }
}
