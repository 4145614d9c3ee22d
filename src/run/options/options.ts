import { steadyToleranceRatio } from '../../compare/evidence/rule.ts'
import { detectNames } from '../../domain/detect.ts'
import { statistics } from '../../domain/distribution.ts'
import { type Mistake, mistakesError } from '../../domain/errors.ts'
import { longestTimerMs } from '../../domain/limit.ts'
import { type Loading, loadMistakes } from '../../domain/load/plan-load.ts'
import { distributionMetricNames, limitNames, scenarioMetricNames } from '../../domain/metric-name.ts'
import { mostSlowRuns } from '../../domain/profile/profile.ts'
import { callModes, recordedKinds } from '../../domain/recording.ts'
import { z } from '../../domain/zod.ts'
import { FaultsSchema } from './fault-schema.ts'
import { loadShapeMistakes } from './load-shape-schema.ts'
import { PricesSchema } from './price-schema.ts'
import { mistakesIn, requireValid } from './validation.ts'

const text = z.optional(z.string())
const name = z.optional(z.string().check(z.minLength(1)))
const positive = z.number().check(z.positive())
const maybePositive = z.optional(positive)
const atLeastOne = z.int().check(z.minimum(1))
// A timer that is set for longer fires at once.
const timeoutMs = z.optional(positive.check(z.maximum(longestTimerMs)))
const flag = z.optional(z.boolean())
const call = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', 'a function')
const maybeCall = z.optional(call)

function each<Schema extends z.ZodMiniType>(names: readonly string[], schema: Schema): Record<string, Schema> {
  return Object.fromEntries(names.map((one) => [one, schema]))
}

// The rule calls nothing smaller a regression, whatever the number of runs.
const worsening = z.number().check(z.minimum(steadyToleranceRatio))
const number = z.optional(z.number())
const ratio = z.optional(z.number().check(z.minimum(0), z.maximum(1)))
const statisticBounds = each(distributionMetricNames, z.optional(z.strictObject(each(statistics, number))))
const scores = z.optional(z.record(z.string(), z.strictObject(each(statistics, ratio))))

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

const seed = z.optional(z.int().check(z.minimum(0), z.maximum(2 ** 32 - 1)))

const boundsShape = {
  id: name,
  about: z.optional(
    z.strictObject({
      agent: text,
      version: text,
      model: text,
      settings: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  runs: z.optional(
    z.union(
      [atLeastOne, z.strictObject({ max: atLeastOne, stop: z.literal('auto') })],
      "a whole number from 1, or { max, stop: 'auto' }",
    ),
  ),
  warmup: z.optional(z.int().check(z.minimum(0))),
  concurrency: z.optional(atLeastOne),
  runsPerSecond: maybePositive,
  load: z.optional(
    z.custom<object>(
      (value) => typeof value === 'object' && value !== null,
      'an object with `concurrency`, `ratePerSecond` or `stages`, or trace(…)',
    ),
  ),
  faults: z.optional(FaultsSchema),
  faultSeed: seed,
  mode: z.optional(z.enum(callModes)),
  replay: z.optional(
    z.strictObject({
      pace: z.optional(
        z.union([z.enum(['recorded', 'instant']), positive], "'recorded', 'instant' or a number above 0"),
      ),
      redact: maybeCall,
      maxAgeMs: z.optional(z.union([positive, z.strictObject(each(recordedKinds, maybePositive))])),
    }),
  ),
  limits: z.optional(z.strictObject({ ...each(limitNames, maybePositive), latencyMs: timeoutMs })),
  prices: z.optional(PricesSchema),
  ensureStreamUsage: flag,
  spendUsd: maybePositive,
  detect: z.optional(
    z.strictObject({
      ...each(detectNames, z.optional(worsening)),
      scores: z.optional(z.record(z.string(), worsening)),
    }),
  ),
  hookTimeoutMs: timeoutMs,
}

const ScenarioSchema = z.strictObject({
  ...boundsShape,
  cases: z.optional(cases),
  where: maybeCall,
  sample: z.optional(
    z.union([atLeastOne, z.strictObject({ size: atLeastOne, seed })], 'a whole number from 1, or { size, seed }'),
  ),
  setup: maybeCall,
  teardown: maybeCall,
  agent: call,
  thresholds: z.optional(ThresholdsSchema),
  categories: z.optional(z.record(z.string(), CategorySchema)),
  profile: z.optional(
    z
      .strictObject({ slowerThanMs: maybePositive, slowest: z.optional(atLeastOne.check(z.maximum(mostSlowRuns))) })
      .check(
        z.refine(
          ({ slowerThanMs, slowest }) => slowerThanMs !== undefined || slowest !== undefined,
          '{ slowerThanMs }, { slowest }, or both',
        ),
      ),
  ),
  inconclusive: z.optional(z.enum(['pass', 'fail'])),
  baseline: flag,
})

/** Throws every mistake in the options of the scenario `name`. @throws BenchAgentError */
export function requireScenarioOptions(name: string, options: unknown): void {
  const mistakes = [...mistakesIn(ScenarioSchema, options, ''), ...caseMistakes(options), ...mistakesOfLoad(options)]
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, mistakes)
}

/** Throws every mistake in the options of a measurement without cases. @throws BenchAgentError */
export function requireBounds(subject: string, options: unknown): void {
  const mistakes = [...mistakesIn(z.strictObject({ ...boundsShape, name }), options, ''), ...mistakesOfLoad(options)]
  if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', subject, mistakes)
}

/** Throws every mistake in `thresholds`. @throws BenchAgentError */
export function requireThresholds(subject: string, thresholds: unknown): void {
  requireValid(ThresholdsSchema, subject, thresholds)
}

function mistakesOfLoad(options: unknown): Mistake[] {
  const given = typeof options === 'object' && options !== null && 'load' in options ? options.load : undefined
  if (typeof given !== 'object' || given === null) return []
  const mistakes = loadShapeMistakes(given)
  // What is no load at all cannot be at odds with anything.
  return mistakes.length > 0 ? mistakes : loadMistakes(options as Loading)
}

function caseMistakes(options: unknown): Mistake[] {
  const given = typeof options === 'object' && options !== null && 'cases' in options ? options.cases : undefined
  if (!Array.isArray(given)) return []
  return given.flatMap((one, position) => mistakesIn(CaseSchema, one, `cases[${position}]`))
}
