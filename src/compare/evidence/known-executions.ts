import { type Baseline, type Comparability, differences } from '../../domain/baseline.ts'

/**
 * How many executions `baseline` knows that a candidate may be compared with: those of the level on which the scenario is now, in
 * the history of this kind of machine.
 */
export function knownExecutions({ entry, history }: Baseline, candidate: Comparability): number {
  if (entry !== undefined && differences(entry, candidate).length > 0) return 0
  let known = 0
  for (const execution of history) {
    if (differences(execution, candidate).length > 0) continue
    if (layElsewhere(execution.committed, entry)) break
    known += 1
    if (execution.startsLevel.length > 0) break
  }
  return known
}

/** Whether committed lines lay elsewhere then: somebody has accepted another level since. */
function layElsewhere(committed: Baseline['history'][number]['committed'], entry: Baseline['entry']): boolean {
  return Object.entries(committed ?? {}).some(([name, location]) => {
    const line = Object.entries(entry?.metrics ?? {}).find(([metric]) => metric === name)?.[1]
    return line !== undefined && line.location !== location
  })
}
