import { wallClock } from '../domain/clock.ts'
import type { Plan } from '../domain/plan.ts'
import { type Watchdog, watchdogOf } from '../measure/watchdog.ts'
import { deathNotePath } from './death-note.ts'
import type { WorkerSettings } from './settings.ts'

/** Has the watchdog of this process watch over `plan`; absent when no session would find what it says. */
export function watchScenario(
  plan: Plan,
  settings: WorkerSettings | undefined,
): (Pick<Watchdog, 'onRun' | 'onCount'> & { end: () => void }) | undefined {
  if (settings === undefined) return undefined
  const watchdog = watchdogOf(deathNotePath(settings.sessionDirectory, process.pid), wallClock)
  if (watchdog === undefined) return undefined
  const end = watchdog.watch(plan.name, plan.limits.latencyMs, plan.hookTimeoutMs)
  return { onRun: watchdog.onRun, onCount: watchdog.onCount, end }
}
