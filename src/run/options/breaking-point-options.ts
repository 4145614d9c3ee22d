import type { Mistake } from '../../domain/errors.ts'
import { metrics } from '../../domain/metric.ts'
import { type DistributionMetricName, distributionMetricNames } from '../../domain/metric-name.ts'
import type { BreakingPointSearch, Objective } from '../../domain/study/breaking-point.ts'
import { z } from '../../domain/zod.ts'
import { mistakesIn } from './validation.ts'

/** Statistics that an objective may bound. */
export const objectiveStatistics = ['mean', 'p50', 'p90', 'p95', 'p99', 'p99.9'] as const
/** One of {@link objectiveStatistics}. */
export type ObjectiveStatistic = (typeof objectiveStatistics)[number]

/** What a load has to keep: the highest values, as `{ responseTimeMs: { p95: 3_000 }, failureRatio: 0.01 }`. */
export type Objectives = { [M in DistributionMetricName]?: { [S in ObjectiveStatistic]?: number | undefined } } & {
  /** The share of runs that may fail, from 0 to below 1. @default 0.01 */
  failureRatio?: number | undefined
}

/** What a search for the breaking point says beyond a scenario. */
export interface BreakingPointOwn {
  objectives: Objectives
  maxConcurrency?: number | undefined
  maxRatePerSecond?: number | undefined
  maxRuns?: number | undefined
  spendUsd?: number | undefined
  thresholds?: { sustainedPerSecond?: number | undefined } | undefined
}

const usualConcurrency = 256
const usualRuns = 10_000

const positive = z.number().check(z.positive())
const atLeastOne = z.int().check(z.minimum(1))
const statistics = z.strictObject(Object.fromEntries(objectiveStatistics.map((name) => [name, z.optional(positive)])))
const OwnSchema = z.looseObject({
  objectives: z.strictObject({
    ...Object.fromEntries(distributionMetricNames.map((name) => [name, z.optional(statistics)])),
    failureRatio: z.optional(z.number().check(z.minimum(0), z.maximum(0.99))),
  }),
  maxConcurrency: z.optional(atLeastOne),
  maxRatePerSecond: z.optional(positive),
  maxRuns: z.optional(atLeastOne),
  thresholds: z.optional(z.strictObject({ sustainedPerSecond: z.optional(positive) })),
})
const refused = [
  'load',
  'concurrency',
  'runsPerSecond',
  'runs',
  'baseline',
  'detect',
  'categories',
  'inconclusive',
  'profile',
] as const

/** What is wrong with `options` of a search, beyond what is wrong with those of a scenario. */
export function breakingPointMistakes(options: BreakingPointOwn): Mistake[] {
  const mistakes = mistakesIn(OwnSchema, options, '')
  for (const path of refused)
    if (path in options) mistakes.push({ path, expected: 'absent, for the search chooses the load', got: 'a value' })
  if (mistakes.length > 0) return mistakes
  const named = distributionMetricNames.filter((name) => Object.keys(options.objectives[name] ?? {}).length > 0)
  if (named.length === 0)
    mistakes.push({
      path: 'objectives',
      expected: 'a bound on a metric',
      got: 'none',
      remedy: 'Write `objectives: { responseTimeMs: { p95: 3_000 } }`.',
    })
  for (const name of named)
    if (metrics[name].better === 'higher')
      mistakes.push({
        path: `objectives.${name}`,
        expected: 'a metric of which less is better',
        got: 'one of which more is',
      })
  return mistakes
}

/** The search that `options` ask for. */
export function searchOf(options: BreakingPointOwn): BreakingPointSearch {
  const { objectives, maxConcurrency = usualConcurrency, maxRatePerSecond, maxRuns = usualRuns, spendUsd } = options
  const bounds = distributionMetricNames.flatMap((metric) =>
    objectiveStatistics.flatMap((statistic): Objective[] => {
      const bound = objectives[metric]?.[statistic]
      return bound === undefined ? [] : [{ metric, statistic, bound }]
    }),
  )
  const failures: Objective[] =
    objectives.failureRatio === undefined ? [] : [{ metric: 'failureRatio', bound: objectives.failureRatio }]
  return { objectives: [...bounds, ...failures], maxConcurrency, maxRatePerSecond, maxRuns, maxCostUsd: spendUsd }
}
