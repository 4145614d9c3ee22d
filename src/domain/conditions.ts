import type { Fault } from './fault.ts'
import { describeFaults } from './fault-words.ts'
import { describeLoad, type LoadNote } from './load/load.ts'

/** Under what an agent is measured, in a few words, as it stands in a baseline: its load, and what goes wrong. */
export function describeConditions({
  load,
  faults,
}: {
  load: LoadNote
  faults?: readonly Fault[] | undefined
}): string {
  return [describeLoad(load), describeFaults(faults ?? [])].filter((part) => part !== '').join('; ')
}
