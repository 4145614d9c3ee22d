import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SpendLedger } from '../run/stopping.ts'
import { textOfNote } from './session-note.ts'
import type { WorkerSettings } from './settings.ts'

/** What the session has spent in the project so far, in US dollars. */
export function spentSoFar(settings: WorkerSettings | undefined): number {
  if (settings?.spendUsd === undefined) return 0
  const text = textOfNote(spendPath(settings)) ?? ''
  return text.split('\n').reduce((sum, line) => sum + Number(line), 0)
}

/** What each of `count` scenarios may spend of what the session has left: none of them knows what the others spend meanwhile. */
export function shareOfCap(settings: WorkerSettings | undefined, count: number): SpendLedger {
  if (settings?.spendUsd === undefined) return { spentBeforeUsd: 0 }
  return { capUsd: (settings.spendUsd - spentSoFar(settings)) / count, spentBeforeUsd: 0 }
}

/** What `ledger` leaves, in US dollars; infinite without a cap. */
export function leftOf({ capUsd = Number.POSITIVE_INFINITY, spentBeforeUsd }: SpendLedger): number {
  return capUsd - spentBeforeUsd
}

/** What the session has left, in US dollars; infinite without a cap. */
export function leftOfSession(settings: WorkerSettings | undefined): number {
  return leftOf({ capUsd: settings?.spendUsd, spentBeforeUsd: spentSoFar(settings) })
}

/** Ledgers of scenarios that take turns and share what the session has left: each knows what the others have spent. */
export function sharedLedgers(settings: WorkerSettings | undefined): () => SpendLedger {
  const beforeUsd = spentSoFar(settings)
  const spentUsd: number[] = []
  return () => {
    const own = spentUsd.push(0) - 1
    return {
      capUsd: settings?.spendUsd,
      get spentBeforeUsd() {
        return spentUsd.reduce((sum, usd, position) => (position === own ? sum : sum + usd), beforeUsd)
      },
      onSpent: (usd) => {
        spentUsd[own] = usd
      },
    }
  }
}

/** Notes what one scenario has spent, for the processes that come after this one. */
export function addSpend(settings: WorkerSettings | undefined, spentUsd: number | undefined): void {
  if (settings?.spendUsd === undefined || spentUsd === undefined) return
  appendFileSync(spendPath(settings), `${spentUsd}\n`)
}

function spendPath({ sessionDirectory, project }: WorkerSettings): string {
  return join(sessionDirectory, `spent-${encodeURIComponent(project)}`)
}
