import type { LoadShape } from '../domain/load/load-shape.ts'
import { segmentOf } from '../domain/load/plan-load.ts'
import type { Bounds } from '../domain/scenario.ts'
import type { WorkerSettings } from './settings.ts'

/**
 * `options` as this session makes them: of an open load its segment. Absent where another session makes it, for a load that waits for its
 * runs cannot be shared out.
 */
export function inSegment<Options extends Bounds>(
  options: Options,
  settings: WorkerSettings | undefined,
): Options | undefined {
  const segment = settings?.segment
  if (segment === undefined) return options
  const { load } = options
  if (load !== undefined && isShared(load)) return { ...options, load: { ...load, segment: load.segment ?? segment } }
  return isMadeElsewhere(settings) ? undefined : options
}

/** Whether another of the sessions that share the loads makes what cannot be shared. */
export function isMadeElsewhere(settings: WorkerSettings | undefined): boolean {
  const segment = segmentOf(settings?.segment)
  return segment !== undefined && segment.index !== 1
}

/** Why a test is left out, see {@link isMadeElsewhere}. */
export const madeElsewhere = 'the first of the sessions that share the loads makes this one'

function isShared(load: LoadShape): load is Extract<LoadShape, { segment?: unknown }> {
  if ('stages' in load) return load.stages.some((stage) => 'ratePerSecond' in stage)
  return 'ratePerSecond' in load || 'read' in load
}

let begun = false

/**
 * When the next load of this process starts: the first one when the session says; absent for all others. Where loads are shared, it is the
 * first of those, for only one session makes the others.
 */
export function nextStartAtMs(settings: WorkerSettings | undefined, isPart: boolean): number | undefined {
  if (begun || (settings?.segment !== undefined && !isPart)) return undefined
  begun = true
  return settings?.startsAtMs
}

/** How long it is until the session starts its first load, in milliseconds; 0 where it waits for nothing. */
export function untilStartMs(settings: WorkerSettings | undefined): number {
  return Math.max(0, (settings?.startsAtMs ?? 0) - Date.now())
}
