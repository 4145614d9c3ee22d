import type { Interval } from '../src/stats/interval.ts'
import { normalQuantile } from '../src/stats/normal.ts'

/** What a value may be. */
export type Bound = { atMost: number } | { atLeast: number } | Interval

/** A measured rate. */
export interface Line {
  /** What is measured, then of which, from general to special, with dots between: `found.latency_25.sigma_10.drift_3`. */
  name: string
  value: number
  /** Absent of what is only told. */
  bound?: Bound | undefined
  /** Trials behind the value. */
  n: number
  /** Whether the value is a share of trials that do not depend on one another, so that it has an interval. */
  isProportion: boolean
  /** Whether it is of another rule than the one that ships. @default false */
  peer?: boolean | undefined
}

// Among a hundred lines a bound that holds is broken by chance in one quick form of ten.
const fewConfidence = 0.998

/**
 * Whether `line` keeps its bound.
 *
 * @param few whether its trials are so few that the value may break a bound by chance: then an interval of 99.8% has to
 */
export function isOk(line: Line, few: boolean): boolean {
  const { value, bound } = line
  const { low, high } = (few ? intervalOf(line, fewConfidence) : undefined) ?? { low: value, high: value }
  if (bound === undefined) return true
  if ('atMost' in bound) return low <= bound.atMost
  if ('atLeast' in bound) return high >= bound.atLeast
  return high >= bound.low && low <= bound.high
}

/** The confidence interval of the value; absent where it is no proportion. */
export function intervalOf({ value, n, isProportion }: Line, confidence = 0.95): Interval | undefined {
  return isProportion ? proportionInterval(Math.round(value * n), n, confidence) : undefined
}

/**
 * The confidence interval of a proportion: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22
 * (1927).
 */
export function proportionInterval(hits: number, n: number, confidence: number): Interval {
  const z = normalQuantile((1 + confidence) / 2)
  const centre = (hits + z ** 2 / 2) / (n + z ** 2)
  const half = (z / (n + z ** 2)) * Math.sqrt((hits * (n - hits)) / n + z ** 2 / 4)
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** `line` as one line of JSON; a bound is a number, or the two between which the value should lie. */
export function jsonLine(line: Line, few: boolean): string {
  const { name, value, n, peer } = line
  return JSON.stringify({ name, value, bound: boundValue(line), ok: isOk(line, few), n, ...intervalOf(line), peer })
}

function boundValue({ bound }: Line): number | [number, number] | null {
  if (bound === undefined) return null
  if ('atMost' in bound) return bound.atMost
  return 'atLeast' in bound ? bound.atLeast : [bound.low, bound.high]
}
