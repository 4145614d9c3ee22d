import type { TestContext } from 'vitest'
import type { Side } from '../command/turn-message.ts'
import { describeConditions } from '../domain/conditions.ts'
import { BenchAgentError } from '../domain/errors.ts'
import { isEndedByTime, isOpen } from '../domain/load/load.ts'
import type { Plan } from '../domain/plan.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { scenarioKey } from '../history/baseline-file.ts'
import { inTurns } from '../run/load/turn.ts'
import { callCoordinator } from './turn-socket.ts'

/** Whose turns a worker takes, and where it asks for them. */
export interface TurnSettings {
  side: Side
  socket: string
}

/** A scenario that is measured in turns. */
export interface ScenarioInTurns {
  task: TestContext['task']
  plan: Plan
  identity: ExecutionRecord['identity']
  /** Id of its record. */
  execution: string
  signal?: AbortSignal | undefined
}

/**
 * What `work` comes to, whose runs alternate with those of the same scenario on the other side. A scenario that the other side does
 * not have skips its test.
 */
export async function takeTurns<Result>(
  { side, socket: path }: TurnSettings,
  { task, plan, identity, execution, signal }: ScenarioInTurns,
  work: () => Promise<Result>,
): Promise<Result> {
  const runs = turnRuns(plan)
  const socket = callCoordinator(path)
  const abort = () => socket.close()
  signal?.addEventListener('abort', abort)
  try {
    const first = await socket.ask({
      type: 'open',
      side,
      ...placeOf(task, identity),
      name: [...identity.suite, identity.name].join(' > '),
      comparability: `${plan.caseHash}, ${describeConditions(plan)}`,
      execution,
      turns: Math.ceil((plan.totalRuns ?? runs) / runs),
    })
    if (first.type === 'stop') leaveOut(task, first.reason)
    const next = async () => (await socket.ask({ type: 'next' })).type === 'go'
    const result = await inTurns({ runs, next }, work)
    await socket.ask({ type: 'done' })
    return result
  } finally {
    signal?.removeEventListener('abort', abort)
    socket.close()
  }
}

/**
 * Runs of one turn: as many as go at once. The shorter the turns, the more do neighbours share of the machine and the provider, and
 * all of that is in neither version's disfavour.
 */
export function turnRuns({ load, totalRuns }: Pick<Plan, 'load' | 'totalRuns'>): number {
  // A load that goes by time cannot be interrupted: its versions go one after the other.
  return isOpen(load) || isEndedByTime(load) ? (totalRuns ?? Number.MAX_SAFE_INTEGER) : load.concurrency
}

function leaveOut(task: TestContext['task'], reason: string): never {
  task.context.skip(`not compared: ${reason}`)
  throw new BenchAgentError('BENCH_AGENT_USAGE', `Expected Vitest to skip "${task.name}", got a test that goes on.`)
}

type Task = TestContext['task']
type Suite = Task['file']

function placeOf(
  task: Task,
  identity: ExecutionRecord['identity'],
): { key: string; test: string; later: string[]; file: string } {
  const tests = testsOf(task.file, [])
  const position = tests.findIndex((one) => one.task === task)
  return {
    key: `${identity.file} > ${scenarioKey(identity)}`,
    test: tests[position]?.key ?? '',
    later: tests.slice(position + 1).flatMap(({ key, runs }) => (runs ? [key] : [])),
    file: fileKey(identity.project, identity.file),
  }
}

/** What a file is called on both sides. */
export function fileKey(project: string, file: string): string {
  return `${project} > ${file}`
}

function testsOf(suite: Pick<Suite, 'tasks'>, names: readonly string[]): { task: Task; key: string; runs: boolean }[] {
  return suite.tasks.flatMap((task) => {
    if (task.type === 'suite') return testsOf(task, [...names, task.name])
    const id = task.meta.benchAgent?.id ?? task.name
    return [
      {
        task,
        key: scenarioKey({ project: '', suite: [...names], id }),
        runs: task.mode !== 'skip' && task.mode !== 'todo',
      },
    ]
  })
}
