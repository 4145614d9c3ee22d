import { type SessionExecution, sessionDrift } from '../compare/session/session-drift.ts'
import { differences } from '../domain/baseline.ts'
import type { HistoryFile } from './history-file.ts'

/**
 * Notes in each of `files`, which are of one kind of machine and were measured together, what sessions differ by as a whole. What
 * a file knew stays where they are too few to tell.
 */
export function learnDrift(files: readonly HistoryFile[]): void {
  const drift = sessionDrift(files.flatMap(({ scenarios }) => Object.values(scenarios).map(inSessions)))
  if (drift !== undefined) for (const file of files) file.drift = drift
}

/** The executions of the level on which a scenario is now; what was accepted before is no drift. */
function inSessions(executions: HistoryFile['scenarios'][string]): SessionExecution[] {
  const [latest] = executions
  // The history keeps executions of another mode or model, too: what these differ by is no drift.
  const alike = executions.filter((one) => latest !== undefined && differences(latest, one).length === 0)
  const level = alike.findIndex(({ startsLevel }) => startsLevel.includes('workingMs'))
  return alike
    .slice(0, level < 0 ? undefined : level + 1)
    .flatMap(({ session, values: { workingMs } }) =>
      session === undefined || workingMs === undefined ? [] : [{ session, values: workingMs }],
    )
}
