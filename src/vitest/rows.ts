import type { TestContext } from 'vitest'
import { type Clock, sleep } from '../domain/clock.ts'
import { type Place, rotation } from '../run/load/rotation.ts'
import { inTurns } from '../run/load/turn.ts'
import { type ReadCases, readOnce } from '../run/source/cases.ts'
import type { SpendLedger } from '../run/stopping.ts'
import type { ExecutionInTest, ScenarioInTest } from './scenario-in-test.ts'
import { takeTurn } from './turns.ts'

type Task = TestContext['task']

/** A row of one `.for`. */
export interface Row {
  /**
   * What is to be measured; absent when it is not measured here.
   *
   * @param read gives the cases of a source that can be read only once to all rows that share it
   */
  plan: (read: ReadCases) => Promise<ScenarioInTest | undefined>
  /** Measures it, and tells what came of it before it throws what is wrong with that. */
  measure: (
    scenario: ScenarioInTest,
    ledgers: () => SpendLedger,
    onMade: (made: ExecutionInTest) => void,
  ) => Promise<void>
}

/** A row that was measured. */
export interface MeasuredRow {
  task: Task
  /** Its first execution. */
  made: ExecutionInTest
  turnRuns: number
}

/** The rows of one `.for`, which Vitest runs as concurrent tests. */
export interface Rows {
  /** How many there are. */
  count: number
  /** Names the test of one of them, when it is collected. */
  add: (task: Task) => void
  /**
   * Measures `row` in turns with those that Vitest runs at the same time. Resolves, or rejects with what came of it, when they are
   * all through, so that no hook of one runs beside the runs of another.
   */
  run: (context: TestContext, row: Row) => Promise<void>
}

/** What rows in turns need to know of a scenario. */
export interface RowSetting {
  count: number
  /** Runs of one turn of `scenario`. */
  turnRunsOf: (scenario: ScenarioInTest) => number
  /** Told of the rows that were measured in turns with one another, before the test of the last one ends. */
  onMeasured: (rows: readonly MeasuredRow[]) => Promise<void>
  /** Ledgers of executions that share what is left to be spent, one for each. Asked for when the first is about to begin. */
  ledgers: () => () => SpendLedger
  clock: Clock
}

// Vitest may run fewer tests at a time than there are rows; those that it has not started by then come later.
const startMs = 500
const lookEveryMs = 10

/** Rows of one `.for` that are measured in turns. */
export function rowsInTurns(setting: RowSetting): Rows {
  const tasks: Task[] = []
  let batch: Batch | undefined
  return {
    count: setting.count,
    add: (task) => tasks.push(task),
    run: async (context, row) => {
      batch ??= openBatch(context, setting, tasks, () => {
        batch = undefined
      })
      await batch.run(context.task, row)
    },
  }
}

// Whether the hooks and fixtures of its test are at work, or its test itself.
function isOn({ result }: Task): boolean {
  return result?.state === 'run'
}

function isToStart({ mode, result }: Task): boolean {
  return (mode === 'run' || mode === 'queued') && result === undefined
}

/** Rows that are there at the same time. */
interface Batch {
  run: (task: Task, row: Row) => Promise<void>
}

function openBatch(context: TestContext, setting: RowSetting, tasks: readonly Task[], onOver: () => void): Batch {
  const held = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const join = rotation()
  const measured: MeasuredRow[] = []
  const planned = new Set<Task>()
  const read = readOnce()
  let [here, left] = [0, 0]
  let ledgers: (() => SpendLedger) | undefined
  let arrived: Promise<void> | undefined

  // The batch has its turn among the scenarios of the process, and its rows have theirs within it.
  const turn = takeTurn(context, async () => {
    held.resolve()
    await over.promise
  })
  turn.catch(held.reject)

  async function end(): Promise<void> {
    left += 1
    if (left < here) return
    onOver()
    try {
      if (measured.length > 1) await setting.onMeasured(measured)
    } finally {
      over.resolve()
    }
  }

  /** Resolves when whoever is to come is here and planned, so that nobody's hooks and files come in between. */
  async function arrival(): Promise<void> {
    const { nowMs } = setting.clock
    const sinceMs = nowMs()
    const isAwaited = (task: Task) => isOn(task) || (isToStart(task) && nowMs() - sinceMs < startMs)
    while (tasks.some((task) => isAwaited(task) && !planned.has(task))) await sleep(setting.clock, lookEveryMs)
  }

  async function planOf(task: Task, row: Row): Promise<ScenarioInTest | undefined> {
    try {
      return await row.plan(read)
    } finally {
      planned.add(task)
    }
  }

  async function measure(task: Task, row: Row, place: Place): Promise<void> {
    await held.promise
    const scenario = await planOf(task, row)
    if (scenario === undefined) return
    arrived ??= arrival()
    await arrived
    ledgers ??= setting.ledgers()
    const nextLedger = ledgers
    await place.begin()
    const turnRuns = setting.turnRunsOf(scenario)
    let first: ExecutionInTest | undefined
    try {
      await inTurns(place.turns(turnRuns), () =>
        row.measure(scenario, nextLedger, (made) => {
          first ??= made
        }),
      )
    } finally {
      if (first !== undefined) measured.push({ task, made: first, turnRuns })
    }
  }

  return {
    run: async (task, row) => {
      here += 1
      const place = join()
      try {
        await measure(task, row, place)
      } finally {
        place.leave()
        await end()
        await turn
      }
    },
  }
}
