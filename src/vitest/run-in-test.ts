import type { TestContext } from 'vitest'
import { deviationOf } from '../compare/regression.ts'
import { type Baseline, baselineValues, type Deviation } from '../domain/baseline.ts'
import { timeOfDayMs, wallClock } from '../domain/clock.ts'
import { environmentKey } from '../domain/environment.ts'
import { describeLoad, isEndedByTime, isOpen } from '../domain/load/load.ts'
import { startsForMs } from '../domain/load/plan-load.ts'
import type { Plan } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { comparedAs } from '../domain/recording.ts'
import { readEnvironment } from '../measure/environment.ts'
import type { ScenarioResult } from '../run/conclude.ts'
import { runScenario } from '../run/scenario.ts'
import type { ScenarioSetting } from '../run/setting.ts'
import { mean } from '../stats/moments.ts'
import { baselineFor } from './baseline-for.ts'
import { fillingLine, firstFilling } from './filling.ts'
import { profilesInTest } from './keep-profile.ts'
import type { CallsInTest, ExecutionInTest, ScenarioInTest } from './scenario-in-test.ts'
import { addDeviation } from './session-shift.ts'
import { type WorkerSettings, workerSettings } from './settings.ts'
import { addSpend, spentSoFar } from './spend-file.ts'
import { keepRecord, sampleSender, sendNotice, sendPlan } from './transport.ts'
import { watchScenario } from './watch.ts'

/** Measures a scenario in `task`, tells the main process of it while it goes, and keeps its record with the test. */
export async function runInTest(task: TestContext['task'], scenario: ScenarioInTest): Promise<ExecutionInTest> {
  const settings = workerSettings()
  const execution = crypto.randomUUID()
  const turns = settings?.turns
  if (turns === undefined) return measureInTest(task, scenario, settings, execution)
  const { takeTurns } = await import('./turn-gate.ts')
  // What a version is held against is the other one, and no baseline.
  const alone = { ...scenario, compares: false }
  return takeTurns(turns, { ...scenario, task, execution }, () => measureInTest(task, alone, settings, execution))
}

async function measureInTest(
  task: TestContext['task'],
  scenario: ScenarioInTest,
  settings: WorkerSettings | undefined,
  execution: string,
): Promise<ExecutionInTest> {
  const { identity, compares, following } = scenario
  const calls = following === undefined ? scenario.calls : await callsOfNext(task, scenario, settings)
  const plan = following === undefined ? scenario.plan : { ...scenario.plan, spendUsd: following.spendUsd }
  if (calls?.mode === 'auto') {
    calls.settled ??= await settledCalls(task, { ...scenario, calls }, settings)
    return measureInTest(task, { ...scenario, calls: calls.settled }, settings, execution)
  }
  const environment = readEnvironment()
  const baseline =
    following?.baseline ??
    (compares
      ? await baselineFor(task, identity, environmentKey(environment), settings, comparedAs(calls?.mode))
      : undefined)
  const filling = following?.filling ?? firstFilling(scenario, baseline, settings)
  if (filling !== undefined) await sendNotice(task, fillingLine(plan.name, filling))
  await sendPlan(task, announcement(plan, baseline, settings, comparedAs(calls?.mode) === 'live'))
  const sender = sampleSender(task, plan.name, execution, wallClock.nowMs)
  const watch = watchScenario(plan, settings)
  try {
    const result = await runScenario({
      ...settingInTest(task, scenario, settings),
      plan,
      ...(await callSetting(task, { ...scenario, plan, calls }, settings)),
      execution,
      environment,
      baseline,
      onConcluded: ({ record }) => keepRecord(task, Object.assign(record, { filling })),
      onPause: sender.offer,
      onRun: watch?.onRun,
      onCount: watch?.onCount,
    })
    addSpend(settings, result.record.spentUsd)
    // What the scenario lies off counts once, however often it is measured.
    if (following === undefined && result.record.attempt === 0) addDeviation(settings, deviation(result, baseline))
    await sender.flush(result.samples)
    await addCalibration(result.record, scenario, settings)
    return { ...result, baseline }
  } finally {
    watch?.end()
  }
}

// Most sessions call their models, and load nothing of this.
const recordings = () => import('./recordings.ts')

async function callsOfNext(
  task: TestContext['task'],
  scenario: ScenarioInTest,
  settings: WorkerSettings | undefined,
): Promise<CallsInTest | undefined> {
  if (scenario.calls?.mode !== 'replay') return scenario.calls
  const { callsOnceMore } = await recordings()
  return callsOnceMore(task, scenario, settings)
}

/** What an execution of `scenario` needs to be recorded, or replayed; nothing where its models are called. */
async function callSetting(
  task: TestContext['task'],
  scenario: ScenarioInTest,
  settings: WorkerSettings | undefined,
): Promise<Partial<Pick<ScenarioSetting, 'plan' | 'ledger' | 'replay' | 'record'>>> {
  const { calls, options, identity, following, plan } = scenario
  if (calls === undefined || calls.mode === 'live') return {}
  const { recordSetting, replayPlan, replaySetting } = await recordings()
  if (calls.mode === 'record')
    return following === undefined ? { record: recordSetting(task, calls, options, identity, settings) } : {}
  return { ...replayPlan(plan), replay: replaySetting(task, calls, options, plan, settings) }
}

/** What mode `auto` comes to: what is not there yet is recorded at once, by an execution like any other. */
async function settledCalls(
  task: TestContext['task'],
  scenario: ScenarioInTest & { calls: CallsInTest },
  settings: WorkerSettings | undefined,
): Promise<CallsInTest> {
  const { calls } = scenario
  const { callsOfOthers, fileWhatOthersRecorded } = await recordings()
  const others = (await isRecorded(task, scenario, settings)) ? calls : await callsOfOthers(task, scenario, settings)
  const isThere = others === calls || (others && (await isRecorded(task, { ...scenario, calls: others }, settings)))
  if (others === undefined || !isThere) return { ...calls, mode: 'record' }
  await fileWhatOthersRecorded(task, { ...scenario, calls: others })
  return { ...others, mode: 'replay' }
}

/** Whether all is recorded that `scenario` asks its models, as runs tell that nobody hears of. */
async function isRecorded(
  task: TestContext['task'],
  scenario: ScenarioInTest,
  settings: WorkerSettings | undefined,
): Promise<boolean> {
  const { calls, options, plan } = scenario
  if (calls?.recordings === undefined) return false
  const { replayPlan, replaySetting } = await recordings()
  const { verdict } = await runScenario({
    ...settingInTest(task, scenario, settings),
    ...replayPlan({ ...plan, runs: 1, totalRuns: plan.cases.length, warmup: 0, looks: undefined }),
    replay: { ...replaySetting(task, calls, options, plan, settings), stopsAtMiss: true },
    execution: crypto.randomUUID(),
    environment: readEnvironment(),
  })
  return verdict.checks.every(({ code }) => code !== 'needsRecording')
}

/** What an execution of `scenario` in `task` needs from outside, with the session's settings. */
export function settingInTest(
  task: TestContext['task'],
  scenario: ScenarioInTest,
  settings: WorkerSettings | undefined,
): Omit<ScenarioSetting, 'execution' | 'environment'> {
  const { options, identity, annotate, calls, compares: _, following: __, ...given } = scenario
  return {
    ...given,
    about: options.about ?? {},
    identity,
    attempt: task.result?.retryCount ?? 0,
    mode: comparedAs(calls?.mode),
    prices: { ...settings?.prices, ...options.prices },
    ensureStreamUsage: options.ensureStreamUsage ?? settings?.ensureStreamUsage,
    acceptWorse: settings?.update === 'all',
    mayWrite: settings === undefined || settings.update !== 'none',
    ledger: scenario.ledger ?? { capUsd: settings?.spendUsd, spentBeforeUsd: spentSoFar(settings) },
    profiles: scenario.plan.profile === undefined ? undefined : profilesInTest(identity, annotate, settings),
    from: task.file.filepath,
    clock: wallClock,
  }
}

/** Has the machine calibrated when that is due, now that nothing is measured, and notes what it could do with `record`. */
async function addCalibration(
  record: ExecutionRecord,
  { signal, deferred }: ScenarioInTest,
  settings: WorkerSettings | undefined,
): Promise<void> {
  if (settings?.calibratesFromAtMs === undefined) return
  if (timeOfDayMs() < settings.calibratesFromAtMs) return
  // The time of a test that only measures inside is its own.
  if (signal?.aborted || deferred) return
  const { sessionCalibration } = await import('./session-calibration.ts')
  const calibration = await sessionCalibration(settings.sessionDirectory)
  if (calibration !== undefined) record.environment = { ...record.environment, calibration }
}

/** How far the times of `result` lie from what they are held against; absent when there is nothing. */
function deviation({ record, samples }: ScenarioResult, baseline: Baseline | undefined): Deviation | undefined {
  if (baseline === undefined) return undefined
  const values = baselineValues(samples, record.plan.cases.length)
  return deviationOf({ values, comparability: record.comparability, confirms: true }, baseline)
}

function announcement(
  plan: Plan,
  baseline: Baseline | undefined,
  settings: WorkerSettings | undefined,
  spends: boolean,
): Parameters<typeof sendPlan>[1] {
  const past = baseline?.history[0]?.values.workingMs?.flat() ?? []
  return {
    name: plan.name,
    cases: plan.cases.map((one) => one.name),
    order: plan.order,
    runs: plan.runs,
    mayStop: plan.looks !== undefined,
    warmup: plan.warmup,
    totalRuns: plan.totalRuns,
    concurrency: isOpen(plan.load) ? undefined : plan.load.concurrency,
    load: isOpen(plan.load) || isEndedByTime(plan.load) ? describeLoad(plan.load) : undefined,
    startsForMs: startsForMs(plan.load),
    usdPerRun: spends ? baseline?.entry?.metrics.costUsd?.location : undefined,
    msPerRun: past.length === 0 ? undefined : mean(past),
    capUsd: spends ? (plan.spendUsd ?? settings?.spendUsd) : undefined,
  }
}
