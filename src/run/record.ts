import type { Advice } from '../domain/advice.ts'
import type { Comparability } from '../domain/baseline.ts'
import { environmentKey } from '../domain/environment.ts'
import type { BenchAgentError } from '../domain/errors.ts'
import type { FaultsMet } from '../domain/fault.ts'
import type { Fold } from '../domain/fold/fold.ts'
import { foldJson } from '../domain/fold/fold-json.ts'
import { noteOf } from '../domain/load/load.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { RecordingUse } from '../domain/recording-use.ts'
import type { Samples } from '../domain/sample.ts'
import type { Stop } from '../domain/stop.ts'
import type { Summary } from '../domain/summary.ts'
import type { TimeSeries } from '../domain/time-series.ts'
import type { RunTrace } from '../domain/trace.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { ConnectionCounts } from '../measure/belongings.ts'
import type { ScenarioSetting } from './setting.ts'
import type { Tally } from './tally.ts'

interface Concluded {
  setting: ScenarioSetting
  startedAt: Date
  loadStartedAt: Date | undefined
  traces: RunTrace[]
  advice: Advice[]
  resources: ExecutionRecord['resources']
  summary: Summary
  samples: Samples
  tally: Tally
  verdict: Verdict
  comparability: Comparability
  mistake: BenchAgentError | undefined
  confirmedFrom: number | undefined
  stop: Stop | undefined
  series?: TimeSeries | undefined
  faults?: FaultsMet | undefined
  connections?: ConnectionCounts | undefined
  recordings?: RecordingUse | undefined
  fold?: Fold | undefined
}

/** What was spent, in US dollars; absent when unknown. A replay calls nobody. */
function spentIn({ replay }: ScenarioSetting, tally: Tally): number | undefined {
  if (replay !== undefined) return 0
  return tally.unknownCosts + tally.untold > 0 ? undefined : tally.spentUsd
}

/** The most problems that a record tells one by one. */
export const problemsKept = 50

/** The record of a concluded execution, without its samples. */
export function recordOf(concluded: Concluded): ExecutionRecord {
  const {
    setting,
    startedAt,
    loadStartedAt,
    traces,
    advice,
    resources,
    summary,
    samples,
    tally,
    verdict,
    comparability,
    mistake,
    confirmedFrom,
    stop,
    series,
    faults,
    connections,
    recordings,
    fold,
  } = concluded
  const { plan, environment } = setting
  return {
    schemaVersion: 1,
    execution: setting.execution,
    identity: setting.identity,
    attempt: setting.attempt,
    startedAt: startedAt.toISOString(),
    loadStartedAt: loadStartedAt?.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    mode: setting.mode,
    about: setting.about,
    models: [...tally.models].sort(),
    comparability,
    plan: {
      cases: plan.cases.map(({ name, category }) => ({ name, category })),
      caseHash: plan.caseHash,
      runs: plan.runs,
      looks: plan.looks,
      warmup: plan.warmup,
      totalRuns: plan.totalRuns,
      load: noteOf(plan.load),
      faults: plan.faults.length === 0 ? undefined : [...plan.faults],
      faultSeed: plan.faults.length === 0 ? undefined : plan.faultSeed,
      limits: plan.limits,
      thresholds: plan.thresholds,
      categories: plan.categories,
      detect: Object.keys(plan.detect).length === 0 ? undefined : plan.detect,
    },
    environment,
    environmentKey: environmentKey(environment),
    coldStart: tally.coldStart,
    spentUsd: spentIn(setting, tally),
    listPrices: tally.listPrices.size === 0 ? undefined : [...tally.listPrices.values()],
    beside: tally.beside,
    resources,
    summary,
    problems: samples.problems.slice(0, problemsKept),
    verdict,
    mistake: mistake?.message,
    stop,
    confirmationRuns: confirmedFrom === undefined ? undefined : samples.length - confirmedFrom,
    keepsBaseline: setting.keepsBaseline,
    series,
    faults,
    recordings,
    connections,
    fold: fold === undefined ? undefined : foldJson(fold),
    advice: advice.length === 0 ? undefined : advice,
    traces: traces.length === 0 ? undefined : traces,
  }
}
