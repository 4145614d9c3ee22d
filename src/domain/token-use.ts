import { isAnswered, isUntold, type ModelCall } from './span.ts'
import { sumKnown, totalTokens, type Usage } from './usage.ts'

/**
 * What model calls used, and how much of it was waste: tokens that bought nothing, each in one of three kinds. An absent field is
 * unknown, which is not 0.
 *
 * @see METHODOLOGY.md#waste
 */
export interface TokenUse extends Pick<Usage, 'inputTokens' | 'outputTokens' | 'cachedTokens'> {
  /** Waste: input that an earlier call had sent already, and that was not read from a cache. */
  resentTokens?: number | undefined
  /** Waste: input and output of calls that failed, were given up, or were made again. */
  failedTokens?: number | undefined
  /** Waste: input and output of calls that asked for nothing but tool calls that had been asked for before. */
  repeatedTokens?: number | undefined
  /** US dollars. */
  costUsd?: number | undefined
}

/** The fields of a {@link TokenUse}. */
export const tokenUseFields = [
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'resentTokens',
  'failedTokens',
  'repeatedTokens',
  'costUsd',
] as const satisfies (keyof TokenUse)[]

/** The kinds of waste in a {@link TokenUse}. */
export const wasteKinds = ['resentTokens', 'failedTokens', 'repeatedTokens'] as const satisfies (keyof TokenUse)[]

/** The fewest tokens that OpenAI, Anthropic, Google and Amazon cache: what is sent again below that cannot be cached. */
export const fewestCachedTokens = 1024

/** Positions of the calls that came to nothing: they failed, were given up, or were made again. */
export function fruitlessCalls(calls: readonly ModelCall[]): Set<number> {
  const fruitless = new Set<number>()
  for (const [position, { failure, givenUp, retryOf }] of calls.entries()) {
    if (failure !== undefined || givenUp === true) fruitless.add(position)
    if (retryOf !== undefined) fruitless.add(retryOf)
  }
  return fruitless
}

/** What each of `calls`, all of one run, used; absent for one that no tokens are counted for, as it was refused or never sent. */
export function tokenUses(calls: readonly ModelCall[]): (TokenUse | undefined)[] {
  const fruitless = fruitlessCalls(calls)
  return calls.map((call, position) =>
    isAnswered(call) || isUntold(call) ? useOf(call, fruitless.has(position)) : undefined,
  )
}

/** The sum of `uses`, field by field; a field that one of them does not know is unknown in the sum. */
export function sumTokenUse(uses: readonly (TokenUse | undefined)[]): TokenUse {
  const known = uses.filter((use) => use !== undefined)
  const sum: TokenUse = {}
  for (const field of tokenUseFields) sum[field] = sumKnown([0, ...known.map((use) => use[field])])
  return sum
}

/** Tokens that bought nothing, of all kinds; absent when one is unknown. */
export function wastedTokens(use: TokenUse): number | undefined {
  return sumKnown(wasteKinds.map((kind) => use[kind]))
}

/** Cached input / input; absent when unknown, or when there was no input. */
export function cacheHitRatio({ cachedTokens, inputTokens }: TokenUse): number | undefined {
  return ratioOf(cachedTokens, inputTokens)
}

/** Tokens that were not wasted / all tokens; absent when unknown, or when there were none. */
export function tokenEfficiencyRatio(use: TokenUse): number | undefined {
  const wasted = ratioOf(wastedTokens(use), totalTokens(use))
  return wasted === undefined ? undefined : 1 - wasted
}

/** `part` / `whole`; absent when one is unknown or there is no whole. */
export function ratioOf(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole
}

function useOf(call: ModelCall, isFruitless: boolean): TokenUse {
  const { usage = {}, costUsd } = call
  const { inputTokens, outputTokens, cachedTokens } = usage
  const told = { inputTokens, outputTokens, cachedTokens, costUsd }
  const total = totalTokens(usage)
  if (isFruitless) return { ...told, resentTokens: 0, failedTokens: total, repeatedTokens: 0 }
  if (onlyRepeats(call)) return { ...told, resentTokens: 0, failedTokens: 0, repeatedTokens: total }
  return { ...told, resentTokens: resentUncached(call), failedTokens: 0, repeatedTokens: 0 }
}

function resentUncached({ resentTokens, usage, toolCalls }: ModelCall): number | undefined {
  // Without an answer that can be read, nobody knows whether it only repeated itself.
  if (resentTokens === undefined || toolCalls === undefined) return undefined
  if (resentTokens < fewestCachedTokens) return 0
  return usage?.cachedTokens === undefined ? undefined : Math.max(0, resentTokens - usage.cachedTokens)
}

/** Whether all that `call` asked for are tool calls that had been asked for before. */
function onlyRepeats({ toolCalls, toolUses = [] }: ModelCall): boolean {
  return toolUses.length > 0 && toolUses.length === toolCalls && toolUses.every(({ repeated }) => repeated === true)
}
