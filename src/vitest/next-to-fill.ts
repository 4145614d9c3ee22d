import type { TestContext } from 'vitest'
import { knownExecutions } from '../compare/evidence/known-executions.ts'
import { differences } from '../domain/baseline.ts'
import { formatUsd } from '../domain/format.ts'
import type { ExecutionInTest, Following, ScenarioInTest } from './scenario-in-test.ts'
import type { WorkerSettings } from './settings.ts'
import { sendNotice } from './transport.ts'

/**
 * The execution that follows those that were `made` in `task`, all of which passed, to fill their baseline; absent when that is full,
 * or when another execution like them would pass a cap on spending.
 *
 * @param leftUsd what the session has left for it, in US dollars
 */
export async function nextToFill(
  task: TestContext['task'],
  { plan, keepsBaseline }: Pick<ScenarioInTest, 'plan' | 'keepsBaseline'>,
  made: readonly ExecutionInTest[],
  settings: WorkerSettings | undefined,
  leftUsd: number,
): Promise<Following | undefined> {
  const executions = settings?.fillsTo
  const [first] = made
  const last = made.at(-1)
  if (executions === undefined || first?.baseline === undefined || last === undefined || !keepsBaseline)
    return undefined
  const known = beginsLevel(first, settings) ? 0 : knownExecutions(first.baseline, first.record.comparability)
  const execution = known + made.length
  if (made.length === 1) first.record.filling = execution < executions ? { execution, executions } : undefined
  // A model that is called only now and then makes another scenario of it.
  if (execution >= executions || differences(first.record.comparability, last.record.comparability).length > 0)
    return undefined
  const caps = [...leftOfScenario(plan.spendUsd, made), leftUsd]
  const costUsd = Math.max(...made.map(({ record }) => record.spentUsd ?? Number.POSITIVE_INFINITY))
  if (caps.some((cap) => cap < costUsd)) {
    const cost = Number.isFinite(costUsd) ? formatUsd(costUsd) : 'unknown'
    const left = formatUsd(Math.max(0, Math.min(...caps)))
    await sendNotice(
      task,
      stoppedLine(plan.name, execution, executions, `it may cost ${cost}, and ${left} of the cap is left`),
    )
    return undefined
  }
  const filling = { execution: execution + 1, executions }
  return { filling, baseline: first.baseline, spendUsd: plan.spendUsd === undefined ? undefined : caps[0] }
}

/** Whether `-u` is going to make a new level of an execution, of which older executions say nothing. */
function beginsLevel({ record }: ExecutionInTest, settings: WorkerSettings | undefined): boolean {
  if (settings?.update !== 'all') return false
  return record.verdict.findings.some(({ status }) => status === 'accepted' || status === 'better')
}

/** What the cap of the scenario has left, in US dollars, where there is one. */
function leftOfScenario(spendUsd: number | undefined, made: readonly ExecutionInTest[]): number[] {
  return spendUsd === undefined ? [] : [spendUsd - made.reduce((sum, { record }) => sum + (record.spentUsd ?? 0), 0)]
}

function stoppedLine(name: string, execution: number, executions: number, why: string): string {
  return `${name} leaves its baseline at execution ${execution} of ${executions}: of another one ${why}`
}
