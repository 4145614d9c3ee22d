import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import { efficiencyChecks } from '../../compare/study/efficiency-check.ts'
import type { Case } from '../../domain/case.ts'
import { BenchAgentError, type Mistake, mistakesError } from '../../domain/errors.ts'
import { formatMs, formatValue } from '../../domain/format.ts'
import { isTimed } from '../../domain/load/load-shape.ts'
import { executionLimitMs, planScenario, quantileMistakes } from '../../domain/plan.ts'
import { readEnvironment } from '../../measure/environment.ts'
import type { ScenarioResult } from '../../run/conclude.ts'
import { turnRunsOf } from '../../run/load/rotation.ts'
import { requireScenarioOptions } from '../../run/options/options.ts'
import {
  efficiencyBounds,
  type SweepOwn,
  type SweepValue,
  sweepMistakes,
  sweptValues,
} from '../../run/options/sweep-options.ts'
import { isImmediate, resolveCases } from '../../run/source/cases.ts'
import { plannedInTurns, runSweep, type SweepSetting } from '../../run/study/sweep.ts'
import { settingInTest } from '../run-in-test.ts'
import type { Declared, UntypedOptions } from '../scenario-test.ts'
import { type WorkerSettings, workerSettings } from '../settings.ts'
import { addSpend, shareOfCap } from '../spend-file.ts'
import { keepRecord, orderRecords, sampleSender, sendNotice, sendPlan } from '../transport.ts'
import { watchScenario } from '../watch.ts'
import { concludeStudy, executionOfStudy, runStudyTest } from './study-in-test.ts'

type SweptOptions = UntypedOptions & SweepOwn

const fewestRuns = 30
const usualRepeats = 2

/** Measures the levels of a sweep in its test, and throws at its line when it fails. */
export function runSweepTest(context: TestContext, declared: Declared): Promise<void> {
  return runStudyTest(context, declared, () => sweepInTest(context, declared))
}

async function sweepInTest(context: TestContext, declared: Declared): Promise<void> {
  const { task } = context
  const options = declared.options as SweptOptions
  const settings = workerSettings()
  const startedAt = new Date()
  const { over, values } = sweptValues(options)
  const levels = await levelsIn(context, declared, settings)
  const plans = levels.map(({ setting }) => setting.plan)
  const [first] = plans
  if (first === undefined) throw new Error('expected a level')
  await sendPlan(task, {
    name: declared.name,
    cases: first.cases.map(({ name }) => name),
    order: first.order,
    mayStop: false,
    warmup: plans.reduce((sum, { warmup }) => sum + warmup, 0),
    totalRuns: plans.reduce((sum, { totalRuns = 0 }) => sum + totalRuns, 0),
    load: `${over} ${values.map(({ name }) => name).join(', ')}, in turns`,
    capUsd: settings?.spendUsd,
  })
  const watch = watchScenario({ ...first, name: declared.name }, settings)
  try {
    const senders = levels.map(({ setting }) =>
      sampleSender(task, declared.name, setting.execution, setting.clock.nowMs),
    )
    const watched = levels.map((level, position) => ({
      ...level,
      setting: { ...level.setting, onPause: senders[position]?.offer, onRun: watch?.onRun, onCount: watch?.onCount },
    }))
    const onEnded = async (result: ScenarioResult, name: string) => {
      const position = levels.findIndex((level) => level.name === name)
      addSpend(settings, result.record.spentUsd)
      await senders[position]?.flush(result.samples)
      await sendNotice(task, levelLine(declared.name, over, name, result))
    }
    const { sweep, results } = await runSweep(over, watched, onEnded)
    orderRecords(
      task,
      levels.map(({ setting }) => setting.execution),
    )
    const checks = efficiencyChecks(sweep.levels, efficiencyBounds(options))
    const own = results.flatMap(({ record }, position) =>
      record.verdict.checks.map((check) => ({
        ...check,
        message: `${over} ${levels[position]?.name}: ${check.message}`,
      })),
    )
    concludeStudy(task, declared, { startedAt, results, checks, result: { kind: 'sweep', sweep } }, own)
  } finally {
    watch?.end()
  }
}

async function levelsIn(
  context: TestContext,
  declared: Declared,
  settings: WorkerSettings | undefined,
): Promise<SweepSetting[]> {
  const { task } = context
  const options = declared.options as SweptOptions
  const { runs = fewestRuns, repeats = usualRepeats } = options
  const { over, values } = sweptValues(options)
  const directory = dirname(task.file.filepath)
  const environment = readEnvironment()
  // A source that can be read only once is read for all of them.
  const read = new Map<unknown, ReturnType<typeof resolveCases>>()
  const casesOf = (own: UntypedOptions) => {
    const known = read.get(own.cases) ?? resolveCases(own, directory)
    read.set(own.cases, known)
    return known
  }
  return Promise.all(
    values.map(async (value): Promise<SweepSetting> => {
      const own = optionsOfLevel(options, value)
      const name = `${declared.name} · ${over} ${value.name}`
      const all = await casesOf(own)
      const turnRuns = turnRunsOfLevel(options, own, value)
      const mistakes = levelMistakes(own, value, all, repeats * turnRuns)
      if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${name}"`, mistakes)
      const cases = all.slice(0, value.caseCount)
      const spendUsd = own.spendUsd === undefined ? undefined : own.spendUsd / values.length
      const plan = plannedInTurns(planScenario(name, { ...own, spendUsd, runs }, cases), repeats, turnRuns)
      const execution = executionOfStudy(context, declared, own, plan)
      const { identity } = execution
      const scenario = { ...execution, identity: { ...identity, name, id: `${identity.id} · ${over} ${value.name}` } }
      const setting = {
        ...settingInTest(task, scenario, settings),
        execution: crypto.randomUUID(),
        environment,
        ledger: shareOfCap(settings, values.length),
        onConcluded: ({ record }: Pick<ScenarioResult, 'record'>) => keepRecord(task, record),
      }
      return { name: value.name, concurrency: value.concurrency, setting, turnRuns }
    }),
  )
}

// Of a sweep over cases, all of them are run.
function turnRunsOfLevel(options: SweptOptions, own: UntypedOptions, { caseCount = 1 }: SweepValue): number {
  const { runs = fewestRuns, repeats = usualRepeats } = options
  return turnRunsOf(Math.max(runs, caseCount), repeats, own.concurrency ?? 1)
}

/** What is wrong with a level that makes `totalRuns` altogether, whatever the number of its cases. */
function levelMistakes(
  own: UntypedOptions,
  { caseCount }: SweepValue,
  cases: readonly Case[],
  totalRuns: number,
): Mistake[] {
  const mistakes = quantileMistakes({ ...own, categories: {} }, cases.slice(0, 1), totalRuns)
  if (own.load !== undefined && (isTimed(own.load) || 'ratePerSecond' in own.load))
    mistakes.push({
      path: 'load',
      expected: 'a number of runs in flight, for levels take turns',
      got: 'a load that goes by time',
      remedy: 'Measure such loads as scenarios of their own.',
    })
  if (caseCount === undefined || caseCount <= cases.length) return mistakes
  const expected = `at most ${cases.length}, for there are no more cases`
  return [...mistakes, { path: 'over.caseCount', expected, got: String(caseCount) }]
}

/** The options of the scenario that `options` make of `value`. */
function optionsOfLevel(options: SweptOptions, { value, concurrency, caseCount }: SweepValue): UntypedOptions {
  const { over: _, configure, repeats: __, thresholds = {}, ...rest } = options
  const { efficiencyRatio: ___, ...own } = thresholds as { efficiencyRatio?: unknown }
  const changed =
    concurrency !== undefined ? { concurrency } : caseCount !== undefined ? {} : configure?.(value as never)
  return { ...rest, thresholds: own, ...changed }
}

function levelLine(name: string, over: string, level: string, { record }: ScenarioResult): string {
  const { runs, metrics, scenario } = record.summary
  const facts = [
    `${name}: ${over} ${level}`,
    `${runs} runs`,
    scenario.runsPerSecond === undefined ? '' : formatValue('perSecond', scenario.runsPerSecond),
    metrics.latencyMs === undefined ? '' : `p50 ${formatMs(metrics.latencyMs.p50)}`,
  ]
  return facts.filter((fact) => fact !== '').join('  ')
}

/** What is wrong with the options of a sweep, those of its levels included; absent when nothing is. */
export function mistakeInSweep(title: string, given: UntypedOptions): BenchAgentError | undefined {
  const options = given as SweptOptions
  try {
    const mistakes = sweepMistakes(options)
    if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${title}"`, mistakes)
    const { over, values } = sweptValues(options)
    for (const value of values)
      requireScenarioOptions(`${title} · ${over} ${value.name}`, {
        ...optionsOfLevel(options, value),
        runs: options.runs,
      })
    return undefined
  } catch (error) {
    if (error instanceof BenchAgentError) return error
    throw error
  }
}

/** The longest that all levels of a sweep may take together; 0 where nobody knows yet. */
export function sweepLimitMs(title: string, given: UntypedOptions): number {
  const options = given as SweptOptions
  const { runs = fewestRuns, repeats = usualRepeats } = options
  let limitMs = 0
  for (const value of sweptValues(options).values) {
    const own = optionsOfLevel(options, value)
    // Of cases that are still to be read, nobody knows how many there are.
    if (!isImmediate(own.cases)) return 0
    const cases = [...(own.cases ?? [{ input: undefined }])].map((one, position) => ({ ...one, name: `${position}` }))
    const plan = planScenario(title, { ...own, runs, thresholds: {}, categories: {} }, cases)
    limitMs += executionLimitMs(plannedInTurns(plan, repeats, turnRunsOfLevel(options, own, value)))
  }
  return limitMs
}
