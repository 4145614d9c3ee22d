import { basename } from 'node:path'
import type { TestContext } from 'vitest'
import { BenchAgentError } from '../domain/errors.ts'
import type { Identity } from '../domain/identity.ts'
import type { Plan } from '../domain/plan.ts'
import type { CallMode } from '../domain/recording.ts'
import { toldByReplay, untoldThresholds } from '../domain/replayed.ts'
import type { Bounds } from '../domain/scenario.ts'
import type { Warning } from '../domain/verdict.ts'
import { type RecordingPlace, withCasesOf } from '../history/recording-file.ts'
import { storeRecordings } from '../history/recording-store.ts'
import { isCi } from '../measure/environment.ts'
import type { RecordSetting, Replaying } from '../run/recorded-calls.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { keepOnLevels, lookUpRecordings, secretsOf } from './recording-levels.ts'
import type { CallsInTest } from './scenario-in-test.ts'
import type { WorkerSettings } from './settings.ts'

type Task = TestContext['task']

/** What there is of the scenario of `identity` in `task`, whose models are not only called. @throws BenchAgentError */
export async function recordedCalls(
  task: Task,
  identity: Identity,
  options: Bounds,
  settings: WorkerSettings | undefined,
  mode: Exclude<CallMode, 'live'>,
): Promise<CallsInTest> {
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
