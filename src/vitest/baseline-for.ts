import type { TestContext } from 'vitest'
import type { Baseline, Mode } from '../domain/baseline.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { scenarioKey } from '../history/baseline-file.ts'
import { loadBaseline } from '../history/load.ts'
import { sharedSoFar } from './session-shift.ts'
import type { WorkerSettings } from './settings.ts'

/**
 * What the scenario of `identity` is held against; absent when no session is there to keep baselines.
 *
 * @throws BenchAgentError when a baseline or history file is corrupt or of a newer version
 */
export async function baselineFor(
  task: TestContext['task'],
  identity: ExecutionRecord['identity'],
  environmentKey: string,
  settings: WorkerSettings | undefined,
  mode?: Mode,
): Promise<Baseline | undefined> {
  if (settings === undefined) return undefined
  const key = scenarioKey(identity, mode)
  const baseline = await loadBaseline(settings.root, task.file.filepath, key, environmentKey)
  return { ...baseline, shared: sharedSoFar(settings) }
}
