import { matureExecutions } from '../compare/evidence/rule.ts'
import {
  type BaselineEntry,
  committedLines,
  differences,
  type MetricValues,
  type PastExecution,
} from '../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../domain/finding.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { BaselineFile } from './baseline-file.ts'

/** What may be done to committed baselines: everything (`-u`), only what is missing, or nothing (in CI). */
export type UpdateMode = 'all' | 'new' | 'none'

/** An execution that passed, ready to be accepted. */
export interface Accepted {
  key: string
  record: ExecutionRecord
  values: MetricValues
  /** Values that explain them; absent when nobody told any. */
  explaining?: MetricValues | undefined
  /** Values of all executions that fill its baseline with it, which the committed lines are made of; absent when it is alone. */
  together?: MetricValues | undefined
}

/** What accepting changes. */
export interface Acceptance {
  entry: BaselineEntry
  past: PastExecution
  /** True when the scenario had no comparable entry. */
  added: boolean
  /** Metrics that begin a new level, with what they were held against. */
  levels: Finding[]
}

/**
 * The entry and the history item of an execution that passed. An entry that is there stays as it is, so that files change only
 * when something did; `-u` begins a new level for each metric that got worse or better beyond noise.
 */
export function acceptExecution(
  { record, values, explaining, together = values }: Omit<Accepted, 'key'>,
  entry: BaselineEntry | undefined,
  update: UpdateMode,
  session?: string,
): Acceptance {
  const lines = committedLines(together)
  const comparable = entry !== undefined && differences(entry, record.comparability).length === 0
  const levels = update === 'all' ? newLevels(record) : []
  const renewed = new Set<string>(levels.map(({ metric }) => metric))
  const metrics: BaselineEntry['metrics'] = comparable ? { ...entry.metrics } : {}
  for (const [name, line] of Object.entries(lines)) {
    const metric = name as BaselineMetric
    if (line !== undefined && (metrics[metric] === undefined || renewed.has(metric)))
      metrics[metric] = { ...line, between: betweenOf(metric, levels) }
  }
  return {
    entry: { ...record.comparability, metrics },
    past: {
      ...record.comparability,
      execution: record.execution,
      startedAt: record.startedAt,
      session,
      calibration: record.environment.calibration,
      startsLevel: levels.map(({ metric }) => metric),
      committed: locationsOf(update === 'none' ? (comparable ? entry : undefined) : { metrics }),
      values,
      explaining,
    },
    added: !comparable,
    levels,
  }
}

/** What changed beyond noise, at once or step by step, with what it was held against. */
function newLevels({ verdict: { findings, patterns = [] } }: ExecutionRecord): Finding[] {
  return findings.flatMap((finding) => {
    if (finding.status === 'accepted' || finding.status === 'better') return [finding]
    const pattern = patterns.find(
      ({ kind, metric }) => metric === finding.metric && (kind === 'creep' || kind === 'step'),
    )
    const before = { ...finding.candidate, location: pattern?.before ?? 0, between: finding.baseline?.between }
    return pattern === undefined ? [] : [{ ...finding, baseline: before }]
  })
}

// A new level lies elsewhere, and its executions will differ as those before it did.
function betweenOf(metric: BaselineMetric, levels: readonly Finding[]): number | undefined {
  const held = levels.find((one) => one.metric === metric)
  return (held?.executions ?? 0) >= matureExecutions ? held?.baseline?.between : undefined
}

function locationsOf(entry: Pick<BaselineEntry, 'metrics'> | undefined): PastExecution['committed'] {
  if (entry === undefined) return undefined
  return Object.fromEntries(Object.entries(entry.metrics).map(([metric, line]) => [metric, line?.location]))
}

/** Keys in `file` that belong to `project`, and neither to a scenario or test in `known` nor to what such a test measured. */
export function obsoleteKeys(file: BaselineFile, project: string, known: ReadonlySet<string>): string[] {
  const prefix = `${project.replace(/['"]/g, '')} > `
  const isKnown = (key: string) => known.has(key) || [...known].some((one) => key.startsWith(`${one} > `))
  return Object.keys(file.scenarios).filter((key) => key.startsWith(prefix) && !isKnown(key))
}
