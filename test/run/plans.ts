import type { CaseInput } from '../../src/domain/case.ts'
import { nameCase } from '../../src/domain/case.ts'
import { type Plan, type Plannable, planScenario } from '../../src/domain/plan.ts'

/** A plan named `refund` over `cases`, without warm-up unless `options` ask for one. */
export function planOf(options: Plannable = {}, cases: readonly CaseInput[] = [{ input: undefined }]): Plan {
  return planScenario('refund', { warmup: 0, ...options }, cases.map(nameCase))
}
