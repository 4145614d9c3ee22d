import { z } from './zod.ts'

/**
 * How a suite is, in one word, the worst first:
 *
 * - `failing`: something got worse or broke
 * - `shifted`: all times lie off together, and nothing else is red
 * - `undecided`: something could not be decided
 * - `new`: there is nothing to compare with yet
 * - `blind`: worsenings would go unseen
 * - `creeping`: levels move that nobody accepted, or that were accepted again and again
 * - `unsteady`: times are disturbed, or vary more than they did
 * - `young`: baselines know too few executions to tell a slow-down from a slow day
 * - `healthy`: all was judged, would have been seen, and is as it was or better
 */
export const healthWords = [
  'failing',
  'shifted',
  'undecided',
  'new',
  'blind',
  'creeping',
  'unsteady',
  'young',
  'healthy',
] as const

/** How a suite is, and what to do about it. */
export interface Health {
  word: (typeof healthWords)[number]
  /** Why, in one sentence. */
  reason: string
  /** What to do, in one sentence; absent when there is nothing to do. */
  action?: string | undefined
}

/** A {@link Health} as it stands in a file. */
export const HealthSchema = z.strictObject({
  word: z.enum(healthWords),
  reason: z.string(),
  action: z.optional(z.string()),
}) satisfies z.ZodMiniType<Health>
