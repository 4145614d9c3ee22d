import type { Advice } from '../domain/advice.ts'
import { formatCount, formatMs, formatRatio, formatUsd } from '../domain/format.ts'
import type { ReportedExecution } from './session.ts'
import { nameOf } from './standing.ts'
import { oneLine } from './text.ts'

/** An advice, and the scenarios that it is given for: the one that it says the most of is first. */
export interface AdviceNote {
  advice: Advice
  scenarios: string[]
}

/** The advice for `executions`, said once for all scenarios that have the same fault at the same place; the largest share first. */
export function adviceNotes(executions: readonly ReportedExecution[]): AdviceNote[] {
  const folded = new Map<string, AdviceNote>()
  for (const { record } of executions)
    for (const advice of record.advice ?? []) {
      const key = JSON.stringify([advice.rule, advice.place])
      const before = folded.get(key)
      const scenario = nameOf(record)
      if (before === undefined) folded.set(key, { advice, scenarios: [scenario] })
      else if (before.advice.shareRatio >= advice.shareRatio) before.scenarios.push(scenario)
      else folded.set(key, { advice, scenarios: [scenario, ...before.scenarios] })
    }
  return [...folded.values()].sort((a, b) => b.advice.shareRatio - a.advice.shareRatio)
}

/** Whom an advice is for: `refund`, `refund and 3 more`. */
export function describeScenarios({ scenarios }: AdviceNote): string {
  const [first = '', ...others] = scenarios
  return others.length === 0 ? first : `${first} and ${others.length} more`
}

/** What a run would save, and which part of it that is: `up to 160 ms a run (45.7%)`. */
export function describeSaving({ rule, impact, shareRatio }: Advice): string {
  const { savedMs = 0, savedTokens = 0, savedUsd = 0 } = impact
  const tokens = `${formatCount(Math.round(savedTokens))} ${rule === 'cachePrefix' ? 'tokens from the cache' : 'tokens'}`
  const parts = [
    ...(savedMs > 0 ? [formatMs(savedMs)] : []),
    ...(savedTokens > 0 ? [tokens] : []),
    ...(savedUsd > 0 ? [formatUsd(savedUsd)] : []),
  ]
  if (parts.length === 0) return `${formatRatio(shareRatio)} of a run`
  return `up to ${parts.join(', ')} a run (${formatRatio(shareRatio)})`
}

const kinds = { modelCall: '', step: '', tool: 'tool ', phase: 'phase ', turn: 'turn ', agent: 'agent ', case: 'case ' }

/** Where it happens, from the outside in: `phase answer, step 1, tool lookup`; empty where it is everywhere. */
export function describePlace({ place }: Advice): string {
  return place.map(({ kind, name }) => `${kinds[kind]}${oneLine(name)}`).join(', ')
}

/** In how many runs it was seen, where not in all. */
export function describeSeen({ seen }: Advice): string {
  return seen.runs === seen.of ? `all ${seen.of} runs` : `${seen.runs} of ${seen.of} runs`
}
