import type { Calibration } from '../domain/calibration.ts'
import { executionsKept } from './executions-kept.ts'
import { historyPath, readHistoryFile } from './history-file.ts'
import { relativePath } from './load.ts'

/**
 * What machines of one kind could do in earlier sessions, one calibration for each, newest first, up to ten. As few of
 * `testFiles` are looked into as will tell; a history that cannot be read tells of none.
 */
export async function pastCalibrations(
  root: string,
  testFiles: Iterable<string>,
  environmentKey: string,
): Promise<Calibration[]> {
  const sessions = new Map<string, Calibration>()
  for (const testFile of testFiles) {
    const path = historyPath(root, environmentKey, relativePath(root, testFile))
    const history = await readHistoryFile(path).catch(() => undefined)
    for (const { calibration, session, startedAt } of Object.values(history?.scenarios ?? {}).flat())
      if (calibration !== undefined) sessions.set(session ?? startedAt, calibration)
    if (sessions.size >= executionsKept) break
  }
  const newest = [...sessions.keys()].sort().reverse().slice(0, executionsKept)
  return newest.flatMap((session) => sessions.get(session) ?? [])
}
