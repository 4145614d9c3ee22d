import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import { leakChecks, usualBoundBytes } from '../../compare/study/leak.ts'
import { BenchAgentError, type Mistake, mistakesError } from '../../domain/errors.ts'
import { executionLimitMs, planScenario } from '../../domain/plan.ts'
import { z } from '../../domain/zod.ts'
import { readEnvironment } from '../../measure/environment.ts'
import { requireScenarioOptions } from '../../run/options/options.ts'
import { mistakesIn } from '../../run/options/validation.ts'
import { resolveCases } from '../../run/source/cases.ts'
import { runSoak, type SoakPlan } from '../../run/study/soak.ts'
import { settingInTest } from '../run-in-test.ts'
import type { Declared, UntypedOptions } from '../scenario-test.ts'
import { workerSettings } from '../settings.ts'
import { addSpend } from '../spend-file.ts'
import { keepRecord, sampleSender, sendPlan } from '../transport.ts'
import { watchScenario } from '../watch.ts'
import { concludeStudy, executionOfStudy, runStudyTest } from './study-in-test.ts'

type SoakOptions = UntypedOptions & {
  cycles?: number
  runsPerCycle?: number
  thresholds?: { leakBytesPerRun?: number }
}

/** Soaks an agent in its test, and throws at its line when it leaks or fails. */
export function runSoakTest(context: TestContext, declared: Declared): Promise<void> {
  return runStudyTest(context, declared, () => soakInTest(context, declared))
}

async function soakInTest(context: TestContext, declared: Declared): Promise<void> {
  const { task } = context
  const options = declared.options as SoakOptions
  const settings = workerSettings()
  const startedAt = new Date()
  const own = scenarioOptionsOf(options)
  const soaked = soakPlanOf(options)
  const cases = await resolveCases(own, dirname(task.file.filepath))
  const plan = planScenario(declared.name, { ...own, runs: soaked.cycles * soaked.runsPerCycle }, cases)
  const totalRuns = soaked.cycles * soaked.runsPerCycle
  const scenario = executionOfStudy(context, declared, own, plan)
  await sendPlan(task, {
    name: declared.name,
    cases: plan.cases.map(({ name }) => name),
    order: plan.order,
    mayStop: false,
    warmup: plan.warmup,
    totalRuns,
    load: `${soaked.cycles} cycles of ${soaked.runsPerCycle} runs`,
    capUsd: options.spendUsd ?? settings?.spendUsd,
  })
  const watch = watchScenario(plan, settings)
  const inTest = settingInTest(task, scenario, settings)
  const execution = crypto.randomUUID()
  // Vitest keeps what is sent with the test, in the memory that is watched here: all of it is sent in the end.
  const sender = sampleSender(task, declared.name, execution, inTest.clock.nowMs)
  try {
    const setting = {
      ...inTest,
      execution,
      environment: readEnvironment(),
      onConcluded: ({ record }: { record: Parameters<typeof keepRecord>[1] }) => keepRecord(task, record),
      onRun: watch?.onRun,
      onCount: watch?.onCount,
    }
    const { soak, result } = await runSoak(setting, soaked)
    addSpend(settings, result.record.spentUsd)
    await sender.flush(result.samples)
    const checks = leakChecks(soak)
    concludeStudy(
      task,
      declared,
      { startedAt, results: [result], checks, result: { kind: 'soak', soak } },
      result.verdict.checks,
    )
  } finally {
    watch?.end()
  }
}

const usualCycles = 30
const usualRunsPerCycle = 100

function soakPlanOf({ cycles = usualCycles, runsPerCycle = usualRunsPerCycle, thresholds }: SoakOptions): SoakPlan {
  return { cycles, runsPerCycle, boundBytes: thresholds?.leakBytesPerRun ?? usualBoundBytes }
}

function scenarioOptionsOf(options: SoakOptions): UntypedOptions {
  const { cycles: _, runsPerCycle: __, thresholds = {}, ...rest } = options
  const { leakBytesPerRun: ___, ...own } = thresholds
  return { ...rest, thresholds: own }
}

const OwnSchema = z.looseObject({
  cycles: z.optional(z.int().check(z.minimum(2))),
  runsPerCycle: z.optional(z.int().check(z.minimum(1))),
  thresholds: z.optional(z.looseObject({ leakBytesPerRun: z.optional(z.number().check(z.minimum(0))) })),
})
const ofItsOwn = ['load', 'runs', 'runsPerSecond'] as const
const refused = [...ofItsOwn, 'baseline', 'detect', 'categories', 'inconclusive', 'profile'] as const

/** What is wrong with the options of a soak; absent when nothing is. */
export function mistakeInSoak(title: string, given: UntypedOptions): BenchAgentError | undefined {
  const options = given as SoakOptions
  try {
    const mistakes: Mistake[] = mistakesIn(OwnSchema, options, '')
    for (const path of refused)
      if (path in options)
        mistakes.push({
          path,
          expected: 'absent in a soak',
          got: 'a value',
          remedy: (ofItsOwn as readonly string[]).includes(path) ? 'Say `cycles` and `runsPerCycle`.' : undefined,
        })
    if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${title}"`, mistakes)
    requireScenarioOptions(title, scenarioOptionsOf(options))
    return undefined
  } catch (error) {
    if (error instanceof BenchAgentError) return error
    throw error
  }
}

/** The longest that a soak may take. */
export function soakLimitMs(title: string, given: UntypedOptions): number {
  const options = given as SoakOptions
  const { cycles, runsPerCycle } = soakPlanOf(options)
  const one = [{ name: 'one', input: undefined }]
  const plan = planScenario(title, { ...scenarioOptionsOf(options), thresholds: {}, runs: cycles * runsPerCycle }, one)
  return executionLimitMs(plan)
}
