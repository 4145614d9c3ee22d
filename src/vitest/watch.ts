import { wallClock } from '../domain/clock.ts'
import type { Plan } from '../domain/plan.ts'
import { type Watch, watchdogOf } from '../measure/watchdog.ts'
import { deathNotePath } from './death-note.ts'
import type { WorkerSettings } from './settings.ts'

/** Has the watchdog of this process watch over `plan`; absent when no session would find what it says. */
export function watchScenario(plan: Plan, settings: WorkerSettings | undefined): Watch | undefined {
  if (settings === undefined) return undefined
  const watchdog = watchdogOf(deathNotePath(settings.sessionDirectory, process.pid), wallClock)
  return watchdog?.watch(plan.name, plan.limits.latencyMs, plan.hookTimeoutMs)
}
