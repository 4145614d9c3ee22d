import { knownExecutions } from '../compare/evidence/known-executions.ts'
import type { Baseline } from '../domain/baseline.ts'
import { describeConditions } from '../domain/conditions.ts'
import { comparedAs } from '../domain/recording.ts'
import type { Filling, ScenarioInTest } from './scenario-in-test.ts'
import type { WorkerSettings } from './settings.ts'

/**
 * Which one the first execution of a test is of those that fill its baseline; absent when none is going to follow. Which models it
 * is going to call is not known yet: it is taken to call those that it called before.
 */
export function firstFilling(
  { plan, options, keepsBaseline, deferred, calls }: ScenarioInTest,
  baseline: Baseline | undefined,
  settings: WorkerSettings | undefined,
): Filling | undefined {
  const executions = settings?.fillsTo
  if (executions === undefined || baseline === undefined || !keepsBaseline || deferred) return undefined
  const known = knownExecutions(baseline, {
    mode: comparedAs(calls?.mode),
    model: options.about?.model ?? baseline.entry?.model ?? baseline.history[0]?.model ?? '',
    load: describeConditions(plan),
    cases: plan.caseHash,
  })
  return known + 1 < executions ? { execution: known + 1, executions } : undefined
}

/** What people are told of an execution that fills a baseline: `refund fills its baseline: execution 3 of 5`. */
export function fillingLine(name: string, { execution, executions }: Filling): string {
  return `${name} fills its baseline: execution ${execution} of ${executions}`
}
