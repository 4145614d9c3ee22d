import type { Comparability } from './baseline.ts'
import type { BaselineLine, BaselineMetric } from './finding.ts'
import { z } from './zod.ts'

// Apart from the schema of records: every process that compares needs these two, and only the one that reports needs that.

const spread = z.number().check(z.minimum(0))

/** A {@link BaselineLine} as it stands in a file. */
export const BaselineLineSchema = z.strictObject({
  n: z.int().check(z.minimum(1)),
  location: z.number(),
  within: z.optional(spread),
  between: z.optional(spread),
}) satisfies z.ZodMiniType<BaselineLine>

/** A metric as it stands in a file: any name, for files outlive metrics. */
export const BaselineMetricSchema = z.string() as unknown as z.ZodMiniType<BaselineMetric>

/** What a file keeps of each metric. */
export function byMetric<Value>(value: z.ZodMiniType<Value>): z.ZodMiniType<{ [M in BaselineMetric]?: Value }> {
  // A record whose keys are names is partial, which its type does not say.
  return z.record(z.string(), value) as unknown as z.ZodMiniType<{ [M in BaselineMetric]?: Value }>
}

/** A {@link Comparability} as it stands in a file. */
export const ComparabilitySchema = z.strictObject({
  mode: z.enum(['live', 'replay']),
  model: z.string(),
  load: z.string(),
  cases: z.string(),
}) satisfies z.ZodMiniType<Comparability>
