import type { Prices } from '../domain/price.ts'
import type { CallMode } from '../domain/recording.ts'
import type { UpdateMode } from '../history/accept.ts'
import { maybeVitest } from './runner.ts'
import type { TurnSettings } from './turn-gate.ts'

/** By what machines share their recordings. */
export interface SharedRecordingsOptions {
  /** A Redis: `redis://…` or `rediss://…`. `BENCH_AGENT_RECORDINGS_URL` wins. Takes the packages keyv and @keyv/redis. @default none */
  url?: string | undefined
  /**
   * How long it keeps recordings, in milliseconds.
   *
   * @default as long as the `replay.maxAgeMs` of a scenario lets the oldest kind be, else 30 days
   */
  expiresAfterMs?: number | undefined
}

/** What the main process tells the workers of a project. */
export interface WorkerSettings {
  /** Name of the test project; empty when it has none. */
  project: string
  /** Folder of the project: what files are named relative to, and where `.bench-agent` lies. */
  root: string
  /** What the project says. */
  mode: CallMode
  /** What the environment variable says; absent when it says nothing. */
  modeOfVariable?: CallMode | undefined
  update: UpdateMode
  /** By what machines share their recordings; absent where the project says nothing. */
  recordings?: SharedRecordingsOptions | undefined
  /** Folder that lives as long as the session: what processes leave for one another. */
  sessionDirectory: string
  prices: Prices
  /** Whether to ask for the tokens of streams that would not tell, where a scenario does not say. */
  ensureStreamUsage: boolean
  /** Cap of the whole session; absent without one. */
  spendUsd?: number | undefined
  inconclusive: 'pass' | 'fail'
  /**
   * From when on the machine is calibrated between two scenarios, in milliseconds since 1970; absent where it is not, because
   * something else may be measured meanwhile.
   */
  calibratesFromAtMs?: number | undefined
  /** Executions up to which a young baseline is filled; absent where none is. */
  fillsTo?: number | undefined
  /** Which part of every open load is made here, such as '2/8'; absent where all of it is. */
  segment?: string | undefined
  /** When the first load starts, in milliseconds since 1970; absent where nobody waits for that. */
  startsAtMs?: number | undefined
  /** Whether it is counted which code runs. @default false */
  coversCode?: boolean | undefined
  /** Whose turns to take; absent in a session like any other. */
  turns?: TurnSettings | undefined
}

declare module 'vitest' {
  interface ProvidedContext {
    benchAgent?: WorkerSettings
  }
}

/** What the main process said; absent when neither our project nor our reporter is part of the session. */
export function workerSettings(): WorkerSettings | undefined {
  try {
    return maybeVitest?.inject('benchAgent')
  } catch {
    return undefined
  }
}
