import type { Sweep } from '../../domain/study/sweep.ts'
import { leadsOf } from './lead.ts'
import { lawOf, levelsOf, type MeasuredLevel } from './scaling.ts'

/**
 * What executions come to side by side that were `measured` in turns.
 *
 * @param over what they differ in
 * @param casesGrow whether the cases of one are the first ones of another, and not the same
 */
export function sweepOf(over: string, measured: readonly MeasuredLevel[], casesGrow = false): Sweep {
  const levels = levelsOf(measured)
  const overConcurrency = measured.every(({ concurrency }) => concurrency !== undefined)
  const hashes = new Set(measured.map(({ record }) => record.plan.caseHash))
  const leads =
    overConcurrency || (hashes.size > 1 && !casesGrow) ? [] : leadsOf(measured.map(({ samples }) => samples))
  return { over, levels, law: lawOf(levels), leads }
}
