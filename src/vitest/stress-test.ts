import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import { outcomeOf, resilienceChecks, stressChecks, stressOf, usualOf } from '../compare/load/resilience.ts'
import type { Case } from '../domain/case.ts'
import type { Check } from '../domain/check.ts'
import { wallClock } from '../domain/clock.ts'
import { BenchAgentError, type Mistake, mistakesError } from '../domain/errors.ts'
import { executionLimitMs, type Plannable, planScenario } from '../domain/plan.ts'
import {
  type StressBounds,
  type StressName,
  type StressOutcome,
  stressNames,
  type UsualRuns,
} from '../domain/stress.ts'
import { explainVerdict, verdictOf } from '../domain/verdict.ts'
import { z } from '../domain/zod.ts'
import { readEnvironment } from '../measure/environment.ts'
import { resolveCases } from '../run/cases.ts'
import type { ScenarioResult } from '../run/conclude.ts'
import { requireScenarioOptions } from '../run/options.ts'
import { runScenario } from '../run/scenario.ts'
import { holdBallast } from '../run/stress/ballast.ts'
import { enlarged } from '../run/stress/enlarge.ts'
import { type StressScenario, stressScenarios } from '../run/stress/scenarios.ts'
import { mistakesIn } from '../run/validation.ts'
import { identityOf } from './identity.ts'
import { settingInTest } from './run-in-test.ts'
import { callbacksOf, type Declared, type UntypedOptions } from './scenario-test.ts'
import { workerSettings } from './settings.ts'
import { addSpend } from './spend-file.ts'
import { concludeStudy, runStudyTest } from './study-in-test.ts'
import { keepRecord, sampleSender, sendPlan } from './transport.ts'
import { watchScenario } from './watch.ts'

/** What a stress suite says beyond a scenario. */
export type StressOptions = Omit<UntypedOptions, 'thresholds'> & {
  durationMs?: number | undefined
  scenarios?: { [S in StressName]?: false | Partial<StressBounds> } | undefined
  thresholds?: { resilienceScore?: number | undefined } | undefined
}

/** What the tests of one stress suite share. */
export interface StressSuite {
  name: string
  options: StressOptions
  check: Declared['check']
  /** How the agent usually is; measured by whoever asks first. */
  usual: Promise<UsualRuns | undefined> | undefined
  outcomes: StressOutcome[]
  results: ScenarioResult[]
}

const usualDurationMs = 10_000

/** The kinds of stress that `options` ask for, with their bounds. */
export function askedStress({
  concurrency = 1,
  durationMs = usualDurationMs,
  scenarios = {},
}: StressOptions): StressScenario[] {
  return stressScenarios({ concurrency, durationMs }).flatMap((scenario) => {
    const own = scenarios[scenario.name]
    return own === false ? [] : [{ ...scenario, bounds: { ...scenario.bounds, ...own } }]
  })
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
  suite.usual ??= usualIn(context, declared, suite)
  const usual = await suite.usual
  if (usual === undefined)
    throw new BenchAgentError(
      'BENCH_AGENT_VERDICT',
      `"${suite.name}" was not stressed: not one run is good at its usual load.`,
    )
  const { inputTimes } = scenario
  const cases = await resolveCases(suite.options, dirname(task.file.filepath))
  const grown = inputTimes === undefined ? cases : enlargedCases(cases, inputTimes)
  if (grown === undefined) return context.skip('its inputs hold no text that could be enlarged')
  const release = scenario.ballast === undefined ? undefined : holdBallast(scenario.ballast, wallClock)
  try {
    const result = await executionIn(context, declared, suite, scenario, grown)
    const { samples, record } = result
    const outcome = outcomeOf({ ...scenario, scenario: scenario.name, execution: record.execution, samples }, usual)
    suite.outcomes.push(outcome)
    suite.results.push(result)
    const checks = [...stressChecks(outcome), ...unmetFaults(scenario, result)]
    const { verdict } = record
    Object.assign(verdict, verdictOf([...verdict.checks, ...checks], verdict.warnings, verdict.findings))
    const failed = verdict.checks.filter(({ status }) => status === 'fail')
    if (failed.length > 0)
      throw new BenchAgentError('BENCH_AGENT_VERDICT', explainVerdict(scenario.name, verdict, record.problems, false))
  } finally {
    release?.()
  }
}

function enlargedCases(cases: readonly Case[], times: number): Case[] | undefined {
  const grown = cases.map((one) => ({ ...one, input: enlarged(one.input, times) }))
  return grown.some(({ input }) => input === undefined) ? undefined : grown
}

function unmetFaults({ faults }: StressScenario, { record }: ScenarioResult): Check[] {
  if (faults === undefined || (record.faults?.calls ?? 0) > 0) return []
  return [
    {
      status: 'inconclusive',
      code: 'unknownMetric',
      subject: 'faults',
      message: 'No model call was seen that could have met a fault.',
      remedy: 'Faults meet model calls of this process; leave this kind of stress out for an agent that makes none.',
    },
  ]
}

async function usualIn(context: TestContext, declared: Declared, suite: StressSuite): Promise<UsualRuns | undefined> {
  const { concurrency = 1, durationMs = usualDurationMs } = suite.options
  const cases = await resolveCases(suite.options, dirname(context.task.file.filepath))
  const usual = { name: 'usual load', load: { concurrency, durationMs } }
  const { samples } = await executionIn(context, declared, suite, usual, cases)
  return usualOf(samples, concurrency)
}

type Execution = { name: string; cycleRuns?: number | undefined } & Pick<
  Plannable,
  'load' | 'runs' | 'concurrency' | 'faults'
>

function planned(
  suite: StressSuite,
  name: string,
  { load, runs, concurrency, faults }: Partial<Execution>,
  cases: readonly Case[],
) {
  const { durationMs: _, scenarios: __, thresholds: ___, concurrency: ____, ...own } = suite.options
  // Success is held against the bounds of the stress.
  const thresholds = { successRatio: 0 }
  const perCase = typeof runs === 'number' ? Math.ceil(runs / cases.length) : runs
  return planScenario(name, { ...own, thresholds, load, runs: perCase, concurrency, faults }, cases)
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
      cycle: cycleRuns === undefined ? undefined : { runs: cycleRuns, onEnd: () => undefined },
      onConcluded: ({ record }) => keepRecord(task, record),
      onPause: sender.offer,
      onRun: watch?.onRun,
      onCount: watch?.onCount,
    })
    addSpend(settings, result.record.spentUsd)
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
    const usual = await suite.usual
    if (usual === undefined || suite.outcomes.length === 0) return context.skip('no kind of stress was measured')
    const stress = stressOf(usual, suite.outcomes)
    const checks = resilienceChecks(stress, suite.options.thresholds?.resilienceScore)
    const concluded = {
      startedAt: new Date(),
      results: suite.results,
      checks,
      result: { kind: 'stress', stress } as const,
    }
    concludeStudy(context.task, declared, concluded)
  })
}

const ratio = z.number().check(z.minimum(0), z.maximum(1))
const positive = z.number().check(z.positive())
const BoundsSchema = z.union(
  [
    z.literal(false),
    z.strictObject({
      successRatio: z.optional(ratio),
      slowdownRatio: z.optional(positive),
      recoveryMs: z.optional(positive),
    }),
  ],
  'false, or { successRatio, slowdownRatio, recoveryMs }',
)
const OwnSchema = z.looseObject({
  durationMs: z.optional(positive),
  concurrency: z.optional(z.int().check(z.minimum(1))),
  scenarios: z.optional(
    z.strictObject(Object.fromEntries(stressNames.map((name) => [name, z.optional(BoundsSchema)]))),
  ),
  thresholds: z.optional(z.strictObject({ resilienceScore: z.optional(ratio) })),
})
const refused = ['load', 'runs', 'runsPerSecond', 'faults', 'baseline', 'detect', 'categories', 'inconclusive'] as const

/** What is wrong with the options of a stress suite; absent when nothing is. */
export function mistakeInStress(name: string, options: StressOptions): BenchAgentError | undefined {
  try {
    const mistakes: Mistake[] = mistakesIn(OwnSchema, options, '')
    for (const path of refused)
      if (path in options)
        mistakes.push({ path, expected: 'absent, for each kind of stress has its own', got: 'a value' })
    if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, mistakes)
    const { durationMs: _, scenarios: __, thresholds: ___, ...own } = options
    requireScenarioOptions(name, own)
    return undefined
  } catch (error) {
    if (error instanceof BenchAgentError) return error
    throw error
  }
}

/** The longest that one test of `suite` may take, the usual load included; 0 where nobody knows yet. */
export function stressLimitMs(suite: StressSuite, scenario: StressScenario): number {
  const one = [{ name: 'one', input: undefined }]
  const usual = planned(
    suite,
    'usual load',
    { load: { concurrency: 1, durationMs: suite.options.durationMs ?? usualDurationMs } },
    one,
  )
  return executionLimitMs(usual) + executionLimitMs(planned(suite, scenario.name, scenario, one))
}
