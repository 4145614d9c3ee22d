/**
 * How the models of a scenario are reached.
 *
 * - `live`: they are called
 * - `record`: they are called, and what they answer is kept
 * - `replay`: nobody is called: what was recorded is answered once more
 * - `auto`: as `replay`; where something is missing, the scenario is measured again as by `record`. Refused in CI
 */
export const callModes = ['live', 'record', 'replay', 'auto'] as const
/** One of {@link callModes}. */
export type CallMode = (typeof callModes)[number]

/**
 * How fast recorded answers come: `recorded` at the pace at which they came, `instant` at once, a number so many times as slow as
 * they came: 0.5 is twice as fast.
 */
export type ReplayPace = 'recorded' | 'instant' | number

/** A request to a model as it is kept: without its headers, its query and its secrets. */
export interface RecordedRequest {
  /** What it is found by: a hash of its method, its path and its canonical body. */
  key: string
  method: string
  /** Without origin and query. */
  path: string
  /** JSON, or text when it is none. */
  body: unknown
}

/** A part of an answer, and when it came, in milliseconds after the request started. */
export interface RecordedChunk {
  atMs: number
  bytes: Uint8Array
}

/** The answer to a recorded request. Every `…AtMs` is in milliseconds after the request started. */
export interface RecordedResponse {
  status: number
  /** Those of an allow-list, by their names in lower case. */
  headers: Readonly<Record<string, string>>
  headersAtMs: number
  /** As it came, and not compressed. */
  chunks: readonly RecordedChunk[]
  endedAtMs: number
  /** Whether the connection was lost before its end; absent when it was not. */
  broken?: true | undefined
}

/** One recorded model call. */
export interface RecordedCall {
  request: RecordedRequest
  /** Absent when the connection was lost before there was one. */
  response?: RecordedResponse | undefined
  /** Whether the check or a hook made it, and not the agent; absent when the agent did. */
  beside?: true | undefined
  /** ISO 8601; absent when it was recorded when most of the others were. */
  recordedAt?: string | undefined
}

/** What one run asked its models, in the order of the starts. */
export type RecordedRun = readonly RecordedCall[]

/** What was recorded of a scenario. */
export interface Recordings {
  /** ISO 8601. */
  recordedAt: string
  /** The runs of each case, by its name. */
  cases: ReadonlyMap<string, readonly RecordedRun[]>
}

/** How many runs of each case were recorded: as many as of the case that has the most; 0 when none were. */
export function runsRecorded({ cases }: Recordings): number {
  return Math.max(0, ...[...cases.values()].map((runs) => runs.length))
}

/** The recording that run `round` of a case takes, from 0; negative in a warm-up. Absent when none was made of the case. */
export function recordingOf({ cases }: Recordings, caseName: string, round: number): RecordedRun | undefined {
  const runs = cases.get(caseName) ?? []
  return runs[((round % runs.length) + runs.length) % runs.length]
}

/** `pace` as a factor on the times of a recording: 0 is at once. */
export function paceFactor(pace: ReplayPace): number {
  if (typeof pace === 'number') return pace
  return pace === 'instant' ? 0 : 1
}

/**
 * Kinds of recorded model calls.
 *
 * - `generating`: a model writes
 * - `embedding`: it turns its input into vectors
 * - `other`: a call at a path that is no known provider's
 */
export const recordedKinds = ['generating', 'embedding', 'other'] as const
/** One of {@link recordedKinds}. */
export type RecordedKind = (typeof recordedKinds)[number]

/** How old recordings may be, in milliseconds: all of them, or each kind. A kind without a number may be as old as it is. */
export type MaxAge = number | Partial<Record<RecordedKind, number | undefined>>

/** How calls are recorded and replayed. */
export interface ReplayOptions {
  /** How fast recorded answers come. @default 'instant' */
  pace?: ReplayPace | undefined
  /**
   * The body of a request without what must not be kept, or is another one each time: a date, an id. What it returns is what is
   * kept, and what a request is found by. Given parsed JSON, or text when it is none.
   *
   * @default as it is
   */
  redact?: ((body: unknown) => unknown) | undefined
  /**
   * How old recordings may be, in milliseconds: all of them, or those of each kind of call. What is older is not replayed: it needs
   * recording.
   *
   * @default as old as they are
   */
  maxAgeMs?: MaxAge | undefined
}

/** What executions in `mode` compare as; absent `mode` is live. */
export function comparedAs(mode: CallMode | undefined): 'live' | 'replay' {
  return mode === 'replay' || mode === 'auto' ? 'replay' : 'live'
}
