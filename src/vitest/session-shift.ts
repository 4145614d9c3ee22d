import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { fewestScenarios, sharedShift } from '../compare/session/session-drift.ts'
import type { Deviation } from '../domain/baseline.ts'
import { textOfNote } from './session-note.ts'
import type { WorkerSettings } from './settings.ts'

/** What the scenarios measured before in this session lie off together; absent when they are too few to tell. */
export function sharedSoFar(settings: WorkerSettings | undefined): Deviation | undefined {
  if (settings === undefined) return undefined
  const deviations = (textOfNote(shiftPath(settings)) ?? '').split('\n').flatMap((line) => {
    const [shift, variance] = line.split(' ').map(Number)
    return Number.isFinite(shift) && Number.isFinite(variance) && line !== ''
      ? [{ shift: Number(shift), variance: Number(variance) }]
      : []
  })
  return deviations.length < fewestScenarios ? undefined : sharedShift(deviations)
}

/** Notes how far one scenario lies off, for those that come after it. */
export function addDeviation(settings: WorkerSettings | undefined, deviation: Deviation | undefined): void {
  if (settings === undefined || deviation === undefined) return
  appendFileSync(shiftPath(settings), `${deviation.shift} ${deviation.variance}\n`)
}

function shiftPath({ sessionDirectory, project }: WorkerSettings): string {
  return join(sessionDirectory, `shifts-${encodeURIComponent(project)}`)
}
