import { z } from './zod.ts'

/**
 * Where recordings are kept, in the order in which they are asked for.
 *
 * - `memory`: of the process that measures
 * - `file`: beside the test
 * - `redis`: shared by machines
 */
export const recordingLevels = ['memory', 'file', 'redis'] as const
/** One of {@link recordingLevels}. */
export type RecordingLevel = (typeof recordingLevels)[number]

const count = z.int().check(z.minimum(0))

/** What recordings did for an execution. Calls of warm-up, checks and hooks are counted, too. */
export const RecordingUseSchema = z.strictObject({
  /** The level that had them; absent when none had any that is young enough. */
  from: z.optional(z.enum(recordingLevels)),
  /** Levels that were asked, and had none, or only such as are too old. */
  missedIn: z.array(z.enum(recordingLevels)),
  /** Model calls that were answered with what was recorded. */
  answered: count,
  /** Model calls that nothing was recorded for, or too long ago. */
  missing: count,
  /** Recorded model calls that were too old to be used. */
  expired: count,
  /** Model calls that were recorded for later executions. */
  recorded: count,
})
/** What recordings did for an execution. */
export type RecordingUse = z.infer<typeof RecordingUseSchema>
