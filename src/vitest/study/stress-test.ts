import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import { outcomeOf, resilienceChecks, stressChecks, stressOf, usualOf } from '../../compare/study/resilience.ts'
import type { Case } from '../../domain/case.ts'
import type { Check } from '../../domain/check.ts'
import { wallClock } from '../../domain/clock.ts'
import { BenchAgentError } from '../../domain/errors.ts'
import { plural } from '../../domain/format.ts'
import { executionLimitMs, type Plannable, planScenario } from '../../domain/plan.ts'
import { runsMade } from '../../domain/sample.ts'
import type { StressOutcome, UsualRuns } from '../../domain/study/stress.ts'
import { explainVerdict, verdictOf } from '../../domain/verdict.ts'
import { readEnvironment } from '../../measure/environment.ts'
import type { ScenarioResult } from '../../run/conclude.ts'
import { runScenario } from '../../run/scenario.ts'
import { resolveCases } from '../../run/source/cases.ts'
import { holdBallast } from '../../run/study/stress/ballast.ts'
import { enlarged } from '../../run/study/stress/enlarge.ts'
import type { StressScenario } from '../../run/study/stress/scenarios.ts'
import { identityOf } from '../identity.ts'
import { settingInTest } from '../run-in-test.ts'
import { callbacksOf, type Declared, type UntypedOptions } from '../scenario-test.ts'
import { workerSettings } from '../settings.ts'
import { addSpend } from '../spend-file.ts'
import { keepRecord, sampleSender, sendPlan } from '../transport.ts'
import { watchScenario } from '../watch.ts'
import { type StressOptions, usualDurationMs } from './stress-options.ts'
import { concludeStudy, runStudyTest } from './study-in-test.ts'

/** What the tests of one stress suite share. */
export interface StressSuite {
  /** What its executions have spent so far, in US dollars; absent before the first. */
  spentUsd?: number | undefined
  name: string
  options: StressOptions
  check: Declared['check']
  /** When the first of them began. */
  startedAt: Date | undefined
  /** Read once, for some sources cannot be read again. */
  cases: Promise<Case[]> | undefined
  /** How the agent usually is; measured by whoever asks first, and rejected when not one of its runs was good. */
  usual: Promise<UsualRuns> | undefined
  outcomes: StressOutcome[]
  results: ScenarioResult[]
}

/** Puts the agent of `suite` under one kind of stress, and throws where it breaks its bounds. */
export function runStressTest(
  context: TestContext,
  declared: Declared,
  suite: StressSuite,
  scenario: StressScenario,
): Promise<void> {
  return runStudyTest(context, declared, () => stressInTest(context, declared, suite, scenario))
}

async function stressInTest(
  context: TestContext,
  declared: Declared,
  suite: StressSuite,
  scenario: StressScenario,
): Promise<void> {
  const { task } = context
  suite.startedAt ??= new Date()
  suite.cases ??= resolveCases(suite.options, dirname(task.file.filepath))
  const cases = await suite.cases
  suite.usual ??= usualIn(context, declared, suite, cases)
  const usual = await suite.usual
  const { inputTimes } = scenario
  const grown = inputTimes === undefined ? cases : enlargedCases(cases, inputTimes)
  if (grown === undefined) return context.skip('its inputs hold no text that could be enlarged')
  const release = scenario.ballast === undefined ? undefined : holdBallast(scenario.ballast, wallClock)
  try {
    const result = await executionIn(context, declared, suite, scenario, grown)
    const { samples, record } = result
    const outcome = outcomeOf({ ...scenario, scenario: scenario.name, execution: record.execution, samples }, usual)
    const unmet = [...unmetFaults(scenario, record), ...cutShort(result)]
    // The last attempt counts of a test that is retried, and none where there was no stress.
    const others = suite.outcomes.filter((one) => one.scenario !== scenario.name)
    suite.outcomes = unmet.length === 0 ? [...others, outcome] : others
    suite.results.push(result)
    // What was not put under its stress breaks no bound of it.
    const checks = unmet.length === 0 ? stressChecks(outcome) : unmet
    const { verdict } = record
    Object.assign(verdict, verdictOf([...verdict.checks, ...checks], verdict.warnings, verdict.findings))
    const failed = verdict.checks.filter(({ status }) => status === 'fail')
    if (failed.length > 0)
      throw new BenchAgentError('BENCH_AGENT_VERDICT', explainVerdict(scenario.name, verdict, record.problems, false))
  } finally {
    release?.()
  }
}

/** What says that an execution was not made as planned, so that it tells nothing of the stress; none when it was. */
function cutShort({ record, samples }: ScenarioResult): Check[] {
  const stopped = record.verdict.checks.some(({ code }) => code === 'spend' || code === 'provider')
  const isLong = runsMade(samples) > samples.length
  if (!stopped && !isLong) return []
  return [
    {
      status: 'inconclusive',
      code: 'tooFewSamples',
      subject: 'stress',
      message: isLong
        ? 'There are more runs than are kept one by one, so that it cannot be told how each of them was.'
        : 'It was stopped before its end, so that it tells nothing of the stress.',
      remedy: isLong ? 'Lower `durationMs`.' : 'Raise `spendUsd`, or mend what stopped it.',
    },
  ]
}

function enlargedCases(cases: readonly Case[], times: number): Case[] | undefined {
  const grown = cases.map((one) => ({ ...one, input: enlarged(one.input, times) }))
  return grown.some(({ input }) => input === undefined) ? undefined : grown
}

/** What says that no fault of `scenario` was met, so that there was no stress; none when one was. */
export function unmetFaults(
  { faults }: Pick<StressScenario, 'faults'>,
  { faults: met }: Pick<ScenarioResult['record'], 'faults'>,
): Check[] {
  const injected = Object.values(met?.injected ?? {}).reduce((sum, count) => sum + count, 0)
  if (faults === undefined || injected > 0) return []
  const { calls = 0 } = met ?? {}
  return [
    {
      status: 'inconclusive',
      code: 'unknownMetric',
      subject: 'faults',
      ...(calls === 0
        ? {
            message: 'No model call was seen that could have met a fault.',
            remedy:
              'Faults meet model calls of this process; leave this kind of stress out for an agent that makes none.',
          }
        : {
            message: `None of ${plural(calls, 'model call')} met a fault.`,
            remedy: 'Raise `durationMs`, for there were too few of them.',
          }),
    },
  ]
}

const usualName = 'usual load'

async function usualIn(
  context: TestContext,
  declared: Declared,
  suite: StressSuite,
  cases: readonly Case[],
): Promise<UsualRuns> {
  const { concurrency = 1, durationMs = usualDurationMs } = suite.options
  const load = { name: usualName, load: { concurrency, durationMs } }
  const { samples, record } = await executionIn(context, declared, suite, load, cases)
  const usual = usualOf(samples, concurrency)
  if (usual !== undefined) return usual
  const message = 'Not one run was good at the usual load, so that there is nothing to hold stress against.'
  const remedy = 'Mend the agent or its check, or raise `durationMs` where no run comes to its end.'
  const check: Check = { status: 'fail', code: 'threshold', subject: 'usual load', message, remedy }
  const verdict = verdictOf([check], [], [])
  throw new BenchAgentError('BENCH_AGENT_VERDICT', explainVerdict(suite.name, verdict, record.problems, false))
}

type Execution = { name: string; cycleRuns?: number | undefined } & Pick<
  Plannable,
  'load' | 'runs' | 'concurrency' | 'faults'
>

function planned(
  suite: Pick<StressSuite, 'options' | 'spentUsd'>,
  name: string,
  { load, runs, concurrency, faults }: Partial<Execution>,
  cases: readonly Case[],
) {
  const { durationMs: _, scenarios: __, thresholds: ___, concurrency: ____, spendUsd: cap, ...own } = suite.options
  // What the others have spent of the suite's cap is gone.
  const spendUsd = cap === undefined ? undefined : Math.max(Number.MIN_VALUE, cap - (suite.spentUsd ?? 0))
  // Success is held against the bounds of the stress.
  const thresholds = { successRatio: 0 }
  const perCase = typeof runs === 'number' ? Math.ceil(runs / cases.length) : runs
  return planScenario(name, { ...own, spendUsd, thresholds, load, runs: perCase, concurrency, faults }, cases)
}

function scenarioOf(context: TestContext, suite: StressSuite, plan: ReturnType<typeof planned>) {
  const { options, check } = suite
  const { task, signal } = context
  const identity = identityOf(task, task.name, workerSettings())
  return {
    plan,
    options,
    identity: { ...identity, name: plan.name, id: plan.name },
    ...callbacksOf(context, { options: options as UntypedOptions, check }),
    compares: false,
    keepsBaseline: false,
    signal,
  }
}

async function executionIn(
  context: TestContext,
  declared: Declared,
  suite: StressSuite,
  execution: Execution,
  cases: readonly Case[],
): Promise<ScenarioResult> {
  const { task } = context
  const settings = workerSettings()
  const plan = planned(suite, execution.name, execution, cases)
  const setting = settingInTest(task, scenarioOf(context, suite, plan), settings)
  await sendPlan(task, {
    name: `${suite.name} · ${declared.name}`,
    cases: plan.cases.map(({ name }) => name),
    order: plan.order,
    mayStop: false,
    warmup: plan.warmup,
    totalRuns: plan.totalRuns,
    load: execution.name,
    capUsd: suite.options.spendUsd ?? settings?.spendUsd,
  })
  const watch = watchScenario(plan, settings)
  const id = crypto.randomUUID()
  const sender = sampleSender(task, declared.name, id, setting.clock.nowMs)
  try {
    const { cycleRuns } = execution
    const result = await runScenario({
      ...setting,
      execution: id,
      environment: readEnvironment(),
      mayOverload: execution.name !== usualName,
      cycle: cycleRuns === undefined ? undefined : { runs: cycleRuns, onEnd: () => undefined },
      onConcluded: ({ record }) => keepRecord(task, record),
      onPause: sender.offer,
      onRun: watch?.onRun,
      onCount: watch?.onCount,
    })
    addSpend(settings, result.record.spentUsd)
    suite.spentUsd = (suite.spentUsd ?? 0) + (result.record.spentUsd ?? 0)
    await sender.flush(result.samples)
    if (result.mistake !== undefined) throw result.mistake
    return result
  } finally {
    watch?.end()
  }
}

/** Says how the agent of `suite` bears stress as a whole; skipped when it was not put under any. */
export function runResilienceTest(context: TestContext, declared: Declared, suite: StressSuite): Promise<void> {
  return runStudyTest(context, declared, async () => {
    // Whoever measured it has told why it could not be.
    const usual = await suite.usual?.catch(() => undefined)
    if (usual === undefined || suite.outcomes.length === 0) return context.skip('no kind of stress was measured')
    const stress = stressOf(usual, suite.outcomes)
    const checks = resilienceChecks(stress, suite.options.thresholds?.resilienceScore)
    const concluded = {
      startedAt: suite.startedAt ?? new Date(),
      results: suite.results,
      checks,
      result: { kind: 'stress', stress } as const,
    }
    concludeStudy(context.task, declared, concluded)
  })
}

/** The longest that one test of `suite` may take, the usual load included; 0 where nobody knows yet. */
export function stressLimitMs({ options }: Pick<StressSuite, 'options'>, scenario: StressScenario): number {
  const { cases: source = [{ input: undefined }], concurrency = 1, durationMs = usualDurationMs } = options
  // Each case is run at least once. Of cases that are still to be read, nobody knows how many there are.
  if (scenario.runs !== undefined && !Array.isArray(source)) return 0
  const cases = (Array.isArray(source) ? source : [undefined]).map((_, at) => ({ name: `${at}`, input: undefined }))
  const executions = [{ name: 'usual load', load: { concurrency, durationMs } }, scenario]
  return executions.reduce((sum, one) => sum + executionLimitMs(planned({ options }, one.name, one, cases)), 0)
}
