import type { TestContext } from 'vitest'
import { wallClock } from '../domain/clock.ts'
import { environmentKey } from '../domain/environment.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { planScenario } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Agent, Bounds } from '../domain/scenario.ts'
import type { Summary } from '../domain/summary.ts'
import { readEnvironment } from '../measure/environment.ts'
import { requireBounds } from '../run/options.ts'
import { runScenario } from '../run/scenario.ts'
import { baselineFor } from './baseline-for.ts'
import { callSite, raisedAt } from './call-site.ts'
import { identityOfMeasurement } from './identity.ts'
import { workerSettings } from './settings.ts'
import { addSpend, spentSoFar } from './spend-file.ts'
import { keepRecord, sampleSender } from './transport.ts'
import { takeTurn } from './turns.ts'
import { watchScenario } from './watch.ts'

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

/**
 * Measures an agent inside of a test of an existing suite. Every run is made before it resolves, and the baseline has been
 * read, so that the matchers can judge at once.
 *
 * @param task the test's own, from its context: `test('…', async ({ task }) => …)`
 * @throws BenchAgentError for a mistake in the options, a second measurement without a name, or a provider that refuses
 */
export async function measureAgent(
  task: TestContext['task'],
  options: MeasureAgentOptions,
  agent: Agent<undefined, undefined>,
): Promise<AgentMeasurement> {
  const site = callSite()
  try {
    return await takeTurn(undefined, () => measureInside(task, options, agent))
  } catch (error) {
    throw error instanceof BenchAgentError ? raisedAt(error, site) : error
  }
}

async function measureInside(
  task: TestContext['task'],
  options: MeasureAgentOptions,
  agent: Agent<undefined, undefined>,
): Promise<AgentMeasurement> {
  const name = options.name ?? task.name
  requireBounds(`the options of measureAgent in "${task.name}"`, options)
  requireName(task, name)
  const settings = workerSettings()
  const plan = planScenario(name, options, [{ name, input: undefined }])
  const identity = identityOfMeasurement(task, options.name, settings)
  const environment = readEnvironment()
  const execution = crypto.randomUUID()
  const sender = sampleSender(task, name, execution, wallClock.nowMs)
  const watch = watchScenario(plan, settings)
  try {
    const { record, samples, mistake } = await runScenario({
      plan,
      agent: agent as Agent,
      about: options.about ?? {},
      identity,
      execution,
      attempt: task.result?.retryCount ?? 0,
      mode: settings?.mode ?? 'live',
      prices: { ...settings?.prices, ...options.prices },
      environment,
      baseline: await baselineFor(task, identity, environmentKey(environment), settings),
      acceptWorse: settings?.update === 'all',
      mayWrite: settings === undefined || settings.update !== 'none',
      deferred: true,
      keepsBaseline: false,
      ledger: { capUsd: settings?.spendUsd, spentBeforeUsd: await spentSoFar(settings) },
      clock: wallClock,
      onConcluded: ({ record }) => keepRecord(task, record),
      onPause: sender.offer,
      onRun: watch?.onRun,
      onCount: watch?.onCount,
    })
    await addSpend(settings, record.spentUsd)
    await sender.flush(samples)
    if (mistake !== undefined) throw mistake
    return { name, summary: record.summary, record }
  } finally {
    watch?.end()
  }
}

function requireName(task: TestContext['task'], name: string): void {
  const before =
    task.meta.benchAgent?.records.filter((record) => record.attempt === (task.result?.retryCount ?? 0)) ?? []
  if (!before.some((record) => record.identity.name === name)) return
  throw new BenchAgentError(
    'BENCH_AGENT_USAGE',
    `Expected each measurement of a test to have a name of its own, got a second "${name}". Give it one: measureAgent(task, { name: 'second' }, …).`,
  )
}
