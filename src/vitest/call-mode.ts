import type { TestContext } from 'vitest'
import type { Identity } from '../domain/identity.ts'
import { type CallMode, runsRecorded } from '../domain/recording.ts'
import type { Bounds } from '../domain/scenario.ts'
import type { CallsInTest } from './scenario-in-test.ts'
import type { WorkerSettings } from './settings.ts'

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
  task: TestContext['task'],
  identity: Identity,
  options: Bounds,
  settings: WorkerSettings | undefined,
): Promise<CallsInTest> {
  const mode = callModeOf(options, settings)
  if (mode === 'live') return { mode }
  const { recordedCalls } = await import('./recordings.ts')
  return recordedCalls(task, identity, options, settings, mode)
}

/** `options`, whose number of runs is that of the recorded ones where they do not say otherwise. */
export function withRecordedRuns<Options extends Bounds>(options: Options, { mode, recordings }: CallsInTest): Options {
  if (mode !== 'replay' && mode !== 'auto') return options
  const runs = recordings === undefined ? 0 : runsRecorded(recordings)
  return options.runs !== undefined || options.load !== undefined || runs === 0 ? options : { ...options, runs }
}
