import { sleep } from '../../../src/domain/clock.ts'
import type { Agent } from '../../../src/domain/scenario.ts'
import type { VirtualClock } from '../../virtual-clock.ts'

/** What a run takes once it has a slot, by its position in the order of arrival. */
export type Work = (position: number) => number

/** An agent that works on so many runs at a time; others wait in line. */
export function slotted(
  clock: VirtualClock,
  slots: number,
  workMs: Work,
  failed?: (position: number) => boolean,
): Agent {
  const freeAtMs = Array.from({ length: slots }, () => 0)
  let position = 0
  return async () => {
    const own = position++
    freeAtMs.sort((a, b) => a - b)
    const endMs = Math.max(clock.nowMs(), freeAtMs[0] ?? 0) + workMs(own)
    freeAtMs[0] = endMs
    await sleep(clock, endMs - clock.nowMs())
    if (failed?.(own)) throw new Error('no answer')
  }
}
