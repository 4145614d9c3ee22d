import type { Advice, AdvicePlace } from '../../domain/advice.ts'
import type { TimeInterval } from '../../domain/intervals.ts'
import type { PromptBlocks } from '../../domain/prompt-blocks.ts'
import type { ModelCall } from '../../domain/span.ts'
import type { RunTrace } from '../../domain/trace.ts'
import type { Usage } from '../../domain/usage.ts'

/** A run whose trace was kept, as rules look at it. Instants are on the run's clock, but for `startedAtMs`. */
export interface SeenRun extends Pick<RunTrace, 'startedAtMs' | 'calls' | 'spans'> {
  latencyMs: number
  /** Name of its case; absent where there is one case only. */
  caseName?: string | undefined
  /** When the process computed so long that nothing else of it could go on; what lies outside of the run is cut off. */
  blocked: readonly TimeInterval[]
}

/** What rules are given of an execution. */
export interface Evidence {
  /** Timed runs that nothing outside of them disturbed, in the order of their start. */
  runs: readonly SeenRun[]
  /** All runs whose traces were kept, whatever came of them: what they left to the others. */
  traced: readonly Pick<RunTrace, 'startedAtMs' | 'calls'>[]
  /** Whether one run was in flight at a time. */
  alone: boolean
  /** Whether models answered from a recording, at whatever pace: what their calls took says nothing then. */
  replayed: boolean
  /** The prompt of a call in blocks; absent when it could not be read. */
  promptOf: (call: ModelCall) => PromptBlocks | undefined
  /** What `call` would cost in US dollars if it had used `usage`; absent when its model has no price. */
  usdOf: (call: ModelCall, usage: Usage) => number | undefined
}

/** What a rule found. Lists have an item for each run of the evidence, in its order. */
export interface Observation extends Pick<Advice, 'rule' | 'place' | 'cause' | 'suggestion' | 'effort'> {
  /** What each run would save at most; absent when unknown. */
  savedMs?: readonly number[] | undefined
  savedTokens?: readonly number[] | undefined
  savedUsd?: readonly (number | undefined)[] | undefined
  /** What it takes of each run, where nobody knows what of that would be saved. */
  takenMs?: readonly number[] | undefined
}

/** Looks for one thing in an execution. */
export type Rule = (evidence: Evidence) => Observation[]

/** The mean of `values`; 0 of none. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The place that most of `places` name, compared by what they say; empty of none. */
export function usualPlace(places: readonly AdvicePlace[][]): AdvicePlace[] {
  const counts = new Map<string, number>()
  for (const place of places) {
    const key = JSON.stringify(place)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const [usual] = [...counts].sort(([, a], [, b]) => b - a)
  return usual === undefined ? [] : JSON.parse(usual[0])
}
