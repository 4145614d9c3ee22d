import { type Histogram, histogram } from '../stats/histogram.ts'
import { type Interval, quantileInterval } from '../stats/interval.ts'
import { mean, standardDeviation } from '../stats/moments.ts'
import { minimumSamplesForQuantile, quantile } from '../stats/quantile.ts'
import { type Sorted, sorted } from '../stats/sorted.ts'

/** The quantiles that a distribution may state, by name. */
export const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, 'p99.9': 0.999 } as const
/** Name of a quantile. */
export type QuantileName = keyof typeof quantiles
/** Their names, lowest first. */
export const quantileNames = Object.keys(quantiles) as QuantileName[]

/** What a threshold may be set on. */
export type Statistic = 'mean' | 'min' | QuantileName | 'max'
/** Their names. */
export const statistics = ['mean', 'min', ...quantileNames, 'max'] as const satisfies Statistic[]

/** The fewest values that can support `statistic`: for a quantile, as many as give it a 95% upper bound. */
export function supportOf(statistic: Statistic): number {
  const name = quantileNames.find((one) => one === statistic)
  return name === undefined ? 1 : minimumSamplesForQuantile(quantiles[name])
}

/** The values of one metric over many runs. */
export interface Distribution {
  /** How many values there are, at least 1. */
  n: number
  /** How many runs (or model calls) should have had a value and had none. */
  missing: number
  /** How many values are lower bounds, because a limit stopped their run. */
  censored: number
  /** The lowest lower bound: a statistic at or above it is "at least". Absent when nothing was stopped. */
  censoredFrom?: number | undefined
  mean: number
  /** Standard deviation with n − 1; absent for one value. */
  sd?: number | undefined
  min: number
  p50: number
  p90: number
  p95: number
  p99: number
  /** Absent below 1,000 values: it would be the maximum under another name. */
  'p99.9'?: number | undefined
  max: number
  /** 95% intervals without an assumption about the distribution; absent where n cannot support them. */
  intervals: { p50?: Interval | undefined; p95?: Interval | undefined }
  /** Equal bins from the minimum to p99; what is above lies in the last. */
  histogram: Histogram
}

/** The distribution of `values`; absent when there are none. */
export function distributionOf(
  values: readonly number[],
  missing = 0,
  bounds: readonly number[] = [],
): Distribution | undefined {
  if (values.length === 0) return undefined
  const ordered = sorted(values)
  const first = ordered[0]
  const last = ordered[ordered.length - 1]
  if (first === undefined || last === undefined) return undefined
  return {
    n: ordered.length,
    missing,
    censored: bounds.length,
    censoredFrom: bounds.length === 0 ? undefined : bounds.reduce((lowest, bound) => Math.min(lowest, bound)),
    mean: mean(ordered),
    sd: standardDeviation(ordered),
    min: first,
    p50: quantile(ordered, quantiles.p50),
    p90: quantile(ordered, quantiles.p90),
    p95: quantile(ordered, quantiles.p95),
    p99: quantile(ordered, quantiles.p99),
    'p99.9': ordered.length < 1000 ? undefined : quantile(ordered, quantiles['p99.9']),
    max: last,
    intervals: { p50: interval(ordered, quantiles.p50), p95: interval(ordered, quantiles.p95) },
    histogram: histogram(ordered),
  }
}

function interval(ordered: Sorted, q: number): Interval | undefined {
  return ordered.length < minimumSamplesForQuantile(q) ? undefined : quantileInterval(ordered, q)
}
