import { relative, sep } from 'node:path'
import type { TestContext } from 'vitest'
import { BenchAgentError } from '../domain/errors.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { WorkerSettings } from './settings.ts'

type Task = TestContext['task']

/**
 * Who the scenario of `task` is.
 *
 * @throws BenchAgentError when another scenario of the same suite has the same id
 */
export function identityOf(task: Task, id: string, settings: WorkerSettings | undefined): ExecutionRecord['identity'] {
  requireUnique(task, id)
  return { ...placeOf(task, settings), suite: suitePath(task), name: task.name, id }
}

/** Who a measurement inside of the test `task` is; `name` is its own, absent when it goes by the test's. */
export function identityOfMeasurement(
  task: Task,
  name: string | undefined,
  settings: WorkerSettings | undefined,
): ExecutionRecord['identity'] {
  const suite = name === undefined ? suitePath(task) : [...suitePath(task), task.name]
  return { ...placeOf(task, settings), suite, name: name ?? task.name, id: name ?? task.name }
}

function placeOf(
  task: Task,
  settings: WorkerSettings | undefined,
): Pick<ExecutionRecord['identity'], 'project' | 'file'> {
  const root = settings?.root ?? process.cwd()
  return {
    project: settings?.project ?? task.file.projectName ?? '',
    file: relative(root, task.file.filepath).split(sep).join('/'),
  }
}

function suitePath(task: Task): string[] {
  const names: string[] = []
  for (let suite = task.suite; suite !== undefined && suite !== task.file; suite = suite.suite)
    names.unshift(suite.name)
  return names
}

function requireUnique(task: Task, id: string): void {
  const siblings = (task.suite ?? task.file).tasks
  const same = siblings.filter((other) => other.type === 'test' && other.meta.benchAgent?.id === id)
  if (same.length < 2) return
  throw new BenchAgentError(
    'BENCH_AGENT_DUPLICATE',
    `Expected every scenario of a suite to have a name of its own, got "${id}" ${same.length} times. Rename one, or give it an \`id\`: the baseline goes by it.`,
  )
}
