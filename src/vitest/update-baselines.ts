import { rm } from 'node:fs/promises'
import { baselineValues } from '../domain/baseline.ts'
import { messageOf } from '../domain/errors.ts'
import { acceptExecution, obsoleteKeys, type UpdateMode } from '../history/accept.ts'
import {
  type BaselineFile,
  baselinePath,
  baselineText,
  readBaselineFile,
  writeBaselineFile,
} from '../history/baseline-file.ts'
import {
  type HistoryFile,
  historyPath,
  readHistoryFile,
  withExecution,
  writeHistoryFile,
} from '../history/history-file.ts'
import { relativePath } from '../history/load.ts'
import type { BaselineOutcome } from '../report/session.ts'
import type { Gathered, GatheredExecution, GatheredFile } from './gather.ts'

/** What may be written. */
export interface UpdateRules {
  root: string
  update: UpdateMode
  /** Whether this session adds to the history of its machine. */
  writeHistory: boolean
  interrupted: boolean
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
  for (const [testFile, files] of byFile) {
    const executions = gathered.executions.filter((one) => one.testFile === testFile)
    try {
      await updateFile(testFile, files, executions, rules, outcome)
    } catch (error) {
      outcome.problems.push(messageOf(error))
    }
  }
  return outcome
}

async function updateFile(
  testFile: string,
  files: readonly GatheredFile[],
  executions: readonly GatheredExecution[],
  rules: UpdateRules,
  outcome: BaselineOutcome,
): Promise<void> {
  const before = await readBaselineFile(testFile)
  const file: BaselineFile = before ?? { schemaVersion: 1, scenarios: {} }
  const text = before === undefined ? undefined : baselineText(before)
  const passed = lastAttempts(executions).filter(
    (one) => one.passed && one.record.keepsBaseline && one.record.mistake === undefined,
  )
  const history = await openHistories(rules.root, testFile, passed)
  for (const execution of passed) acceptInto(file, history, execution, rules, outcome)
  removeObsolete(file, files, rules, outcome)
  if (rules.update !== 'none' && baselineText(file) !== text) await store(testFile, file, rules, outcome)
  if (rules.writeHistory) for (const [path, content] of history) await writeHistoryFile(path, content)
}

// A retried test has several executions; the last one decided it.
function lastAttempts(executions: readonly GatheredExecution[]): GatheredExecution[] {
  return [...new Map(executions.map((one) => [one.key, one])).values()]
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

function acceptInto(
  file: BaselineFile,
  histories: Map<string, HistoryFile>,
  { key, record, samples, testFile }: GatheredExecution,
  rules: UpdateRules,
  outcome: BaselineOutcome,
): void {
  const values = baselineValues(samples, record.plan.cases.length)
  const { entry, past, added, levels } = acceptExecution({ record, values }, file.scenarios[key], rules.update)
  if (rules.update !== 'none') {
    file.scenarios[key] = entry
    if (added) outcome.added.push(record.identity.name)
    for (const { metric, baseline, candidate } of levels) {
      if (baseline === undefined) continue
      outcome.accepted.push({
        scenario: record.identity.name,
        metric,
        before: baseline.location,
        after: candidate.location,
      })
    }
  }
  const history = histories.get(historyPath(rules.root, record.environmentKey, relativePath(rules.root, testFile)))
  if (history !== undefined) history.scenarios[key] = withExecution(history.scenarios[key] ?? [], past)
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
