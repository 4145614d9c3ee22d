import { wallClock } from '../src/domain/clock.ts'
import { planScenario } from '../src/domain/plan.ts'
import type { Agent, Bounds } from '../src/domain/scenario.ts'
import { readEnvironment } from '../src/measure/environment.ts'
import { slot } from '../src/measure/watchdog-slots.ts'
import type { ScenarioResult } from '../src/run/conclude.ts'
import { runScenario } from '../src/run/scenario.ts'
import type { ScenarioSetting } from '../src/run/setting.ts'

/** Calls in flight at once, in every driver. */
export const concurrency = 10

/** The agent that every driver calls. */
export async function noOp(): Promise<void> {}

const environment = readEnvironment()
const slots = new Int32Array(new SharedArrayBuffer(slot.count * Int32Array.BYTES_PER_ELEMENT))

/** Runs the no-op agent `calls` times, 10 at once where `load` says nothing else. */
export function runNoOp(
  calls: number,
  onRun?: (index: number) => void,
  load: Pick<Bounds, 'concurrency' | 'load'> = { concurrency },
): Promise<ScenarioResult> {
  return runAgent(noOp, { runs: calls, ...load }, onRun)
}

/**
 * Runs `agent` as a test does, by `runScenario` itself: model calls attributed by AsyncLocalStorage, an abort signal for who
 * asks, the latency limit watched, stray errors claimed, event loop and memory watched, samples kept in columns, stopping rules
 * asked after each run.
 *
 * @param onRun told of each run that starts, beside the watchdog's memory
 */
export function runAgent(agent: Agent, bounds: Bounds, onRun?: (index: number) => void): Promise<ScenarioResult> {
  return runScenario(settingOf(agent, bounds, onRun))
}

/** What {@link runAgent} runs. */
export function settingOf(agent: Agent, bounds: Bounds, onRun?: (index: number) => void): ScenarioSetting {
  return {
    plan: planScenario('bench', { ...bounds, warmup: 0 }, [{ name: 'bench', input: undefined }]),
    agent,
    about: {},
    identity: { project: '', file: '', suite: [], name: 'bench', id: 'bench' },
    execution: 'bench',
    attempt: 0,
    mode: 'live',
    prices: {},
    environment,
    acceptWorse: false,
    mayWrite: false,
    keepsBaseline: false,
    ledger: { spentBeforeUsd: 0 },
    clock: wallClock,
    onRun: (index) => {
      Atomics.store(slots, slot.run, index)
      onRun?.(index)
    },
  }
}
