import { CalibrationSchema } from './calibration.ts'
import type { Environment } from './environment.ts'
import { z } from './zod.ts'

const count = z.int().check(z.minimum(0))

/** An {@link Environment} as it stands in a file. */
export const EnvironmentSchema = z.strictObject({
  node: z.string(),
  platform: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cpuCores: count,
  memoryBytes: count,
  ci: z.boolean(),
  runnerLabel: z.optional(z.string()),
  runnerImage: z.optional(z.string()),
  version: z.string(),
  calibration: z.optional(CalibrationSchema),
}) satisfies z.ZodMiniType<Environment>
