import { z } from './zod.ts'

/**
 * What a rule looks for.
 *
 * - `sequentialTools`: tools that the model asked for together ran one after another
 * - `coldConnections`: calls opened connections, though one that was open could have taken them
 * - `retries`: calls that failed and were made again
 * - `cachePrefix`: prompts that are mostly the same differ at their beginning, so that no cache serves them
 * - `toolResults`: results of a tool are a large part of all input
 * - `slowTool`: one tool takes most of the time
 * - `blockedEventLoop`: code computes so long that nothing else of the process goes on
 */
export const adviceRules = [
  'sequentialTools',
  'coldConnections',
  'retries',
  'cachePrefix',
  'toolResults',
  'slowTool',
  'blockedEventLoop',
] as const
/** One of {@link adviceRules}. */
export type AdviceRule = (typeof adviceRules)[number]

/** What kinds of places there are in a run. */
export const adviceKinds = ['case', 'turn', 'phase', 'agent', 'step', 'tool', 'modelCall'] as const

/** What it takes to follow an advice: a line or an option, a change in one place, or one in how the agent is built. */
export const efforts = ['small', 'medium', 'large'] as const

const finite = z.number()
const count = z.int().check(z.minimum(0))

/** Something that costs runs time, tokens or money, and what to do about it. */
export const Advice = z.strictObject({
  rule: z.enum(adviceRules),
  /** Where it happens, from the outside in; empty where it is everywhere. */
  place: z.array(z.strictObject({ kind: z.enum(adviceKinds), name: z.string() })),
  /** What a run would save at most, on average; a field is absent where nobody knows, and not 0. */
  impact: z.strictObject({
    savedMs: z.optional(finite),
    savedTokens: z.optional(finite),
    savedUsd: z.optional(finite),
  }),
  /** The largest of the impacts / what a run takes of it; 0..1. */
  shareRatio: finite,
  /** In how many runs it was seen, of how many whose traces were looked at. */
  seen: z.strictObject({ runs: count, of: count }),
  cause: z.string(),
  suggestion: z.string(),
  effort: z.enum(efforts),
})
export type Advice = z.infer<typeof Advice>

/** A place in a run, see {@link Advice}. */
export type AdvicePlace = Advice['place'][number]
