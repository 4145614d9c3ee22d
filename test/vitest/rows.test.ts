import type { TestContext } from 'vitest'
import { expect, test } from 'vitest'
import { sleep } from '../../src/domain/clock.ts'
import { takingTurns } from '../../src/run/load/turn.ts'
import { type MeasuredRow, type Row, rowsInTurns } from '../../src/vitest/rows.ts'
import type { ExecutionInTest, ScenarioInTest } from '../../src/vitest/scenario-in-test.ts'
import { virtualClock } from '../virtual-clock.ts'

type Mutable = Omit<TestContext['task'], 'result'> & { result: { state: 'run' | 'pass' | 'fail' } }

interface Described {
  name: string
  /** When Vitest starts its test. */
  atMs?: number
  /** How long its hooks take before that begins. */
  hookMs?: number
  /** Whether they fail. */
  isBroken?: boolean
  runs?: number
  /** How long it is planned for. */
  planMs?: number
  /** Whether that fails. */
  isUnplanned?: boolean
  fails?: boolean
}

interface Measured {
  /** Whose runs there were, in their order. */
  order: string
  /** The rows of each table. */
  tables: string[][]
  /** How each test ended, and when. */
  ended: Record<string, string>
}

/** What comes of tests of `described`, of which Vitest runs `most` at a time. */
async function measured(described: readonly Described[], most = Number.POSITIVE_INFINITY): Promise<Measured> {
  const clock = virtualClock()
  const tables: string[][] = []
  const ended: Record<string, string> = {}
  let order = ''
  const rows = rowsInTurns({
    count: described.length,
    turnRunsOf: () => 1,
    onMeasured: async (found: readonly MeasuredRow[]) => {
      tables.push(found.map(({ task }) => task.name))
    },
    ledgers: () => () => ({ spentBeforeUsd: 0 }),
    clock,
  })
  // Of a test, all that rows read.
  const tasks = described.map(({ name }) => ({ name, mode: 'run' }) as unknown as Mutable)
  for (const task of tasks) rows.add(task)

  async function run(
    { name, runs = 2, planMs = 0, fails = false, isUnplanned = false }: Described,
    position: number,
  ): Promise<void> {
    const task = tasks[position]
    if (task === undefined) throw new Error('expected a task for each')
    const plan = async () => {
      await sleep(clock, planMs)
      if (isUnplanned) throw new Error('no cases')
      return {} as ScenarioInTest
    }
    const measure: Row['measure'] = async (_scenario, _ledgers, onMade) => {
      const loop = takingTurns({
        stopped: () => false,
        run: async (_index: number, _dueMs: number) => {
          order += name
          await sleep(clock, 10)
        },
      })
      for (let index = 0; index < runs; index++) await loop.run(index, 0)
      onMade({} as ExecutionInTest)
      if (fails) throw new Error('too slow')
    }
    const context = { task, annotate: async () => undefined } as unknown as TestContext
    const end = await rows.run(context, { plan, measure }).then(
      () => 'passed',
      (error: Error) => error.message,
    )
    task.result = { state: end === 'passed' ? 'pass' : 'fail' }
    ended[name] = `${end} at ${clock.nowMs()}`
  }

  await clock.run(async () => {
    const waiting = described.map((one, position) => ({ one, position }))
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { one, position } = next
        await sleep(clock, (one.atMs ?? 0) - clock.nowMs())
        const task = tasks[position]
        if (task === undefined) throw new Error('expected a task for each')
        task.result = { state: 'run' }
        await sleep(clock, one.hookMs ?? 0)
        if (one.isBroken) task.result = { state: 'fail' }
        else await run(one, position)
      }
    }
    await Promise.all(Array.from({ length: Math.min(most, described.length) }, lane))
  })
  return { order, tables, ended }
}

test('rows take turns forth and back, and their tests end together', async () => {
  expect(await measured([{ name: 'a', runs: 3 }, { name: 'b' }, { name: 'c' }])).toEqual({
    order: 'abccbaa',
    tables: [['c', 'b', 'a']],
    ended: { a: 'passed at 80', b: 'passed at 80', c: 'passed at 80' },
  })
})

test('all are planned before the first is measured', async () => {
  const { order, ended } = await measured([{ name: 'a' }, { name: 'b', planMs: 300 }])
  expect(order).toBe('abba')
  expect(ended.a).toBe('passed at 340')
})

test('nobody is measured while the hooks of another are at work, however long', async () => {
  const { order, tables } = await measured([{ name: 'a' }, { name: 'b', hookMs: 5_000 }])
  expect(order).toBe('abba')
  expect(tables).toEqual([['b', 'a']])
})

test('one whose hooks fail is waited for no longer than they take', async () => {
  const { order, ended } = await measured([{ name: 'a' }, { name: 'b', hookMs: 50, isBroken: true }, { name: 'c' }])
  expect(order).toBe('acca')
  expect(ended.a).toBe('passed at 90')
})

test('a row that fails, or cannot be planned, leaves the others alone and says so when all are through', async () => {
  const { order, tables, ended } = await measured([
    { name: 'a', fails: true },
    { name: 'b', isUnplanned: true },
    { name: 'c' },
  ])
  expect(order).toBe('acca')
  expect(tables).toEqual([['c', 'a']])
  expect(ended).toEqual({ a: 'too slow at 50', b: 'no cases at 50', c: 'passed at 50' })
})

test('one that Vitest runs by itself is measured at once, and no table', async () => {
  expect(await measured([{ name: 'a' }])).toEqual({ order: 'aa', tables: [], ended: { a: 'passed at 20' } })
})

test('where Vitest runs fewer at a time than there are, those that are there take turns with one another', async () => {
  const { order, tables } = await measured([{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }], 2)
  expect(order).toBe('abbacddc')
  expect(tables).toEqual([
    ['b', 'a'],
    ['d', 'c'],
  ])
})

test('one that comes late joins', async () => {
  const { order, tables } = await measured([
    { name: 'a', runs: 4 },
    { name: 'b', runs: 4 },
    { name: 'c', atMs: 525 },
  ])
  expect(order).toBe('abbaabccba')
  expect(tables).toEqual([['c', 'b', 'a']])
})
