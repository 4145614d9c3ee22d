import { z } from './zod.ts'

/** How long a fixed piece of work took in a session: what its machine can do, whatever the agents do. */
export interface Calibration {
  /** Version of the piece of work: only the same one compares. */
  workload: number
  /** How often the work was done. */
  iterations: number
  /** Median of an iteration, in microseconds: how fast the CPU computes. */
  medianUs: number
  /** Mean of an iteration, in microseconds: the median and what others took of the CPU meanwhile. */
  meanUs: number
  /** Standard deviation of the iterations / their mean. */
  spreadRatio: number
}

const positive = z.number().check(z.positive())

/** A {@link Calibration} as it stands in a file. */
export const CalibrationSchema = z.strictObject({
  workload: z.int().check(z.minimum(1)),
  iterations: z.int().check(z.minimum(1)),
  medianUs: positive,
  meanUs: positive,
  spreadRatio: z.number().check(z.minimum(0)),
}) satisfies z.ZodMiniType<Calibration>
