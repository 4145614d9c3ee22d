import type { Clock } from '../../src/domain/clock.ts'
import type { Limits } from '../../src/domain/limit.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import { watchDeadlines } from '../../src/measure/deadline.ts'
import type { RunSetting } from '../../src/measure/setting.ts'

/** A setting under which `agent` can be measured, with `changes` to it. */
export function runSetting(
  clock: Clock,
  agent: Agent,
  { limits, ...changes }: Partial<Omit<RunSetting, 'limits'>> & { limits?: Limits } = {},
): RunSetting {
  const latencyMs = limits?.latencyMs ?? 60_000
  return {
    clock,
    agent,
    limits: { ...limits, latencyMs },
    prices: {},
    hookTimeoutMs: 1_000,
    graceMs: 50,
    inFlight: watchDeadlines(clock, latencyMs),
    ...changes,
  }
}
