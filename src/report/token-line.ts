import { formatCount, formatMs, formatRatio, formatUsd } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { TokenPart } from '../domain/token-summary.ts'
import type { wasteKinds } from '../domain/token-use.ts'
import { oneLine } from './text.ts'

// Less than this is no more than caches leave over.
const worthTellingRatio = 0.1
const mostAgents = 4

const wastes: Record<(typeof wasteKinds)[number], string> = {
  resentTokens: 'sent again and not cached',
  failedTokens: 'in calls that failed',
  repeatedTokens: 'in calls that asked for the same tool calls again',
}

/** What part of the tokens was wasted, and on what; absent where it is unknown or small. */
export function describeWaste({ summary: { tokens } }: ExecutionRecord): string | undefined {
  if (tokens === undefined) return undefined
  const { mean, tokenEfficiencyRatio, cacheHitRatio } = tokens.all
  if (tokenEfficiencyRatio === undefined || 1 - tokenEfficiencyRatio < worthTellingRatio) return undefined
  const parts = Object.entries(wastes)
    .map(([kind, words]) => ({ words, wasted: mean[kind as keyof typeof wastes] ?? 0 }))
    .filter(({ wasted }) => wasted > 0)
    .sort((a, b) => b.wasted - a.wasted)
  const told = parts
    .map(({ words, wasted }, index) => `${formatCount(wasted)}${index === 0 ? ' a run' : ''} ${words}`)
    .join(', ')
  const cached = cacheHitRatio === undefined ? '' : `; ${formatRatio(cacheHitRatio)} of the input came from a cache`
  return `${formatRatio(1 - tokenEfficiencyRatio)} wasted: ${told}${cached}`
}

/** What each agent used, took and cost in a run, and how long none was at work; absent without two agents. */
export function describeAgents({ summary }: ExecutionRecord): string | undefined {
  const { agents = [], tokens, metrics } = summary
  if (agents.length < 2) return undefined
  const parts = new Map(tokens?.agents.map((part) => [part.name, part]))
  const told = agents
    .toSorted((a, b) => b.shareRatio - a.shareRatio)
    .slice(0, mostAgents)
    .map(({ name, durationMs }) => {
      const facts = [formatMs(durationMs.p50), ...usedBy(parts.get(name))]
      return `${oneLine(name)} ${facts.join(', ')}`
    })
  const more = agents.length - told.length
  const { coordinationMs } = metrics
  const between = coordinationMs === undefined ? [] : [`no agent at work ${formatMs(coordinationMs.p50)}`]
  return [...told, ...(more > 0 ? [`and ${more} more`] : []), ...between].join('; ')
}

function usedBy(part: TokenPart | undefined): string[] {
  const { inputTokens, outputTokens, costUsd } = part?.mean ?? {}
  const tokens = inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens
  return [
    ...(tokens === undefined ? [] : [`${formatCount(tokens)} tokens`]),
    ...(costUsd === undefined ? [] : [formatUsd(costUsd)]),
  ]
}
