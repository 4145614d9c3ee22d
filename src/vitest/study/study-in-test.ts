import type { TestContext } from 'vitest'
import type { Check } from '../../domain/check.ts'
import { BenchAgentError } from '../../domain/errors.ts'
import { plural } from '../../domain/format.ts'
import type { Plan } from '../../domain/plan.ts'
import { comparedAs } from '../../domain/recording.ts'
import type { ScenarioResult } from '../../run/conclude.ts'
import { callModeOf } from '../call-mode.ts'
import { raisedAt } from '../call-site.ts'
import { identityOf } from '../identity.ts'
import type { ScenarioInTest } from '../scenario-in-test.ts'
import { callbacksOf, type Declared, type UntypedOptions } from '../scenario-test.ts'
import { isMadeElsewhere, madeElsewhere } from '../segment.ts'
import { workerSettings } from '../settings.ts'
import { type ConcludedStudy, studyRecordOf } from '../study-record.ts'
import { keepStudy } from '../transport.ts'
import { takeTurn } from '../turns.ts'

const notReplayed =
  'asks how models bear a load, which no replay tells; give it `mode: "live"` to call them all the same'

/** Makes the study of a test, and throws at its line when it fails. */
export async function runStudyTest(
  context: TestContext,
  declared: Declared,
  study: () => Promise<void>,
): Promise<void> {
  Object.assign(context.task.meta.benchAgent ?? {}, { byVerdict: true })
  if (declared.mistake !== undefined) throw raisedAt(declared.mistake, declared.site)
  if (isMadeElsewhere(workerSettings())) return context.skip(madeElsewhere)
  if (comparedAs(callModeOf(declared.options, workerSettings())) === 'replay') return context.skip(notReplayed)
  try {
    await takeTurn(context, study)
  } catch (error) {
    throw error instanceof BenchAgentError ? raisedAt(error, declared.site) : error
  }
}

/** `plan` as an execution of a study in its test: it is judged with the others, and never held against a baseline. */
export function executionOfStudy(
  context: TestContext,
  declared: Declared,
  options: UntypedOptions,
  plan: Plan,
): ScenarioInTest {
  return {
    plan,
    options,
    identity: identityOf(context.task, declared.id, workerSettings()),
    ...callbacksOf(context, { ...declared, options }),
    compares: false,
    keepsBaseline: false,
    signal: context.signal,
  }
}

/** A study that has come to its end. */
export interface StudyInTest extends Pick<ConcludedStudy, 'startedAt' | 'checks' | 'result'> {
  /** What its executions came to. */
  results: readonly ScenarioResult[]
}

/**
 * Keeps the study with its test, and throws when it failed.
 *
 * @param own what is held against its executions, where they are judged by themselves
 */
export function concludeStudy(
  task: TestContext['task'],
  declared: Declared,
  { results, ...study }: StudyInTest,
  own: readonly Check[] = [],
): void {
  const identity = identityOf(task, declared.id, workerSettings())
  keepStudy(task, studyRecordOf(task, identity, { ...study, own, records: results.map(({ record }) => record) }))
  const mistake = results.find((one) => one.mistake !== undefined)?.mistake
  if (mistake !== undefined) throw mistake
  const failed = [...own, ...study.checks].filter(({ status }) => status === 'fail')
  if (failed.length > 0) throw new BenchAgentError('BENCH_AGENT_VERDICT', explain(declared.name, failed))
}

function explain(name: string, failed: readonly Check[]): string {
  const lines = failed.flatMap(({ message, remedy }, position) => [
    `  ✖ ${message}`,
    ...(remedy === undefined || remedy === failed[position + 1]?.remedy ? [] : [`    → ${remedy}`]),
  ])
  return [`"${name}" failed ${plural(failed.length, 'check')}:`, ...lines].join('\n')
}
