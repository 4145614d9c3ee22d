import { describe, expect, test } from 'vitest'
import { explained } from '../../../src/compare/explain/explain.ts'
import { compareWithBaseline } from '../../../src/compare/regression.ts'
import { baselineValues } from '../../../src/domain/baseline.ts'
import { planScenario } from '../../../src/domain/plan.ts'
import { verdictOf } from '../../../src/domain/verdict.ts'
import { oneCase, samplesOf, times } from '../../domain/given.ts'
import { failedCheck } from '../../report/given.ts'
import { historyOf, pastExecution, same } from '../given.ts'

const runs = (steps: number, modelMs: number) =>
  samplesOf(times(10, (run) => ({ endedAtMs: modelMs + run, values: { steps, modelMs } })))
const past = runs(2, 400)
const baseline = {
  ...historyOf(pastExecution(baselineValues(past, 1)), pastExecution(baselineValues(past, 1))),
  drift: { deviation: 0.04, sessions: 3 },
}
const plan = planScenario('refund', { runs: 10 }, oneCase)
const samples = runs(3, 600)
const findings = compareWithBaseline(
  { values: baselineValues(samples, 1), comparability: same, confirms: false },
  baseline,
)
const verdict = verdictOf([{ ...failedCheck('regression', 'steps'), metric: 'steps' }], [], findings)

describe('an explained verdict', () => {
  test('is as it was, with how bad it is, what it hits and what sessions differ by', () => {
    const found = explained(verdict, { plan, samples, comparability: same }, baseline)
    expect(found.status).toBe('fail')
    expect(found.checks[0]).toMatchObject({ code: 'regression', severity: 'high' })
    expect(found.impacts?.map(({ metric }) => metric)).toEqual(['workingMs', 'steps'])
    expect(found.impacts?.[1]?.reasons).toEqual([{ kind: 'steps', before: 2, after: 3 }])
    expect(found.drift).toEqual({ deviation: 0.04, sessions: 3 })
    expect(found.patterns).toBeUndefined()
  })

  test('knows no impact without a baseline', () => {
    const found = explained(verdict, { plan, samples, comparability: same }, undefined)
    expect(Object.keys(found).sort()).toEqual(['checks', 'findings', 'status', 'warnings'])
  })
})
