import { type Mistake, mistakesError } from '../domain/errors.ts'
import { longestTimerMs } from '../domain/limit.ts'
import { distributionMetricNames, limitNames, scenarioMetricNames } from '../domain/metric-name.ts'
import { statistics } from '../domain/summary.ts'
import { z } from '../domain/zod.ts'
import { PricesSchema } from './price-schema.ts'
import { mistakesIn, requireValid } from './validation.ts'

const text = z.string().optional()
const name = z.string().min(1).optional()
const positive = z.number().positive()
const maybePositive = positive.optional()
const atLeastOne = z.int().min(1)
// A timer that is set for longer fires at once.
const timeoutMs = positive.max(longestTimerMs).optional()
const flag = z.boolean().optional()
const call = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', 'a function')
const maybeCall = call.optional()

function each<Schema extends z.ZodType>(names: readonly string[], schema: Schema): Record<string, Schema> {
  return Object.fromEntries(names.map((one) => [one, schema]))
}

const number = z.number().optional()
const ratio = z.number().min(0).max(1).optional()
const statisticBounds = each(distributionMetricNames, z.strictObject(each(statistics, number)).optional())
const scores = z.record(z.string(), z.strictObject(each(statistics, ratio))).optional()

/** Thresholds as a user gives them. */
export const ThresholdsSchema = z.strictObject({
  ...statisticBounds,
  ...each(scenarioMetricNames, number),
  successRatio: ratio,
  scores,
})

// A category has no process of its own: of the metrics of the whole execution only success is its.
const CategorySchema = z.strictObject({ ...statisticBounds, successRatio: ratio, scores })

const CaseSchema = z.looseObject({ name, category: name, priority: number })
const cases = z.custom<object>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value || 'read' in value),
  'an array or iterable of cases, or json(…), jsonl(…), csv(…)',
)

const boundsShape = {
  id: name,
  about: z
    .strictObject({ agent: text, version: text, model: text, settings: z.record(z.string(), z.unknown()).optional() })
    .optional(),
  runs: atLeastOne.optional(),
  warmup: z.int().min(0).optional(),
  concurrency: atLeastOne.optional(),
  runsPerSecond: maybePositive,
  limits: z.strictObject({ ...each(limitNames, maybePositive), latencyMs: timeoutMs }).optional(),
  prices: PricesSchema.optional(),
  spendUsd: maybePositive,
  stopWhenCertain: flag,
  hookTimeoutMs: timeoutMs,
}

const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .optional()

const ScenarioSchema = z.strictObject({
  ...boundsShape,
  cases: cases.optional(),
  where: maybeCall,
  sample: z.union([atLeastOne, z.strictObject({ size: atLeastOne, seed })]).optional(),
  setup: maybeCall,
  teardown: maybeCall,
  agent: call,
  thresholds: ThresholdsSchema.optional(),
  categories: z.record(z.string(), CategorySchema).optional(),
  inconclusive: z.enum(['pass', 'fail']).optional(),
  baseline: flag,
})

/** Throws every mistake in the options of the scenario `name`. @throws BenchAgentError */
export function requireScenarioOptions(name: string, options: unknown): void {
  const mistakes = [...mistakesIn(ScenarioSchema, options, ''), ...caseMistakes(options)]
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, mistakes)
}

/** Throws every mistake in the options of a measurement without cases. @throws BenchAgentError */
export function requireBounds(subject: string, options: unknown): void {
  requireValid(z.strictObject({ ...boundsShape, name }), subject, options)
}

/** Throws every mistake in `thresholds`. @throws BenchAgentError */
export function requireThresholds(subject: string, thresholds: unknown): void {
  requireValid(ThresholdsSchema, subject, thresholds)
}

function caseMistakes(options: unknown): Mistake[] {
  const given = typeof options === 'object' && options !== null && 'cases' in options ? options.cases : undefined
  if (!Array.isArray(given)) return []
  return given.flatMap((one, position) => mistakesIn(CaseSchema, one, `cases[${position}]`))
}
