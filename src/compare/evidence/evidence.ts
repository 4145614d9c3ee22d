import { normalQuantile, normalUpperTail } from '../../stats/normal.ts'
import { rankTest } from '../../stats/rank-test.ts'
import { studentUpperTail } from '../../stats/student.ts'
import { satterthwaiteDegrees } from '../../stats/welch.ts'
import type { Layout } from './layout.ts'
import type { Noise } from './noise.ts'

/** What noise alone could do. */
export interface Evidence {
  /** Probability that noise alone makes a worsening this large. */
  worse: number
  /** Likewise for an improvement. */
  better: number
}

// No machine of one kind is another day 60% slower.
const leastBeyondDrift = Math.log(1.6)
const deviationsBeyondDrift = 4

/** The shift from which on drift explains nothing any more, as far as it is known. */
export function beyondDrift({ drift, executions }: Pick<Noise, 'drift' | 'executions'>): number {
  return Math.max(leastBeyondDrift, deviationsBeyondDrift * Math.sqrt(driftVariance(drift, executions)))
}

/**
 * What noise alone could do to a candidate that lies `shift` above its baseline: by Student's test of the shift over its standard
 * error, joined with the rank test of `layout`, of which the greater p counts. Ranks know nothing of drift and do not grow with
 * the shift any more once the sides are apart; a mean knows nothing of single runs that are far off.
 */
export function evidenceOf(shift: number, noise: Noise, layout: Layout | undefined): Evidence {
  const ranks = layout === undefined ? undefined : rankEvidence(layout, noise)
  return {
    worse: Math.max(shiftProbability(shift, noise), ranks?.worse ?? 0),
    better: Math.max(shiftProbability(-shift, noise), ranks?.better ?? 0),
  }
}

/** Probability that noise alone makes a shift of at least `shift`. */
export function shiftProbability(shift: number, noise: Noise): number {
  const { error, degrees } = standardError(noise, shift < beyondDrift(noise))
  return error === 0 ? (shift > 0 ? 0 : 1) : studentUpperTail(shift / error, degrees)
}

/** Standard error of the shift, with the degrees of freedom of its estimate. */
export function standardError(noise: Noise, withDrift: boolean): { error: number; degrees: number } {
  const { values, drift, executions } = noise
  const runs = values.variance * noise.designEffect * (noise.candidateWeight + noise.baselineWeight)
  const drifted = withDrift ? driftVariance(drift, executions) : 0
  const degrees = satterthwaiteDegrees([
    { variance: runs, degreesOfFreedom: values.degrees },
    { variance: drifted, degreesOfFreedom: drift.degrees },
  ])
  return { error: Math.sqrt(runs + drifted), degrees: degrees ?? values.degrees }
}

// The candidate drifts once, and the mean of the past executions has drifted too.
function driftVariance({ variance }: Noise['drift'], executions: number): number {
  return variance * (1 + 1 / executions)
}

// Below this even samples that are wholly apart are nothing unusual to the rank test.
const leastUseful = 1e-5

/** The rank test on aligned values; absent when so few could hardly say anything in any order. */
function rankEvidence({ candidate, past }: Layout, { designEffect }: Noise): Evidence | undefined {
  const own = candidate.flat()
  const reference = past.flat(2)
  const stretched = (p: number) => stretchedBy(designEffect, p)
  if (!saysAnything(own.length, reference.length, designEffect)) return undefined
  return {
    worse: stretched(rankTest(own, reference, 'greater').p),
    better: stretched(rankTest(own, reference, 'less').p),
  }
}

/** Whether the rank test of so many values could say anything in any order. */
export function saysAnything(own: number, other: number, designEffect: number): boolean {
  return stretchedBy(designEffect, leastProbability(own, other)) <= leastUseful
}

/** What is left of `p` where the variance is so many times greater. */
function stretchedBy(designEffect: number, p: number): number {
  const inside = Math.min(1 - Number.EPSILON, Math.max(Number.MIN_VALUE, p))
  return normalUpperTail(-normalQuantile(inside) / Math.sqrt(designEffect))
}

/** What the normal approximation gives two samples that are wholly apart. */
function leastProbability(own: number, other: number): number {
  const pairs = own * other
  return normalUpperTail((pairs / 2 - 0.5) / Math.sqrt((pairs * (own + other + 1)) / 12))
}
