import { dirname } from 'node:path'
import type { TestContext } from 'vitest'
import { breakingPointChecks } from '../../compare/study/breaking-point-check.ts'
import { BenchAgentError, mistakesError } from '../../domain/errors.ts'
import { formatCount, formatValue, plural } from '../../domain/format.ts'
import { planScenario } from '../../domain/plan.ts'
import type { Probe } from '../../domain/study/breaking-point.ts'
import { explainVerdict } from '../../domain/verdict.ts'
import { readEnvironment } from '../../measure/environment.ts'
import type { ScenarioResult } from '../../run/conclude.ts'
import { type BreakingPointOwn, breakingPointMistakes, searchOf } from '../../run/options/breaking-point-options.ts'
import { requireScenarioOptions } from '../../run/options/options.ts'
import { resolveCases } from '../../run/source/cases.ts'
import { searchWithAgent } from '../../run/study/search-breaking-point.ts'
import { settingInTest } from '../run-in-test.ts'
import type { Declared, UntypedOptions } from '../scenario-test.ts'
import { workerSettings } from '../settings.ts'
import { addSpend } from '../spend-file.ts'
import { sendNotice, sendPlan } from '../transport.ts'
import { watchScenario } from '../watch.ts'
import { concludeStudy, executionOfStudy, runStudyTest } from './study-in-test.ts'

type SearchOptions = Omit<UntypedOptions, 'thresholds'> & BreakingPointOwn

/** Searches for the breaking point in its test, and throws at its line when it fails. */
export function runBreakingPointTest(context: TestContext, declared: Declared): Promise<void> {
  return runStudyTest(context, declared, () => searchInTest(context, declared))
}

async function searchInTest(context: TestContext, declared: Declared): Promise<void> {
  const { task } = context
  const options = declared.options as SearchOptions
  const settings = workerSettings()
  const startedAt = new Date()
  const own = scenarioOptionsOf(options)
  const cases = await resolveCases(own, dirname(task.file.filepath))
  const plan = planScenario(declared.name, { ...own, runs: 1 }, cases)
  const search = searchOf(options)
  const scenario = executionOfStudy(context, declared, own, plan)
  await sendPlan(task, {
    name: declared.name,
    cases: plan.cases.map(({ name }) => name),
    order: plan.order,
    mayStop: true,
    warmup: plan.warmup,
    load: `as many runs as it takes, at most ${formatCount(search.maxRuns)}, in search of the breaking point`,
    capUsd: options.spendUsd ?? settings?.spendUsd,
  })
  const watch = watchScenario(plan, settings)
  const setting = {
    ...settingInTest(task, scenario, settings),
    execution: crypto.randomUUID(),
    environment: readEnvironment(),
    onRun: watch?.onRun,
    onCount: watch?.onCount,
  }
  const made: ScenarioResult[] = []
  try {
    const breakingPoint = await searchWithAgent(setting, search, async (probe, result) => {
      made.push(result)
      const { spentUsd } = result.record
      addSpend(settings, spentUsd)
      // The probes that follow know what this one has spent.
      setting.ledger.spentBeforeUsd += spentUsd ?? 0
      requireNoRefusal(declared, result)
      await sendNotice(task, probeLine(declared.name, probe))
      return result.record.verdict.checks.some(({ code }) => code === 'spend')
    })
    const checks = breakingPointChecks(breakingPoint, options.thresholds?.sustainedPerSecond)
    concludeStudy(task, declared, {
      startedAt,
      results: made,
      checks,
      result: { kind: 'breakingPoint', breakingPoint },
    })
  } finally {
    watch?.end()
  }
}

// What one run at a time meets that no load explains: a key that is wrong, a test that is.
function requireNoRefusal({ name }: Declared, { record, mistake }: ScenarioResult): void {
  if (mistake !== undefined) throw mistake
  const refused = record.verdict.checks.filter(
    ({ code, status }) => code === 'provider' || code === 'openStream' || (code === 'spend' && status === 'fail'),
  )
  if (refused.length === 0) return
  const text = explainVerdict(name, { ...record.verdict, checks: refused }, record.problems, true)
  throw new BenchAgentError('BENCH_AGENT_VERDICT', text)
}

function probeLine(name: string, { load, runs, throughputPerSecond }: Probe): string {
  const at = 'concurrency' in load ? `${load.concurrency} at once` : formatValue('perSecond', load.ratePerSecond)
  const done = throughputPerSecond === undefined ? '' : `  ${formatValue('perSecond', throughputPerSecond)} done`
  return `${name}: ${at}  ${plural(runs, 'run')}${done}`
}

function scenarioOptionsOf(options: SearchOptions): UntypedOptions {
  const {
    objectives: _,
    maxConcurrency: __,
    maxRatePerSecond: ___,
    maxRuns: ____,
    thresholds: _____,
    ...rest
  } = options
  return rest
}

/** What is wrong with the options of a search; absent when nothing is. */
export function mistakeInSearch(title: string, given: UntypedOptions): BenchAgentError | undefined {
  const options = given as SearchOptions
  try {
    const mistakes = breakingPointMistakes(options)
    if (mistakes.length > 0) throw mistakesError('BENCH_AGENT_OPTIONS', `the options of "${title}"`, mistakes)
    requireScenarioOptions(title, scenarioOptionsOf(options))
    return undefined
  } catch (error) {
    if (error instanceof BenchAgentError) return error
    throw error
  }
}
