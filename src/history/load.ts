import { relative, sep } from 'node:path'
import type { Baseline } from '../domain/baseline.ts'
import { readBaselineFile } from './baseline-file.ts'
import { historyPath, readHistoryFile } from './history-file.ts'

/**
 * What the scenario `key` of `testFile` is held against.
 *
 * @param root folder of the project, which holds `.bench-agent`
 * @throws BenchAgentError when a file is corrupt or of a newer version
 */
export async function loadBaseline(
  root: string,
  testFile: string,
  key: string,
  environmentKey: string,
): Promise<Baseline> {
  const path = historyPath(root, environmentKey, relativePath(root, testFile))
  const [baselines, history] = await Promise.all([readBaselineFile(testFile), readHistoryFile(path)])
  return {
    entry: baselines?.scenarios[key],
    history: history?.scenarios[key] ?? [],
    trail: history?.trails?.[key],
    environmentKey,
    drift: history?.drift,
  }
}

/** `file` relative to `root`, with forward slashes on every platform. */
export function relativePath(root: string, file: string): string {
  return relative(root, file).split(sep).join('/')
}
