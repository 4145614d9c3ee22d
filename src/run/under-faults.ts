import { type FaultsMet, faultKinds, noFaults } from '../domain/fault.ts'
import type { Course } from './course.ts'

/** Loads what faults need, so that their clock begins with that of the load. */
export async function readyFaults({ setting: { plan } }: Course): Promise<void> {
  if (plan.faults.length > 0) await import('../capture/intercept/faults.ts')
}

/** `work`, whose model calls meet the faults of the plan. */
export async function underFaults(course: Course, work: () => Promise<void>): Promise<void> {
  const { plan, clock } = course.setting
  if (plan.faults.length === 0) return work()
  const { injectFaults } = await import('../capture/intercept/faults.ts')
  // Executions of a sweep take turns: only that one of them has runs in flight whose turn it is.
  const isOurs = () => [...course.instruments.inFlight.runs()].length > 0
  const faults = await injectFaults(plan.faults, plan.faultSeed, clock, isOurs)
  try {
    await work()
  } finally {
    course.faults = sumOf(course.faults, { calls: faults.calls(), injected: faults.injected(), past: faults.past() })
    await faults.stop()
  }
}

function sumOf(before: FaultsMet | undefined, more: FaultsMet): FaultsMet {
  if (before === undefined) return more
  const injected = noFaults()
  for (const kind of faultKinds) injected[kind] = before.injected[kind] + more.injected[kind]
  return { calls: before.calls + more.calls, injected, past: before.past + more.past }
}
