import { type Baseline, baselineValues, type Comparability } from '../../domain/baseline.ts'
import { explainingValues } from '../../domain/explaining.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Samples } from '../../domain/sample.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { impactsOf } from './impact.ts'
import { patternsOf } from './patterns.ts'
import { graded } from './severity.ts'

/** An execution, as far as it has to be known to explain its verdict. */
export interface Explainable {
  plan: Plan
  samples: Samples
  comparability: Comparability
}

/**
 * `verdict` with how bad what it found is, what that hits and what changed with it, and what the executions that were accepted
 * before show. Its status stays what it is.
 *
 * @param baseline what the execution was held against; absent when it was not
 */
export function explained(
  verdict: Verdict,
  { plan, samples, comparability }: Explainable,
  baseline: Baseline | undefined,
): Verdict {
  const known = graded(verdict)
  if (baseline === undefined) return known
  const behaviour = {
    findings: known.findings,
    values: baselineValues(samples, plan.cases.length),
    explaining: explainingValues(samples, plan.cases.length),
    comparability,
    caseNames: plan.cases.map(({ name }) => name),
  }
  const impacts = impactsOf(behaviour, baseline)
  const patterns = patternsOf(known.findings, comparability, baseline)
  return {
    ...known,
    ...(impacts.length === 0 ? {} : { impacts }),
    ...(patterns.length === 0 ? {} : { patterns }),
    ...(baseline.drift === undefined ? {} : { drift: baseline.drift }),
  }
}
