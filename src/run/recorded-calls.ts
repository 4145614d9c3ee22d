import type { RecordedRequest, Recordings, ReplayPace } from '../domain/recording.ts'
import type { ExpiredCall } from '../domain/recording-age.ts'
import type { RecordingLevel } from '../domain/recording-use.ts'
import type { Outcome } from '../domain/sample.ts'
import type { Warning } from '../domain/verdict.ts'
import type { RunSetting } from '../measure/setting.ts'

/** What model calls are answered with, in place of models. */
export interface Replaying {
  /** Absent when nothing was recorded. */
  recordings: Recordings | undefined
  /** Where they come from. */
  found?: FoundIn | undefined
  pace: ReplayPace
  /** As when it was recorded: values that stand in no file, and what else is taken out of bodies. */
  secrets: readonly string[]
  redact?: ((body: unknown) => unknown) | undefined
  /** What records the scenario, as a command. */
  command: string
  /** Thresholds that a replay cannot tell, in words. */
  notJudged: readonly string[]
  /** Whether no further run starts once a request was never recorded. @default false */
  stopsAtMiss?: boolean | undefined
}

/** Where recordings were looked for, and what came of it. */
export interface FoundIn {
  /** The level that had them; absent when none had any that is young enough. */
  level?: RecordingLevel | undefined
  /** Levels that were asked, and had none, or only such as are too old. */
  missedIn: readonly RecordingLevel[]
  /** Calls that are too old, and not among the recordings. */
  expired: readonly ExpiredCall[]
  /** The recordings with them; absent when there are none. */
  recorded?: Recordings | undefined
  warnings: readonly Warning[]
}

/** A request that was never recorded. */
export interface Miss {
  /** Position of its run; negative in a warm-up. */
  index: number
  caseName: string
  asked: RecordedRequest
}

/** What came of the calls that were replayed. */
export interface Replayed {
  calls: number
  /** Calls that were answered with what was recorded, those of checks and hooks included. */
  answered: number
  /** Calls that went to a model all the same. */
  past: number
  misses: Miss[]
}

/** How model calls are kept. */
export interface RecordSetting {
  /** Values that stand in no file. */
  secrets: readonly string[]
  redact?: ((body: unknown) => unknown) | undefined
  /** Takes what was recorded; told once, at the end. Nothing when no run was worth keeping. */
  onRecorded: (recordings: Recordings) => Promise<void>
  /** What to warn of, once that is over. */
  warnings?: (() => readonly Warning[]) | undefined
}

/** What came of keeping model calls. */
export interface Kept {
  calls: number
  warnings: readonly Warning[]
}

/** The model calls of runs so far, those that are kept. */
export interface Recorder {
  onCalls: NonNullable<RunSetting['onCalls']>
  /** Keeps run `index`, which is over. */
  keep: (index: number, outcome: Outcome) => void
  /** Every run that was kept. */
  recordings: () => Promise<Recordings>
}
