import type { ScenarioOptions } from '../../domain/scenario.ts'
import type { StressBounds, StressName } from '../../domain/study/stress.ts'
import type { Check } from '../api.ts'
import { callSite } from '../call-site.ts'
import { testFunction } from '../collector.ts'
import { requireVitest } from '../runner.ts'
import type { UntypedOptions } from '../scenario-test.ts'
import { askedStress, mistakeInStress, type StressOptions } from './stress-options.ts'
import { runResilienceTest, runStressTest, type StressSuite, stressLimitMs } from './stress-test.ts'

/** What is put under stress. */
export type StressAgentOptions<Input, Expected, Returned, State> = Pick<
  ScenarioOptions<Input, Expected, Returned, State>,
  | 'agent'
  | 'cases'
  | 'where'
  | 'sample'
  | 'setup'
  | 'teardown'
  | 'warmup'
  | 'limits'
  | 'prices'
  | 'ensureStreamUsage'
  | 'spendUsd'
  | 'hookTimeoutMs'
  | 'about'
> & {
  /** Runs in flight when nothing is wrong; stress is a multiple of it. @default 1 */
  concurrency?: number | undefined
  /** How long the shortest load is kept up, in milliseconds; others follow from it. @default 10_000 */
  durationMs?: number | undefined
  /** Other bounds for a kind of stress, or `false` to leave it out. @default those of METHODOLOGY */
  scenarios?: { [S in StressName]?: false | Partial<StressBounds> } | undefined
  /** The lowest resilience score that is accepted, 0 to 1. @default none is asked for */
  thresholds?: { resilienceScore?: number | undefined } | undefined
}

type StressCall = <Input, Expected = unknown, Returned = unknown, State = undefined>(
  name: string,
  options: StressAgentOptions<Input, Expected, Returned, State>,
  check?: Check<Input, Expected, Returned, State>,
) => void

/** A suite of Vitest that puts an agent under eight kinds of stress. */
export interface StressAgent extends StressCall {
  /** Skips the suite. */
  readonly skip: StressCall
  /** Runs only this suite of its file. */
  readonly only: StressCall
}

type How = 'skip' | 'only' | undefined

/**
 * Declares a suite of tests that put an agent under stress: ten times the load, a long load, a spike, memory pressure, many at one
 * instant, large inputs, rate limits, and an outage of the model. Each test has bounds of its own; the last one tells the resilience score.
 */
export const stressAgent: StressAgent = Object.assign(declaring(undefined), {
  skip: declaring('skip'),
  only: declaring('only'),
})

function declaring(how: How): StressCall {
  return (name, options, check) =>
    declareSuite(how, name, options as unknown as StressOptions, check as StressSuite['check'])
}

function declareSuite(how: How, name: string, options: StressOptions, check: StressSuite['check']): void {
  const site = callSite()
  const { describe } = requireVitest('stressAgent')
  const suite: StressSuite = {
    ...{ name, options, check },
    ...{ startedAt: undefined, cases: undefined, usual: undefined },
    ...{ outcomes: [], results: [] },
  }
  const mistake = mistakeInStress(name, options)
  const shared = { name: 'stressAgent', site, mistakeIn: () => mistake }
  const describing = how === undefined ? describe : describe[how]
  describing(name, () => {
    for (const scenario of mistake === undefined ? askedStress(options) : []) {
      const timeoutMs = () => stressLimitMs(suite, scenario)
      const declare = testFunction({
        ...shared,
        timeoutMs,
        run: (context, declared) => runStressTest(context, declared, suite, scenario),
      })
      declare(scenario.name, optionsForTest(options), check as never)
    }
    const timeoutMs = () => 0
    const declare = testFunction({
      ...shared,
      timeoutMs,
      run: (context, declared) => runResilienceTest(context, declared, suite),
    })
    declare('resilience', optionsForTest(options))
  })
}

// What fixtures are asked for by; all else is the suite's.
function optionsForTest({ agent, setup }: StressOptions): never {
  return { agent, setup, baseline: false } satisfies Partial<UntypedOptions> as never
}
