import type { Check } from '../domain/check.ts'
import { formatDifference, formatValue } from '../domain/format.ts'

/** The numbers of a broken threshold as text. */
export interface Breach {
  /** What was found, with `≥` when runs that were stopped make it a lower bound. */
  found: string
  /** `at most 2 s`, `at least 95.0%`. */
  allowed: string
  /** `over 2 s`, `under 95.0%`. */
  beyond: string
  /** How far it is beyond what is allowed: `+53.4%`. */
  change: string
  /** The same as a share of what is allowed; a bound of 0 is passed beyond every share. */
  excessRatio: number
}

/** The numbers of `check`; absent when it holds no threshold against a value. */
export function breachOf({ status, code, value, bound, unit, atLeast }: Check): Breach | undefined {
  if (status !== 'fail' || (code !== 'threshold' && code !== 'success')) return undefined
  if (value === undefined || bound === undefined || unit === undefined) return undefined
  const limit = formatValue(unit, bound)
  const over = value > bound
  return {
    found: `${atLeast ? '≥ ' : ''}${formatValue(unit, value)}`,
    allowed: `${over ? 'at most' : 'at least'} ${limit}`,
    beyond: `${over ? 'over' : 'under'} ${limit}`,
    change: formatDifference(unit, bound, value),
    excessRatio: bound === 0 ? Number.MAX_VALUE : Math.abs(value / bound - 1),
  }
}
