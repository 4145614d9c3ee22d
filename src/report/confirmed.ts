import { plural } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'

/** How many fresh runs confirmed what got worse; 0 when none were needed, or they did not. */
export function confirmingRuns({ confirmationRuns = 0, verdict }: ExecutionRecord): number {
  const isConfirmed = verdict.findings.some(
    ({ status, p }) => (status === 'worse' || status === 'accepted') && p !== undefined,
  )
  return isConfirmed ? confirmationRuns : 0
}

/** That fresh runs did not confirm what looked worse, which is good news; absent when nothing did, or they did. */
export function describeCleared({ confirmationRuns = 0, verdict }: ExecutionRecord): string | undefined {
  const isCleared = verdict.findings.every(({ status }) => ['same', 'better'].includes(status))
  if (confirmationRuns === 0 || !isCleared) return undefined
  return `looked worse at first, and ${plural(confirmationRuns, 'fresh run')} did not confirm it.`
}
