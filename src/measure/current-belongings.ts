import { currentOwner } from '../capture/attribution.ts'
import { ActiveRun } from './active-run.ts'
import { type Belongings, belongings } from './belongings.ts'

let ofProcess: Belongings | undefined

/** What the execution keeps whose run this is; outside of any, what this process keeps until it ends. */
export function currentBelongings(): Belongings {
  const owner = currentOwner()
  if (owner instanceof ActiveRun && owner.belongings !== undefined) return owner.belongings
  ofProcess ??= belongings()
  return ofProcess
}
