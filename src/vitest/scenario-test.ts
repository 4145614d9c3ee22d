import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import type { Baseline } from '../domain/baseline.ts'
import type { CaseInput } from '../domain/case.ts'
import { wallClock } from '../domain/clock.ts'
import { environmentKey } from '../domain/environment.ts'
import type { BenchAgentError } from '../domain/errors.ts'
import { BenchAgentError as OwnError } from '../domain/errors.ts'
import { type Plan, planScenario } from '../domain/plan.ts'
import type { Bounds, CaseSource, Checked, Setup } from '../domain/scenario.ts'
import type { Thresholds } from '../domain/threshold.ts'
import { explainVerdict } from '../domain/verdict.ts'
import { readEnvironment } from '../measure/environment.ts'
import { resolveCases } from '../run/cases.ts'
import { runScenario, type ScenarioResult } from '../run/scenario.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { baselineFor } from './baseline-for.ts'
import { type CallSite, raisedAt } from './call-site.ts'
import { identityOf } from './identity.ts'
import { type WorkerSettings, workerSettings } from './settings.ts'
import { addSpend, spentSoFar } from './spend-file.ts'
import { keepRecord, sampleSender, sendPlan } from './transport.ts'
import { takeTurn } from './turns.ts'
import { watchScenario } from './watch.ts'

type Callback = (...given: never[]) => unknown

/** A scenario's options when their types are known no more. */
export interface UntypedOptions extends Bounds {
  cases?: CaseSource | undefined
  where?: ((one: CaseInput) => boolean) | undefined
  sample?: number | { size: number; seed?: number | undefined } | undefined
  setup?: Callback | undefined
  teardown?: Callback | undefined
  agent: Callback
  thresholds?: Thresholds | undefined
  categories?: Record<string, Thresholds> | undefined
  inconclusive?: 'pass' | 'fail' | undefined
  baseline?: boolean | undefined
}

/** A scenario as it was written down. */
export interface Declared {
  name: string
  id: string
  options: UntypedOptions
  check: Callback | undefined
  site: CallSite
  /** What is wrong with the options; absent when nothing is. */
  mistake: BenchAgentError | undefined
}

/** Measures the scenario in its test, and throws at its line when it fails. */
export async function runScenarioTest(context: TestContext, declared: Declared): Promise<void> {
  if (declared.mistake !== undefined) throw raisedAt(declared.mistake, declared.site)
  try {
    const result = await takeTurn(context, () => measureInTest(context, declared))
    requireVerdict(declared, result)
  } catch (error) {
    throw error instanceof OwnError ? raisedAt(error, declared.site) : error
  }
}

async function measureInTest(context: TestContext, declared: Declared): Promise<ScenarioResult> {
  const { task, signal } = context
  const { name, options } = declared
  const settings = workerSettings()
  const cases = await resolveCases(options, dirname(task.file.filepath))
  const plan = planScenario(name, options, cases)
  const identity = identityOf(task, declared.id, settings)
  const environment = readEnvironment()
  const baseline =
    options.baseline === false ? undefined : await baselineFor(task, identity, environmentKey(environment), settings)
  await sendPlan(task, planOf(plan, baseline, settings))
  const execution = crypto.randomUUID()
  const sender = sampleSender(task, name, execution, wallClock.nowMs)
  const watch = watchScenario(plan, settings)
  const setting: ScenarioSetting = {
    plan,
    ...callbacksOf(context, declared),
    about: options.about ?? {},
    identity,
    execution,
    attempt: task.result?.retryCount ?? 0,
    mode: settings?.mode ?? 'live',
    prices: { ...settings?.prices, ...options.prices },
    environment,
    baseline,
    acceptWorse: settings?.update === 'all',
    mayWrite: settings === undefined || settings.update !== 'none',
    keepsBaseline: options.baseline !== false,
    ledger: { capUsd: settings?.spendUsd, spentBeforeUsd: await spentSoFar(settings) },
    clock: wallClock,
    signal,
    onConcluded: ({ record }) => keepRecord(task, record),
    onPause: sender.offer,
    onRun: watch?.onRun,
    onCount: watch?.onCount,
  }
  try {
    const result = await runScenario(setting)
    await addSpend(settings, result.record.spentUsd)
    await sender.flush(result.samples)
    return result
  } finally {
    watch?.end()
  }
}

function planOf(
  plan: Plan,
  baseline: Baseline | undefined,
  settings: WorkerSettings | undefined,
): Parameters<typeof sendPlan>[1] {
  const past = baseline?.history[0]?.values.workingMs?.flat()
  return {
    name: plan.name,
    cases: plan.cases.map((one) => one.name),
    order: plan.order,
    runs: plan.runs,
    warmup: plan.warmup,
    totalRuns: plan.totalRuns,
    usdPerRun: baseline?.entry?.metrics.costUsd?.location,
    msPerRun:
      past === undefined || past.length === 0 ? undefined : past.reduce((sum, value) => sum + value, 0) / past.length,
    capUsd: plan.spendUsd ?? settings?.spendUsd,
  }
}

// The user's functions are called with what their types promise; here those types are known no more.
function callbacksOf(
  context: TestContext,
  { options, check }: Declared,
): Pick<ScenarioSetting, 'agent' | 'setup' | 'teardown' | 'check'> {
  const { agent, setup, teardown } = options
  return {
    agent: agent as unknown as ScenarioSetting['agent'],
    teardown: teardown as unknown as ScenarioSetting['teardown'],
    setup: setup && ((start: Setup) => (setup as (given: object) => unknown)(withContext(context, start))),
    check: check && ((checked: Checked) => (check as (given: object) => unknown)(withContext(context, checked))),
  }
}

/** The test's context with `fields` in front of it, so that fixtures, `expect` and `annotate` are at hand. */
function withContext(context: TestContext, fields: object): object {
  return Object.create(context, Object.getOwnPropertyDescriptors(fields))
}

function requireVerdict(declared: Declared, { record, verdict, mistake }: ScenarioResult): void {
  if (mistake !== undefined) throw mistake
  const strict = (declared.options.inconclusive ?? workerSettings()?.inconclusive) === 'fail'
  if (verdict.status === 'pass' || (verdict.status === 'inconclusive' && !strict)) return
  throw new OwnError('BENCH_AGENT_VERDICT', explainVerdict(declared.name, verdict, record.problems, strict))
}
