import type { CaseInput } from '../../src/domain/case.ts'
import type { Clock } from '../../src/domain/clock.ts'
import type { Plannable } from '../../src/domain/plan.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import { readEnvironment } from '../../src/measure/environment.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { runScenario } from '../../src/run/scenario.ts'
import type { ScenarioSetting } from '../../src/run/setting.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { planOf } from './plans.ts'

/** A scenario as a test describes it. */
export type Described = Partial<Omit<ScenarioSetting, 'plan' | 'agent' | 'clock'>> & {
  options?: Plannable
  cases?: CaseInput[]
}

/** A setting in which `agent` is measured, without warm-up unless `options` ask for one. */
export function scenarioSetting(clock: Clock, agent: Agent, { options, cases, ...rest }: Described): ScenarioSetting {
  return {
    plan: planOf(options, cases),
    agent,
    about: {},
    identity: { project: 'perf', file: 'refund.perf.ts', suite: [], name: 'refund', id: 'refund' },
    execution: 'one',
    attempt: 0,
    mode: 'live',
    prices: {},
    environment: readEnvironment({}),
    acceptWorse: false,
    mayWrite: true,
    keepsBaseline: false,
    ledger: { spentBeforeUsd: 0 },
    clock,
    ...rest,
  }
}

/** What an execution on a virtual clock comes to. Breathing takes no time there, so that starts are exact. */
export function executed(
  agent: (clock: VirtualClock) => Agent,
  described: Described | ((clock: VirtualClock) => Described) = {},
): Promise<ScenarioResult> {
  const clock = { ...virtualClock(), breathe: async () => undefined }
  const setting = scenarioSetting(clock, agent(clock), typeof described === 'function' ? described(clock) : described)
  return clock.run(() => runScenario(setting))
}
