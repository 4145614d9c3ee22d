import { type TokenPartKind, type TokenShare, tokenPartKinds } from './token-part.ts'
import { cacheHitRatio, type TokenUse, tokenEfficiencyRatio, tokenUseFields, wastedTokens } from './token-use.ts'

/** What a part of the runs used. */
export interface TokenPart {
  name: string
  /** Runs that it was a part of. */
  runs: number
  /** Model calls in all of them, failed ones included. */
  modelCalls: number
  /** Of one of its runs, on average over those where it is known; a field is absent where it is known of none. */
  mean: { [F in Field]?: number }
  /** Of how many of its runs a field of `mean` is unknown; absent for one that all know, or none does. */
  missing?: { [F in Field]?: number } | undefined
  /** Cached / input tokens of all runs where both are known; absent when there are none. */
  cacheHitRatio?: number | undefined
  /** Tokens that were not wasted / all tokens, likewise. */
  tokenEfficiencyRatio?: number | undefined
}

/** What the runs of an execution used, as a whole and by part. */
export interface TokenSummary {
  all: TokenPart
  steps: TokenPart[]
  phases: TokenPart[]
  agents: TokenPart[]
}

/** Sums over runs of what a part used; of each field only over runs that knew it. */
export interface TokenSums {
  name: string
  runs: number
  modelCalls: number
  fields: { [F in Field]?: { sum: number; runs: number } }
  /** Of runs where the cached tokens are known. */
  cached: { part: number; whole: number }
  /** Of runs where the waste is known. */
  wasted: { part: number; whole: number }
}

type Field = keyof TokenUse | 'wastedTokens'
const partFields = [...tokenUseFields, 'wastedTokens'] as const

/** Sums for a whole execution and its parts. */
export type TokenTally = { all?: TokenSums | undefined } & { [K in TokenPartKind]: Map<string, TokenSums> }

// A name with a number in it would make a part of each run.
const mostParts = 100

/** Nothing yet. */
export function emptyTokenTally(): TokenTally {
  return { step: new Map(), phase: new Map(), agent: new Map() }
}

/** Adds what one run used, and its parts. */
export function tallyTokens(tally: TokenTally, all: TokenUse, modelCalls: number, shares: readonly TokenShare[]): void {
  tally.all ??= emptySums('all')
  addUse(tally.all, all, modelCalls)
  for (const { kind, name, use, modelCalls: calls } of shares) {
    const sums = tally[kind].get(name) ?? emptySums(name)
    if (!tally[kind].has(name)) {
      if (tally[kind].size >= mostParts) continue
      tally[kind].set(name, sums)
    }
    addUse(sums, use, calls)
  }
}

/** What `tally` comes to; absent when no run told of a model call. */
export function summarizeTokens(tally: TokenTally): TokenSummary | undefined {
  if (tally.all === undefined) return undefined
  const [steps = [], phases = [], agents = []] = tokenPartKinds.map((kind) => [...tally[kind].values()].map(partOf))
  return { all: partOf(tally.all), steps, phases, agents }
}

/**
 * What several executions used together; absent when none told. Ratios are weighted by the tokens of each, which is what they are of where all
 * runs knew them.
 */
export function mergeTokens(summaries: readonly (TokenSummary | undefined)[]): TokenSummary | undefined {
  const told = summaries.filter((one) => one !== undefined)
  const [all] = mergeByName(told.map((one) => [one.all]))
  if (all === undefined) return undefined
  return {
    all,
    steps: mergeByName(told.map(({ steps }) => steps)),
    phases: mergeByName(told.map(({ phases }) => phases)),
    agents: mergeByName(told.map(({ agents }) => agents)),
  }
}

function mergeByName(lists: readonly TokenPart[][]): TokenPart[] {
  return [...Map.groupBy(lists.flat(), ({ name }) => name).values()].map(mergeParts)
}

function mergeParts(parts: TokenPart[]): TokenPart {
  const sums = emptySums(parts[0]?.name ?? '')
  for (const { runs, modelCalls, mean, missing = {}, cacheHitRatio, tokenEfficiencyRatio } of parts) {
    sums.runs += runs
    sums.modelCalls += modelCalls
    for (const field of partFields) {
      const [value, known] = [mean[field], runs - (missing[field] ?? 0)]
      if (value !== undefined) addField(sums, field, value * known, known)
    }
    const [input, output] = [(mean.inputTokens ?? 0) * runs, (mean.outputTokens ?? 0) * runs]
    if (cacheHitRatio !== undefined) addRatio(sums.cached, cacheHitRatio * input, input)
    if (tokenEfficiencyRatio !== undefined)
      addRatio(sums.wasted, (1 - tokenEfficiencyRatio) * (input + output), input + output)
  }
  return partOf(sums)
}

function emptySums(name: string): TokenSums {
  return { name, runs: 0, modelCalls: 0, fields: {}, cached: { part: 0, whole: 0 }, wasted: { part: 0, whole: 0 } }
}

function addUse(sums: TokenSums, use: TokenUse, modelCalls: number): void {
  sums.runs += 1
  sums.modelCalls += modelCalls
  const wasted = wastedTokens(use)
  for (const field of tokenUseFields) addField(sums, field, use[field])
  addField(sums, 'wastedTokens', wasted)
  const { inputTokens, outputTokens, cachedTokens } = use
  if (cacheHitRatio(use) !== undefined) addRatio(sums.cached, cachedTokens, inputTokens)
  if (tokenEfficiencyRatio(use) !== undefined) addRatio(sums.wasted, wasted, (inputTokens ?? 0) + (outputTokens ?? 0))
}

function addField({ fields }: TokenSums, field: Field, value: number | undefined, runs = 1): void {
  if (value === undefined) return
  const known = fields[field] ?? { sum: 0, runs: 0 }
  fields[field] = { sum: known.sum + value, runs: known.runs + runs }
}

function addRatio(ratio: { part: number; whole: number }, part = 0, whole = 0): void {
  ratio.part += part
  ratio.whole += whole
}

function partOf({ name, runs, modelCalls, fields, cached, wasted }: TokenSums): TokenPart {
  const mean: TokenPart['mean'] = {}
  const missing: TokenPart['missing'] = {}
  for (const field of partFields) {
    const known = fields[field]
    if (known === undefined) continue
    mean[field] = known.sum / known.runs
    if (known.runs < runs) missing[field] = runs - known.runs
  }
  return {
    name,
    runs,
    modelCalls,
    mean,
    missing: Object.keys(missing).length === 0 ? undefined : missing,
    cacheHitRatio: cached.whole === 0 ? undefined : cached.part / cached.whole,
    tokenEfficiencyRatio: wasted.whole === 0 ? undefined : 1 - wasted.part / wasted.whole,
  }
}
