import { BenchAgentError, type Mistake, mistakesError } from '../../domain/errors.ts'
import { type StressBounds, type StressName, stressNames } from '../../domain/study/stress.ts'
import { z } from '../../domain/zod.ts'
import { requireScenarioOptions } from '../../run/options/options.ts'
import { mistakesIn } from '../../run/options/validation.ts'
import { type StressScenario, stressScenarios } from '../../run/study/stress/scenarios.ts'
import type { UntypedOptions } from '../scenario-test.ts'

/** What a stress suite says beyond a scenario. */
export type StressOptions = Omit<UntypedOptions, 'thresholds'> & {
  durationMs?: number | undefined
  scenarios?: { [S in StressName]?: false | Partial<StressBounds> } | undefined
  thresholds?: { resilienceScore?: number | undefined } | undefined
}

/** How long the shortest load is kept up where nobody says otherwise. */
export const usualDurationMs = 10_000

/** The kinds of stress that `options` ask for, with their bounds. */
export function askedStress({
  concurrency = 1,
  durationMs = usualDurationMs,
  scenarios = {},
}: StressOptions): StressScenario[] {
  return stressScenarios({ concurrency, durationMs }).flatMap((scenario) => {
    const own = scenarios[scenario.name]
    return own === false ? [] : [{ ...scenario, bounds: { ...scenario.bounds, ...own } }]
  })
}

const ratio = z.number().check(z.minimum(0), z.maximum(1))
const positive = z.number().check(z.positive())
const BoundsSchema = z.union(
  [
    z.literal(false),
    z.strictObject({
      successRatio: z.optional(ratio),
      slowdownRatio: z.optional(positive),
      recoveryMs: z.optional(positive),
    }),
  ],
  'false, or { successRatio, slowdownRatio, recoveryMs }',
)
const OwnSchema = z.looseObject({
  durationMs: z.optional(positive),
  concurrency: z.optional(z.int().check(z.minimum(1))),
  scenarios: z.optional(
    z.strictObject(Object.fromEntries(stressNames.map((name) => [name, z.optional(BoundsSchema)]))),
  ),
  thresholds: z.optional(z.strictObject({ resilienceScore: z.optional(ratio) })),
})
const refused = [
  'id',
  'load',
  'runs',
  'runsPerSecond',
  'faults',
  'faultSeed',
  'baseline',
  'detect',
  'categories',
  'inconclusive',
  'profile',
] as const

/** What is wrong with the options of a stress suite; absent when nothing is. */
export function mistakeInStress(name: string, options: StressOptions): BenchAgentError | undefined {
  try {
    const mistakes: Mistake[] = mistakesIn(OwnSchema, options, '')
    for (const path of refused)
      if (path in options)
        mistakes.push({ path, expected: 'absent, for each kind of stress has its own', got: 'a value' })
    if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, mistakes)
    const { durationMs: _, scenarios: __, thresholds: ___, ...own } = options
    requireScenarioOptions(name, own)
    return undefined
  } catch (error) {
    if (error instanceof BenchAgentError) return error
    throw error
  }
}
