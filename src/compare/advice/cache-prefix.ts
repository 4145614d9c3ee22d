import { formatCount, formatRatio } from '../../domain/format.ts'
import type { PromptBlocks } from '../../domain/prompt-blocks.ts'
import type { ModelCall } from '../../domain/span.ts'
import { fewestCachedTokens } from '../../domain/token-use.ts'
import { sumKnown } from '../../domain/usage.ts'
import { commonBlocks } from './common-blocks.ts'
import { type Evidence, meanOf, type Rule, type SeenRun, usualPlace } from './evidence.ts'
import { placeOfCall } from './places.ts'

// Of the calls before, one of the latest is the one that a conversation goes on from.
const mostEarlier = 3
// Providers forget what was not asked for again within five minutes.
const forgottenMs = 300_000
// A prompt that differs so late has most of what a cache could serve before that.
const earlyRatio = 0.5

/** A call whose prompt had much in common with one before, and differed from it early. */
interface Break {
  run: SeenRun
  call: ModelCall
  /** Tokens in common with the prompt before, wherever they stand. */
  commonTokens: number
  /** Of these, the ones that stand before the first difference, or that the provider told to be cached. */
  servedTokens: number
  /** What the first difference lies in. */
  part: string
  isFirst: boolean
}

/**
 * Prompts that are mostly the same as one before and differ at their beginning: a cache serves what stands before the first
 * difference only. A call is held against the latest before it in its run; the first call of a run against that of the run before. What
 * would be saved are the input tokens in common that were not served, where they are 1,024 and more, the fewest that providers
 * cache: they would be read from the cache, at its price.
 */
export const cachePrefix: Rule = (evidence) => {
  const { runs } = evidence
  const breaks = runs.map((run, index) => breaksOf(run, runs[index - 1], evidence))
  const all = breaks.flat()
  const [one] = all
  if (one === undefined) return []
  const lost = (some: readonly Break[]) => some.map((each) => each.commonTokens - each.servedTokens)
  const savedTokens = breaks.map((some) => sum(lost(some)))
  const usd = breaks.map((some) => sumKnown([0, ...some.map((each) => usdOf(each, evidence))]))
  const common = meanOf(all.map((each) => each.commonTokens))
  const share = meanOf(all.map(({ call, commonTokens }) => commonTokens / (call.usage?.inputTokens ?? commonTokens)))
  const between = all.every(({ isFirst }) => isFirst) ? 'the run before' : 'the call before'
  return [
    {
      rule: 'cachePrefix',
      place: usualPlace(all.map(({ run, call }) => placeOfCall(run, run.calls.indexOf(call)))),
      savedTokens,
      savedUsd: usd,
      cause: `${formatRatio(share)} of the prompt (${formatCount(Math.round(common))} tokens) is that of ${between}, but the first difference lies in its ${mostFrequent(all.map(({ part }) => part))} part, after ${formatCount(Math.round(meanOf(all.map((each) => each.servedTokens))))} tokens: what follows cannot come from a cache.`,
      suggestion:
        'Let the prompt begin with what never changes, and put what does (a time, an id, a name) behind it, best into the last message.',
      effort: 'small',
    },
  ]
}

function breaksOf(run: SeenRun, before: SeenRun | undefined, evidence: Evidence): Break[] {
  return run.calls.flatMap((call, position) => {
    const isFirst = position === 0
    const earlier = isFirst ? firstOf(run, before) : latestBefore(run, call)
    const inputTokens = call.usage?.inputTokens
    const prompt = evidence.promptOf(call)
    if (prompt === undefined || inputTokens === undefined) return []
    const compared = earlier.flatMap((one) => {
      const other = evidence.promptOf(one)
      return other === undefined ? [] : [commonBlocks(other, prompt)]
    })
    const [most] = compared.sort((a, b) => b.common - a.common)
    if (most === undefined) return []
    const tokensOf = (characters: number) => (characters / prompt.characters) * inputTokens
    const commonTokens = tokensOf(most.common)
    const servedTokens = Math.min(commonTokens, Math.max(tokensOf(most.leading), call.usage?.cachedTokens ?? 0))
    const isLate = servedTokens > earlyRatio * commonTokens
    if (isLate || commonTokens < fewestCachedTokens) return []
    return [{ run, call, commonTokens, servedTokens, part: partAt(prompt, most.firstDifference), isFirst }]
  })
}

function firstOf(run: SeenRun, before: SeenRun | undefined): ModelCall[] {
  const [call] = run.calls
  const [earlier] = before?.calls ?? []
  if (call === undefined || before === undefined || earlier === undefined || !isSameModel(earlier, call)) return []
  return run.startedAtMs - before.startedAtMs > forgottenMs ? [] : [earlier]
}

function latestBefore({ calls }: SeenRun, call: ModelCall): ModelCall[] {
  return calls
    .filter((one) => isSameModel(one, call) && (one.endedAtMs ?? Number.POSITIVE_INFINITY) <= call.startedAtMs)
    .slice(-mostEarlier)
}

function isSameModel(one: ModelCall, other: ModelCall): boolean {
  return one.url === other.url && one.model === other.model && one.failure === undefined
}

function partAt({ parts }: PromptBlocks, block: number): string {
  return parts.findLast(({ firstBlock }) => firstBlock <= block)?.name ?? 'first'
}

function usdOf({ call, commonTokens, servedTokens }: Break, { usdOf: priced }: Evidence): number | undefined {
  const { usage } = call
  if (usage === undefined) return undefined
  const cachedTokens = (usage.cachedTokens ?? 0) + commonTokens - servedTokens
  const written = Math.min(usage.cacheWriteTokens ?? 0, (usage.inputTokens ?? 0) - cachedTokens)
  const [before, after] = [
    priced(call, usage),
    priced(call, { ...usage, cachedTokens, cacheWriteTokens: Math.max(0, written) }),
  ]
  return before === undefined || after === undefined ? undefined : before - after
}

function mostFrequent(names: readonly string[]): string {
  const counts = [...Map.groupBy(names, (name) => name)].sort(([, a], [, b]) => b.length - a.length)
  return counts[0]?.[0] ?? 'first'
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
