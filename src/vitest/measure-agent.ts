import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import { BenchAgentError } from '../domain/errors.ts'
import { planScenario } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Agent, Bounds, Checked, OutputOf } from '../domain/scenario.ts'
import type { Summary } from '../domain/summary.ts'
import { explainVerdict } from '../domain/verdict.ts'
import { requireBounds } from '../run/options/options.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { readTrace } from '../run/source/read-trace.ts'
import { callsInTest, withRecordedRuns } from './call-mode.ts'
import { callSite, raisedAt } from './call-site.ts'
import { identityOfMeasurement } from './identity.ts'
import { runInTest } from './run-in-test.ts'
import { workerSettings } from './settings.ts'
import { takeTurn } from './turns.ts'

/** How an agent is measured inside of a test. Thresholds and baseline are judged by matchers. */
export interface MeasureAgentOptions extends Bounds {
  /** What reports and the baseline call it; needed when a test measures more than once. @default the test's name */
  name?: string | undefined
}

/** What `measureAgent` found, for `toMeetThresholds` and `toMatchBaseline`. */
export interface AgentMeasurement {
  readonly name: string
  readonly summary: Summary
  /** Everything that is known of the execution. */
  readonly record: ExecutionRecord
}

type MeasurementCheck<Returned> = (checked: Checked<undefined, undefined, OutputOf<Returned>, undefined>) => unknown

/**
 * Measures an agent inside of a test of an existing suite. Every run is made before it resolves, and the baseline has been
 * read, so that the matchers can judge at once.
 *
 * @param task the test's own, from its context: `test('…', async ({ task }) => …)`
 * @param check asserts that an answer is right; a run whose check fails is wrong
 * @throws BenchAgentError for a mistake in the options, a second measurement without a name, a provider that refuses, or when
 * not one run was ok, so that there is nothing to assert on
 */
export async function measureAgent<Returned>(
  task: TestContext['task'],
  options: MeasureAgentOptions,
  agent: Agent<undefined, undefined, Returned>,
  check?: MeasurementCheck<Returned>,
): Promise<AgentMeasurement> {
  const site = callSite()
  try {
    const measurement = await takeTurn(undefined, () => measureInside(task, options, agent, check))
    requireSuccess(measurement)
    return measurement
  } catch (error) {
    throw error instanceof BenchAgentError ? raisedAt(error, site) : error
  }
}

async function measureInside<Returned>(
  task: TestContext['task'],
  options: MeasureAgentOptions,
  agent: Agent<undefined, undefined, Returned>,
  check: MeasurementCheck<Returned> | undefined,
): Promise<AgentMeasurement> {
  const name = options.name ?? task.name
  requireBounds(`the options of measureAgent in "${task.name}"`, options)
  requireName(task, name)
  const trace = await readTrace(options, dirname(task.file.filepath))
  const identity = identityOfMeasurement(task, options.name, workerSettings())
  const calls = await callsInTest(task, identity, options, workerSettings())
  const { record, mistake } = await runInTest(task, {
    plan: planScenario(name, { ...withRecordedRuns(options, calls), trace }, [{ name, input: undefined }]),
    options,
    identity,
    calls,
    // From here on the type of the output is known to the user's functions alone.
    agent: agent as Agent,
    check: check as ScenarioSetting['check'],
    compares: true,
    signal: task.context.signal,
    keepsBaseline: false,
    deferred: true,
  })
  if (mistake !== undefined) throw mistake
  return { name, summary: record.summary, record }
}

function requireName(task: TestContext['task'], name: string): void {
  const attempt = task.result?.retryCount ?? 0
  const before = task.meta.benchAgent?.records.filter((record) => record.attempt === attempt) ?? []
  if (!before.some((record) => record.identity.name === name)) return
  throw new BenchAgentError(
    'BENCH_AGENT_USAGE',
    `Expected each measurement of a test to have a name of its own, got a second "${name}". Give it one: measureAgent(task, { name: 'second' }, …).`,
  )
}

function requireSuccess({ name, record }: AgentMeasurement): void {
  const { verdict, problems, summary } = record
  if (summary.outcomes.ok > 0 && verdict.status !== 'fail') return
  const checks = verdict.checks.filter((check) => check.status === 'fail')
  const nothing = { status: 'fail', code: 'success', subject: 'success', message: 'Not one run was ok.' } as const
  const against = { ...verdict, checks: checks.length > 0 ? checks : [nothing] }
  throw new BenchAgentError('BENCH_AGENT_VERDICT', explainVerdict(name, against, problems, false))
}
