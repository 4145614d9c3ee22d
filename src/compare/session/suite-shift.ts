import type { Deviation, Drift } from '../../domain/baseline.ts'
import { studentUpperTail } from '../../stats/student.ts'
import { sharedDrift } from '../evidence/drift.ts'
import { beyondDrift } from '../evidence/evidence.ts'

/** That all times of a suite lie off by about the same factor, which is the machine's or the provider's, or of code that all share. */
export interface SuiteShift {
  /** The common factor less one: above 0 when slower. */
  ratio: number
  /** Probability that the sessions' drift makes a shift this large, in either direction. */
  p: number
  /** Scenarios that it is told from. */
  scenarios: number
  /** Whether `p` is below 1%, and the factor beyond 5%. */
  significant: boolean
  /** Whether the suite got slower by more than any drift explains. */
  beyondDrift: boolean
}

const shiftRate = 0.01
const smallestShift = Math.log(1.05)

/** Whether a shift is more than what sessions differ by: Student's test with the drift of past sessions. */
export function shiftOf(shared: Deviation, scenarios: number, drift: Drift | undefined, sessions: number): SuiteShift {
  const known = sharedDrift(drift)
  const error = Math.sqrt(shared.variance + known.variance * (1 + 1 / sessions))
  const p = 2 * studentUpperTail(Math.abs(shared.shift) / error, known.degrees)
  const significant = p < shiftRate && Math.abs(shared.shift) > smallestShift
  const isBeyond = significant && shared.shift > beyondDrift({ drift: known, executions: sessions })
  return { ratio: Math.expm1(shared.shift), p, scenarios, significant, beyondDrift: isBeyond }
}
