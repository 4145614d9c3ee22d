import type { Sides } from '../compare/suite/sides.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { type Dead, type Side, sides } from './turn-message.ts'
import type { Pair, Unpaired } from './turn-order.ts'

/** What a side left behind. */
export interface SideOutcome {
  records: readonly ExecutionRecord[]
  dead: Dead
}

/** What two sides measured in turns. */
export interface Measured {
  pairs: readonly Pair[]
  unpaired: readonly Unpaired[]
  outcomes: Record<Side, SideOutcome>
}

/** A pair with the records that can be compared, or the reason why none can. */
export interface UsedPair {
  identity: ExecutionRecord['identity']
  records?: Sides | undefined
  /** As sentences; absent where there are records. */
  reason?: string | undefined
  onlyCandidateBroke: boolean
}

/** The pairs of what was measured, in their order, with what can be told by them. */
export function usedPairs({ pairs, outcomes }: Measured): UsedPair[] {
  return pairs.map((pair) => usePair(pair, outcomes))
}

function usePair(pair: Pair, outcomes: Measured['outcomes']): UsedPair {
  const recordOf = (side: Side) => outcomes[side].records.find(({ execution }) => execution === pair.executions[side])
  const [before, candidate] = [recordOf('base'), recordOf('candidate')]
  const { name, file } = pair
  const identity = (candidate ?? before)?.identity ?? { project: '', file, suite: [], name, id: name }
  const reasons = sides.flatMap((side) => {
    const reason = whyUnusable(side, pair, recordOf(side), outcomes[side].dead)
    return reason === undefined ? [] : [{ side, reason }]
  })
  if (reasons.length === 0 && before !== undefined && candidate !== undefined)
    return { identity, records: { base: before, candidate }, onlyCandidateBroke: false }
  return {
    identity,
    reason: reasons.map(({ side, reason }) => `In the ${side}: ${reason}`).join(' '),
    onlyCandidateBroke: reasons.length === 1 && reasons[0]?.side === 'candidate',
  }
}

/** Why nothing can be told by `record`, as a sentence; absent when something can. */
function whyUnusable(side: Side, pair: Pair, record: ExecutionRecord | undefined, dead: Dead): string | undefined {
  const death = dead.find(({ name }) => name === pair.name)
  if (death !== undefined) return death.reason
  if (pair.lost === side || record === undefined) return 'Its test ended before the runs did.'
  if (record.mistake !== undefined) return `A mistake ended it: ${record.mistake}`
  const refusal = record.verdict.checks.find(({ code }) => code === 'provider')
  if (refusal !== undefined) return refusal.message
  if (record.samples === undefined) return 'Its samples were too many to keep: plan fewer runs.'
  return record.summary.runs === 0 ? 'Not one run was made.' : undefined
}
