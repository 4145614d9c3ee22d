import { type BenchAgentError, mistakesError } from '../domain/errors.ts'
import { isTimed, isTraced } from '../domain/load/load-shape.ts'
import { executionLimitMs, mostRuns, planScenario, quantileMistakes } from '../domain/plan.ts'
import { requireScenarioOptions } from '../run/options/options.ts'
import { isImmediate } from '../run/source/cases.ts'
import type { BenchAgent } from './api.ts'
import { testFunction } from './collector.ts'
import { configurations } from './configurations.ts'
import { runScenarioTest, type UntypedOptions } from './scenario-test.ts'
import { untilStartMs } from './segment.ts'
import { workerSettings } from './settings.ts'

/** Measures an agent in a test of its own. */
export const benchAgent: BenchAgent = testFunction({
  name: 'benchAgent',
  mistakeIn,
  timeoutMs,
  rows: configurations,
  run: runScenarioTest,
})

function mistakeIn(name: string, options: UntypedOptions): BenchAgentError | undefined {
  try {
    requireScenarioOptions(name, options)
    const { cases, load } = options
    if (isTimed(load) || !isImmediate(cases) || options.where !== undefined || options.sample !== undefined)
      return undefined
    const mistakes = quantileMistakes(options, [...(cases ?? [{ input: undefined }])], mostRuns(options.runs))
    return mistakes.length === 0
      ? undefined
      : mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, mistakes)
  } catch (error) {
    return error as BenchAgentError
  }
}

/**
 * The longest that the test may take. 0, for no limit of Vitest's, where the number of cases is known only when it runs: every
 * run and every hook has a limit of its own in any case.
 */
function timeoutMs(name: string, options: UntypedOptions): number {
  if (!isImmediate(options.cases) || isTraced(options.load)) return 0
  const cases = [...(options.cases ?? [{ input: undefined }])].map((one, position) => ({ ...one, name: `${position}` }))
  const plan = planScenario(name, { ...options, thresholds: {}, categories: {} }, cases)
  return executionLimitMs(plan) + untilStartMs(workerSettings())
}
