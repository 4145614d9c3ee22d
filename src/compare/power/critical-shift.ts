import { studentQuantile } from '../../stats/student.ts'
import { beyondDrift, standardError } from '../evidence/evidence.ts'
import type { Noise } from '../evidence/noise.ts'

/**
 * From which on a shift is significant at `rate`.
 *
 * @param scale how many times further out that is at a look among several
 * @default scale 1
 */
export function criticalShift(noise: Noise, rate: number, scale = 1): number {
  const withDrift = standardError(noise, true)
  const critical = -studentQuantile(rate, withDrift.degrees) * withDrift.error * scale
  const beyond = beyondDrift(noise)
  if (critical <= beyond) return critical
  const runsOnly = standardError(noise, false)
  return Math.min(critical, Math.max(beyond, -studentQuantile(rate, runsOnly.degrees) * runsOnly.error * scale))
}

/** `noise` of a candidate with `runs` runs as it would be with `wanted`. */
export function noiseWithRuns(noise: Noise, runs: number, wanted: number): Noise {
  return { ...noise, candidateWeight: (noise.candidateWeight * runs) / wanted }
}
