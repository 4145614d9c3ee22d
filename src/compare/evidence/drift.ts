import { type Drift, isDuration } from '../../domain/baseline.ts'
import type { BaselineMetric } from '../../domain/finding.ts'
import type { Spread } from '../../domain/spread.ts'
import { normalUpperTail } from '../../stats/normal.ts'

/** What the past executions of a scenario differ by. */
export interface Between {
  /** Variance of their locations. */
  variance: number
  /** What of it their runs explain. */
  explained: number
  /** Past executions less one. */
  degrees: number
}

/** Variance that drift adds to the location of an execution, as an estimate. */
export interface DriftSpread extends Spread {
  /** What of it is the scenario's own, beyond what sessions differ by; absent when its executions do not show any. */
  own?: number | undefined
}

// Machines and providers drift, before anybody has seen it: by this much, believed as much as two sessions that show it.
const expectedDeviation = 0.03
const expectedWeight = 2
// A drift that is guessed from few sessions has a long tail, but none as long as Student's distribution with one or two degrees.
const fewestDegrees = 10
// Executions that differ this much more than runs and shared drift explain have a drift of their own.
const ownDriftRate = 0.01

/**
 * Variance that drift adds to the location of one execution, with the degrees of freedom that its tail is judged by.
 *
 * Times are taken to drift as the machine's sessions did, as a guess of 3% where few are known, and as past executions of the
 * scenario show, which count for less the more their own runs vary. Other metrics do not drift. Where past executions differ by
 * significantly more than that, it is what they differ by.
 */
export function driftOf(metric: BaselineMetric, between: Between | undefined, shared: Drift | undefined): DriftSpread {
  const known = isDuration(metric) ? sharedDrift(shared) : { variance: 0, degrees: fewestDegrees, weight: 0 }
  if (between === undefined || between.degrees < 1) return known
  const beyond = Math.max(0, between.variance - between.explained)
  if (isBeyond(between, known.variance))
    return { variance: beyond, degrees: between.degrees, own: Math.max(0, beyond - known.variance) }
  // Where sessions are known, the executions of one scenario tell of the same drift once more.
  if (shared !== undefined || known.variance === 0) return known
  // The share of what past executions differ by that is drift is what they tell of it.
  const informative = known.variance / (known.variance + between.explained)
  const weight = between.degrees * informative ** 2
  const all = known.weight + weight
  return {
    variance: (known.weight * known.variance + weight * beyond) / all,
    degrees: Math.max(fewestDegrees, all),
  }
}

/** What sessions are taken to differ by, with how much is known of it and the degrees of freedom that its tail is judged by. */
export function sharedDrift(shared: Drift | undefined): Spread & { weight: number } {
  const degrees = shared === undefined ? 0 : shared.sessions - 1
  const seen = shared === undefined ? 0 : degrees * shared.deviation ** 2
  const weight = expectedWeight + degrees
  return {
    variance: (expectedWeight * expectedDeviation ** 2 + seen) / weight,
    degrees: Math.max(fewestDegrees, weight),
    weight,
  }
}

/** Whether executions differ by more than chance lets them, by the chi-squared distribution of their variance. */
function isBeyond({ variance, explained, degrees }: Between, drift: number): boolean {
  const expected = explained + drift
  if (expected === 0) return variance > 0
  return chiSquaredUpperTail((variance / expected) * degrees, degrees) < ownDriftRate
}

// By Wilson and Hilferty (1931), close enough for a switch.
function chiSquaredUpperTail(x: number, degrees: number): number {
  const share = 2 / (9 * degrees)
  return normalUpperTail((Math.cbrt(x / degrees) - (1 - share)) / Math.sqrt(share))
}
