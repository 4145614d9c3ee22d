import type { LogHistogramJson } from '../../stats/log-histogram-json.ts'
import { distributionMetricNames } from '../metric-name.ts'
import { outcomes } from '../sample.ts'
import { z } from '../zod.ts'
import type { FoldJson } from './fold-json.ts'

const count = z.int().check(z.minimum(0))
// What is in a histogram is checked when it is read.
const HistogramSchema = z.looseObject({ whole: z.boolean() }) as unknown as z.ZodMiniType<LogHistogramJson>
const MetricSchema = z.strictObject({
  histogram: HistogramSchema,
  missing: count,
  censored: count,
  censoredFrom: z.optional(z.number()),
})
const GroupSchema = z.strictObject({
  outcomes: z.record(z.enum(outcomes), count),
  metrics: z.partialRecord(z.enum(distributionMetricNames), MetricSchema),
  scores: z.record(z.string(), MetricSchema),
})

/** A {@link Fold} in a record. */
export const FoldSchema = z.strictObject({
  runs: count,
  degraded: count,
  all: GroupSchema,
  categories: z.record(z.string(), GroupSchema),
  cases: z.array(GroupSchema),
}) satisfies z.ZodMiniType<FoldJson>
