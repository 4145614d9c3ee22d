import type { MetricValues } from '../src/domain/baseline.ts'
import type { ExecutionRecord, Results, SampleColumns } from '../src/domain/record.ts'
import { createSamples } from '../src/domain/sample.ts'
import { summarize } from '../src/domain/summary.ts'
import { comparability, environmentKey } from './past.ts'

const environment: Results['environment'] = {
  node: process.versions.node,
  platform: process.platform,
  architecture: process.arch,
  cpuModel: environmentKey,
  cpuCores: 1,
  memoryBytes: 0,
  ci: true,
  version: '',
}

// What nobody looks at who compares records.
const resources = { durationMs: 0 }
const blank: Omit<ExecutionRecord, 'identity' | 'plan' | 'samples'> = {
  schemaVersion: 1,
  execution: '',
  attempt: 0,
  startedAt: '',
  durationMs: 0,
  mode: 'live',
  about: {},
  models: [],
  comparability,
  environment,
  environmentKey,
  resources,
  summary: summarize(createSamples(0), resources, []),
  problems: [],
  verdict: { status: 'pass', checks: [], warnings: [], findings: [] },
  keepsBaseline: true,
}

/** The record of an execution with the runs in `values`, in rounds over the cases. */
export function recordOf(name: string, values: MetricValues): ExecutionRecord {
  const cases = values.workingMs?.length ?? 0
  const runs = values.workingMs?.[0]?.length ?? 0
  return {
    ...blank,
    identity: { project: '', file: '', suite: [], name, id: name },
    plan: {
      cases: Array.from({ length: cases }, (_, index) => ({ name: String(index) })),
      caseHash: '',
      runs,
      warmup: 0,
      totalRuns: cases * runs,
      load: { concurrency: 1 },
      limits: {},
      thresholds: {},
      categories: {},
    },
    samples: columnsOf(values, cases, runs),
  }
}

function columnsOf({ workingMs, inputTokens, successRatio }: MetricValues, cases: number, runs: number): SampleColumns {
  const inRounds = (values: number[][] = []) =>
    Array.from({ length: runs }, (_, round) => values.map((one) => one[round] ?? 0)).flat()
  const all = cases * runs
  const started = Array<number>(all).fill(0)
  return {
    caseIndex: Array.from({ length: all }, (_, index) => index % cases),
    outcome: inRounds(successRatio).map((ok) => (ok === 1 ? 'ok' : 'wrong')),
    degraded: Array<boolean>(all).fill(false),
    dueAtMs: started,
    startedAtMs: started,
    firstTokenAtMs: Array<null>(all).fill(null),
    endedAtMs: inRounds(workingMs),
    values: { inputTokens: inRounds(inputTokens) },
    scores: {},
    calls: { index: [], modelTtftMs: [], interTokenLatencyMs: [], outputTokensPerSecond: [] },
  }
}

/** The content of a session's results file. */
export function resultsOf(records: ExecutionRecord[]): Results {
  return { schemaVersion: 1, startedAt: '', environment, records }
}
