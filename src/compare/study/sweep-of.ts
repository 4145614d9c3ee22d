import type { Sweep } from '../../domain/study/sweep.ts'
import { leadsOf } from './lead.ts'
import { lawOf, levelsOf, type MeasuredLevel } from './scaling.ts'

/**
 * What executions come to side by side that were `measured` in turns.
 *
 * @param over what they differ in
 */
export function sweepOf(over: string, measured: readonly MeasuredLevel[]): Sweep {
  const levels = levelsOf(measured)
  const overConcurrency = measured.every(({ concurrency }) => concurrency !== undefined)
  const leads = overConcurrency || !haveCasesInCommon(measured) ? [] : leadsOf(measured.map(({ samples }) => samples))
  return { over, levels, law: lawOf(levels), leads }
}

// Executions know cases by their positions: the same list in all of them, or the first ones of a longer one.
function haveCasesInCommon(measured: readonly MeasuredLevel[]): boolean {
  const plans = measured.map(({ record }) => record.plan)
  const longest = plans.reduce((most, plan) => (plan.cases.length > most.cases.length ? plan : most))
  return plans.every(({ cases, caseHash }) =>
    cases.length === longest.cases.length
      ? caseHash === longest.caseHash
      : cases.every(({ name }, position) => name === longest.cases[position]?.name),
  )
}
