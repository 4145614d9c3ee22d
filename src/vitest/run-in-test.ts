import type { TestContext } from 'vitest'
import type { Baseline } from '../domain/baseline.ts'
import { wallClock } from '../domain/clock.ts'
import { environmentKey } from '../domain/environment.ts'
import type { Plan } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { Bounds } from '../domain/scenario.ts'
import { readEnvironment } from '../measure/environment.ts'
import { runScenario, type ScenarioResult } from '../run/scenario.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { mean } from '../stats/moments.ts'
import { baselineFor } from './baseline-for.ts'
import { type WorkerSettings, workerSettings } from './settings.ts'
import { addSpend, spentSoFar } from './spend-file.ts'
import { keepRecord, sampleSender, sendPlan } from './transport.ts'
import { watchScenario } from './watch.ts'

/** A scenario that a test is about to measure. */
export interface ScenarioInTest
  extends Pick<ScenarioSetting, 'agent' | 'setup' | 'teardown' | 'check' | 'deferred' | 'signal'> {
  plan: Plan
  options: Bounds
  identity: ExecutionRecord['identity']
  /** Whether to hold it against its baseline. */
  compares: boolean
  /** Whether a baseline is kept of it, whatever comes after. */
  keepsBaseline: boolean
}

/** Measures a scenario in `task`, tells the main process of it while it goes, and keeps its record with the test. */
export async function runInTest(task: TestContext['task'], scenario: ScenarioInTest): Promise<ScenarioResult> {
  const { plan, options, identity, compares, ...given } = scenario
  const settings = workerSettings()
  const environment = readEnvironment()
  const baseline = compares ? await baselineFor(task, identity, environmentKey(environment), settings) : undefined
  await sendPlan(task, announcement(plan, baseline, settings))
  const execution = crypto.randomUUID()
  const sender = sampleSender(task, plan.name, execution, wallClock.nowMs)
  const watch = watchScenario(plan, settings)
  try {
    const result = await runScenario({
      ...given,
      plan,
      about: options.about ?? {},
      identity,
      execution,
      attempt: task.result?.retryCount ?? 0,
      mode: settings?.mode ?? 'live',
      prices: { ...settings?.prices, ...options.prices },
      ensureStreamUsage: options.ensureStreamUsage ?? settings?.ensureStreamUsage,
      environment,
      baseline,
      acceptWorse: settings?.update === 'all',
      mayWrite: settings === undefined || settings.update !== 'none',
      ledger: { capUsd: settings?.spendUsd, spentBeforeUsd: await spentSoFar(settings) },
      from: task.file.filepath,
      clock: wallClock,
      onConcluded: ({ record }) => keepRecord(task, record),
      onPause: sender.offer,
      onRun: watch?.onRun,
      onCount: watch?.onCount,
    })
    await addSpend(settings, result.record.spentUsd)
    await sender.flush(result.samples)
    return result
  } finally {
    watch?.end()
  }
}

function announcement(
  plan: Plan,
  baseline: Baseline | undefined,
  settings: WorkerSettings | undefined,
): Parameters<typeof sendPlan>[1] {
  const past = baseline?.history[0]?.values.workingMs?.flat() ?? []
  return {
    name: plan.name,
    cases: plan.cases.map((one) => one.name),
    order: plan.order,
    runs: plan.runs,
    warmup: plan.warmup,
    totalRuns: plan.totalRuns,
    concurrency: plan.load.concurrency,
    usdPerRun: baseline?.entry?.metrics.costUsd?.location,
    msPerRun: past.length === 0 ? undefined : mean(past),
    capUsd: plan.spendUsd ?? settings?.spendUsd,
  }
}
