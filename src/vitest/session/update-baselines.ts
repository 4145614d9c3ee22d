import { rm } from 'node:fs/promises'
import { pool } from '../../compare/evidence/contest.ts'
import { baselineValues, type MetricValues } from '../../domain/baseline.ts'
import { messageOf } from '../../domain/errors.ts'
import { explainingValues } from '../../domain/explaining.ts'
import type { BaselineMetric } from '../../domain/finding.ts'
import { acceptExecution, obsoleteKeys, type UpdateMode } from '../../history/accept.ts'
import {
  type BaselineFile,
  baselinePath,
  baselineText,
  readBaselineFile,
  writeBaselineFile,
} from '../../history/baseline-file.ts'
import {
  type HistoryFile,
  historyPath,
  readHistoryFile,
  remember,
  writeHistoryFile,
} from '../../history/history-file.ts'
import { learnDrift } from '../../history/learn-drift.ts'
import { relativePath } from '../../history/load.ts'
import type { BaselineOutcome } from '../../report/session.ts'
import type { Gathered, GatheredExecution, GatheredFile } from './gather.ts'

/** What may be written. */
export interface UpdateRules {
  root: string
  update: UpdateMode
  /** Whether this session adds to the history of its machine. */
  writeHistory: boolean
  interrupted: boolean
  /** What all executions of this session have in common. */
  session: string
}

/** Accepts what passed into the baselines of its files. Only this function writes them, in one process. */
export async function updateBaselines(gathered: Gathered, rules: UpdateRules): Promise<BaselineOutcome> {
  const outcome: BaselineOutcome = {
    written: [],
    added: [],
    accepted: [],
    obsolete: [],
    removed: rules.update === 'all',
    problems: [],
  }
  if (rules.interrupted) return outcome
  const byFile = Map.groupBy(gathered.files, (file) => file.testFile)
  const histories = new Map<string, HistoryFile>()
  for (const [testFile, files] of byFile) {
    const executions = gathered.executions.filter((one) => one.testFile === testFile)
    try {
      const opened = await updateFile(testFile, files, executions, rules, outcome)
      for (const [path, history] of opened) histories.set(path, history)
    } catch (error) {
      outcome.problems.push(messageOf(error))
    }
  }
  if (rules.writeHistory) await writeHistories(histories, outcome)
  return outcome
}

async function writeHistories(histories: ReadonlyMap<string, HistoryFile>, outcome: BaselineOutcome): Promise<void> {
  const machines = Map.groupBy(histories.values(), ({ environmentKey }) => environmentKey)
  for (const files of machines.values()) learnDrift(files)
  for (const [path, history] of histories) {
    try {
      await writeHistoryFile(path, history)
    } catch (error) {
      outcome.problems.push(messageOf(error))
    }
  }
}

/** Writes the baselines of a file; returns its histories, by path, as they should be written. */
async function updateFile(
  testFile: string,
  files: readonly GatheredFile[],
  executions: readonly GatheredExecution[],
  rules: UpdateRules,
  outcome: BaselineOutcome,
): Promise<Map<string, HistoryFile>> {
  const before = await readBaselineFile(testFile)
  const file: BaselineFile = before ?? { schemaVersion: 1, scenarios: {} }
  const text = before === undefined ? undefined : baselineText(before)
  const passed = decidingExecutions(executions).filter((group) =>
    group.every((one) => one.passed && one.record.keepsBaseline && one.record.mistake === undefined),
  )
  const history = await openHistories(rules.root, testFile, passed.flat())
  for (const group of passed) acceptInto(file, history, group, rules, outcome)
  removeObsolete(file, files, rules, outcome)
  if (rules.update !== 'none' && baselineText(file) !== text) await store(testFile, file, rules, outcome)
  return history
}

/** Of each scenario the execution that decided its test; where several filled its baseline, all of the last attempt. */
function decidingExecutions(executions: readonly GatheredExecution[]): GatheredExecution[][] {
  return [...Map.groupBy(executions, ({ key }) => key).values()].map((all) => {
    const last = all.at(-1)
    return last?.record.filling === undefined
      ? all.slice(-1)
      : all.filter(({ record }) => record.filling !== undefined && record.attempt === last.record.attempt)
  })
}

async function openHistories(
  root: string,
  testFile: string,
  executions: readonly GatheredExecution[],
): Promise<Map<string, HistoryFile>> {
  const opened = new Map<string, HistoryFile>()
  for (const { record } of executions) {
    const path = historyPath(root, record.environmentKey, relativePath(root, testFile))
    if (opened.has(path)) continue
    const known = await readHistoryFile(path)
    opened.set(path, known ?? { schemaVersion: 1, environmentKey: record.environmentKey, scenarios: {} })
  }
  return opened
}

/** Accepts executions of one scenario, the first of which may begin new levels that the others belong to. */
function acceptInto(
  file: BaselineFile,
  histories: Map<string, HistoryFile>,
  group: readonly GatheredExecution[],
  rules: UpdateRules,
  outcome: BaselineOutcome,
): void {
  const together = pooledValues(group.map(valuesOf))
  for (const [position, execution] of group.entries()) {
    const { key, record, testFile } = execution
    const { entry, past, added, levels } = acceptExecution(
      { record, values: valuesOf(execution), explaining: explainingOf(execution), together },
      file.scenarios[key],
      position > 0 && rules.update === 'all' ? 'new' : rules.update,
      rules.session,
    )
    if (rules.update !== 'none') {
      file.scenarios[key] = entry
      if (added) outcome.added.push(record.identity.name)
      for (const { metric, baseline, candidate } of levels) {
        if (baseline === undefined) continue
        outcome.accepted.push({
          scenario: record.identity.name,
          metric,
          before: baseline.location,
          after: entry.metrics[metric]?.location ?? candidate.location,
        })
      }
    }
    const history = histories.get(historyPath(rules.root, record.environmentKey, relativePath(rules.root, testFile)))
    if (history !== undefined) remember(history, key, past)
  }
}

function valuesOf({ samples, record }: GatheredExecution): MetricValues {
  return baselineValues(samples, record.plan.cases.length)
}

function explainingOf({ samples, record }: GatheredExecution): MetricValues {
  return explainingValues(samples, record.plan.cases.length)
}

function pooledValues(all: readonly MetricValues[]): MetricValues {
  const names = new Set(all.flatMap((values) => Object.keys(values) as BaselineMetric[]))
  return Object.fromEntries([...names].map((name) => [name, pool(all.flatMap((values) => [values[name] ?? []]))]))
}

function removeObsolete(
  file: BaselineFile,
  files: readonly GatheredFile[],
  rules: UpdateRules,
  outcome: BaselineOutcome,
): void {
  for (const { project, keys, complete } of files) {
    if (!complete) continue
    for (const key of obsoleteKeys(file, project, keys)) {
      outcome.obsolete.push(key)
      if (rules.update === 'all') delete file.scenarios[key]
    }
  }
}

async function store(
  testFile: string,
  file: BaselineFile,
  rules: UpdateRules,
  outcome: BaselineOutcome,
): Promise<void> {
  const path = baselinePath(testFile)
  if (Object.keys(file.scenarios).length === 0) {
    await rm(path, { force: true })
    return
  }
  await writeBaselineFile(testFile, file)
  outcome.written.push(relativePath(rules.root, path))
}
