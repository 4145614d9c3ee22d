import type { LimitName } from './metric-name.ts'

/** What ends one run while it goes: the highest value allowed of each metric. */
export type Limits = { [L in LimitName]?: number | undefined }

/** Milliseconds that a run may take when `limits.latencyMs` does not say. */
export const defaultLatencyLimitMs = 60_000

/** The longest time that a timer of Node can wait, in milliseconds. */
export const longestTimerMs = 2_147_483_647

/** The first of `limits` that `spent` passes; absent when all hold. Unknown values pass none. */
export function brokenLimit(
  limits: Limits,
  spent: Limits,
): { name: LimitName; limit: number; value: number } | undefined {
  for (const name of Object.keys(limits) as LimitName[]) {
    const limit = limits[name]
    const value = spent[name]
    if (limit !== undefined && value !== undefined && value > limit) return { name, limit, value }
  }
  return undefined
}
