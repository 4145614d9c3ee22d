import { basename } from 'node:path'
import type { TestContext } from 'vitest'
import { BenchAgentError } from '../domain/errors.ts'
import type { Identity } from '../domain/identity.ts'
import type { Plan } from '../domain/plan.ts'
import { type CallMode, type Recordings, runsRecorded } from '../domain/recording.ts'
import { toldByReplay, untoldThresholds } from '../domain/replayed.ts'
import type { Bounds } from '../domain/scenario.ts'
import type { Warning } from '../domain/verdict.ts'
import { type RecordingPlace, withCasesOf } from '../history/recording-file.ts'
import { type FoundRecordings, storeRecordings } from '../history/recording-store.ts'
import { isCi } from '../measure/environment.ts'
import type { RecordSetting, Replaying } from '../run/recorded-calls.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { keepOnLevels, lookUpRecordings, secretsOf } from './recording-levels.ts'
import type { WorkerSettings } from './settings.ts'

type Task = TestContext['task']

/** How the models of a scenario are reached, and what there is of it. */
export interface CallsInTest {
  mode: CallMode
  /** What was recorded before and is young enough; absent when nothing was, or nobody asks. */
  recordings?: Recordings | undefined
  /** Where it was looked for; absent when nobody asks. */
  found?: FoundRecordings | undefined
  /** What mode `auto` came to, for all executions of the test; absent before that is known. */
  settled?: CallsInTest | undefined
}

/**
 * How the models of a scenario are reached: as the variable says, else the scenario, else its project. One with faults is live where
 * others are recorded.
 */
export function callModeOf(
  { mode: own, faults = [] }: Pick<Bounds, 'mode' | 'faults'>,
  settings: WorkerSettings | undefined,
): CallMode {
  const mode = settings?.modeOfVariable ?? own ?? settings?.mode ?? 'live'
  return mode === 'record' && faults.length > 0 ? 'live' : mode
}

/** Why a scenario cannot be replayed, though it should be; absent where it can, or need not. */
export function whyNotReplayed(
  options: Pick<Bounds, 'mode' | 'faults'>,
  settings: WorkerSettings | undefined,
): string | undefined {
  const mode = callModeOf(options, settings)
  const replays = mode === 'replay' || mode === 'auto'
  return replays && (options.faults ?? []).length > 0 ? 'has faults, which only meet calls that are made' : undefined
}

/**
 * How the models of the scenario of `identity` in `task` are reached.
 *
 * @throws BenchAgentError when its recordings cannot be read, or its mode and its other options do not go together
 */
export async function callsInTest(
  task: Task,
  identity: Identity,
  options: Bounds,
  settings: WorkerSettings | undefined,
): Promise<CallsInTest> {
  const mode = callModeOf(options, settings)
  if (mode === 'live') return { mode }
  requireReplayable(identity.name, mode, options)
  // Who records only keeps what is there already of other cases.
  const levels = mode === 'record' ? (['memory', 'file'] as const) : undefined
  const found = await lookUpRecordings(placeOf(task, identity), options.replay ?? {}, settings, levels)
  return { mode, recordings: found.recordings, found }
}

/** `calls` as they are found for a further execution of a test. @throws BenchAgentError */
export async function callsOnceMore(
  task: Task,
  { identity, options, calls }: Asked,
  settings: WorkerSettings | undefined,
): Promise<CallsInTest | undefined> {
  if (calls?.mode !== 'replay') return calls
  const found = await lookUpRecordings(placeOf(task, identity), options.replay ?? {}, settings)
  return { mode: calls.mode, recordings: found.recordings, found }
}

/** What other machines recorded, where that is not what `calls` has; absent without any. @throws BenchAgentError */
export async function callsOfOthers(
  task: Task,
  { identity, options, calls }: Asked,
  settings: WorkerSettings | undefined,
): Promise<CallsInTest | undefined> {
  if (calls === undefined || calls.found?.level === 'redis') return undefined
  const found = await lookUpRecordings(placeOf(task, identity), options.replay ?? {}, settings, ['redis'])
  const missedIn = [...(calls.found?.missedIn ?? []), ...found.missedIn]
  return found.recordings && { mode: calls.mode, recordings: found.recordings, found: { ...found, missedIn } }
}

/** Writes what other machines recorded to the file of the scenario, to be committed. @throws BenchAgentError */
export async function fileWhatOthersRecorded(task: Task, { identity, calls }: Asked): Promise<void> {
  const { level, recorded } = calls?.found ?? {}
  if (level === 'redis' && recorded !== undefined) await storeRecordings(placeOf(task, identity), recorded, {})
}

interface Asked {
  identity: Identity
  options: Bounds
  calls?: CallsInTest | undefined
}

function placeOf(task: Task, scenario: Identity): RecordingPlace {
  return { testFile: task.file.filepath, scenario }
}

function requireReplayable(name: string, mode: CallMode, { faults = [] }: Pick<Bounds, 'faults'>): void {
  if (mode === 'auto' && isCi(process.env))
    throw new BenchAgentError(
      'BENCH_AGENT_OPTIONS',
      `Expected the mode of "${name}" to be "live", "record" or "replay" in CI, got "auto", which calls models that nobody expects it to call. Replay there, and record where you work: BENCH_AGENT_MODE=record.`,
    )
  if (faults.length > 0)
    throw new BenchAgentError(
      'BENCH_AGENT_OPTIONS',
      `Expected "${name}", which has faults, to be live, got mode "${mode}": faults only meet calls that are made. Skip it, or measure it by BENCH_AGENT_MODE=live.`,
    )
}

/** `options`, whose number of runs is that of the recorded ones where they do not say otherwise. */
export function withRecordedRuns<Options extends Bounds>(options: Options, { mode, recordings }: CallsInTest): Options {
  if (mode !== 'replay' && mode !== 'auto') return options
  const runs = recordings === undefined ? 0 : runsRecorded(recordings)
  return options.runs !== undefined || options.load !== undefined || runs === 0 ? options : { ...options, runs }
}

/** What an execution needs to be replayed. */
export function replaySetting(
  task: Task,
  { recordings, found }: CallsInTest,
  { replay = {} }: Bounds,
  plan: Plan,
  settings: WorkerSettings | undefined,
): Replaying {
  return {
    notJudged: notJudgedIn(plan),
    recordings,
    found,
    pace: replay.pace ?? 'instant',
    redact: replay.redact,
    secrets: secretsOf(settings),
    command: recordCommand(task, settings),
  }
}

/** What an execution needs to be recorded. */
export function recordSetting(
  task: Task,
  { found }: CallsInTest,
  { replay = {} }: Bounds,
  identity: Identity,
  settings: WorkerSettings | undefined,
): RecordSetting {
  let warnings: Warning[] = []
  return {
    redact: replay.redact,
    secrets: secretsOf(settings),
    warnings: () => warnings,
    onRecorded: async (fresh) => {
      if (fresh.cases.size === 0) return
      warnings = await keepOnLevels(placeOf(task, identity), withCasesOf(found?.recorded, fresh), replay, settings)
    },
  }
}

/** `plan` for a replay, which spends nothing, whatever caps there are, and cannot tell how long models take. */
export function replayPlan(plan: Plan): Pick<ScenarioSetting, 'plan' | 'ledger'> {
  const categories = Object.entries(plan.categories).map(([name, one]) => [name, toldByReplay(one)] as const)
  const thresholds = toldByReplay(plan.thresholds)
  return {
    plan: { ...plan, thresholds, categories: Object.fromEntries(categories), spendUsd: undefined },
    ledger: { spentBeforeUsd: 0 },
  }
}

function notJudgedIn({ thresholds, categories }: Plan): string[] {
  const ofCategories = Object.entries(categories).flatMap(([name, one]) =>
    untoldThresholds(one).map((words) => `${words} in ${name}`),
  )
  return [...untoldThresholds(thresholds), ...ofCategories]
}

function recordCommand(task: Task, settings: WorkerSettings | undefined): string {
  const project = settings === undefined || settings.project === '' ? [] : ['--project', quoted(settings.project)]
  const words = [...project, quoted(basename(task.file.filepath)), '-t', quoted(task.name)]
  return `BENCH_AGENT_MODE=record npx vitest run ${words.join(' ')}`
}

function quoted(word: string): string {
  return /^[\w./@-]+$/.test(word) ? word : JSON.stringify(word)
}
