import { confirmationRatio } from '../compare/evidence/rule.ts'
import { suspects } from '../compare/regression.ts'
import { type Baseline, baselineValues, type Comparability } from '../domain/baseline.ts'
import type { Plan } from '../domain/plan.ts'
import type { Samples } from '../domain/sample.ts'

/**
 * How many fresh runs should say whether what looks worse in `samples` is: 0 when nothing does, or when there is nothing to hold it
 * against.
 */
export function runsToConfirm(
  plan: Plan,
  samples: Samples,
  comparability: Comparability,
  baseline: Baseline | undefined,
): number {
  if (baseline === undefined) return 0
  const values = baselineValues(samples, plan.cases.length)
  const candidate = { values, comparability, confirms: true }
  return suspects(candidate, baseline).length === 0 ? 0 : Math.ceil(samples.length * confirmationRatio)
}
