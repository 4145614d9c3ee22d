import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PastExecution } from '../../src/domain/baseline.ts'
import { trailPoint } from '../../src/domain/trail.ts'
import { executionsKept } from '../../src/history/executions-kept.ts'
import {
  type HistoryFile,
  historyPath,
  pointsKept,
  readHistoryFile,
  remember,
  withExecution,
  withPoint,
  writeHistoryFile,
} from '../../src/history/history-file.ts'
import { environmentKey, one, pastExecution, same } from '../compare/given.ts'
import { times } from '../domain/given.ts'
import { ownFolder } from './folder.ts'

const named = (execution: string, more: Partial<PastExecution> = {}) =>
  pastExecution(one('steps', [2, 2]), { execution, ...more })
const names = (past: readonly PastExecution[]) => past.map(({ execution }) => execution).join(' ')

describe('withExecution', () => {
  test('comes before what was there', () => {
    expect(names(withExecution([named('b'), named('a')], named('c')))).toBe('c b a')
    expect(names(withExecution([], named('a')))).toBe('a')
  })

  test('ten are kept', () => {
    let past: PastExecution[] = []
    for (let count = 1; count <= 25; count++) past = withExecution(past, named(`${count}`))
    expect(past).toHaveLength(executionsKept)
    expect(names(past)).toBe('25 24 23 22 21 20 19 18 17 16')
  })

  test('of those that may not be compared with it ten are kept too: another model does not push the first one out', () => {
    let past: PastExecution[] = times(10, (position) => named(`a${10 - position}`))
    for (let count = 1; count <= 3; count++) past = withExecution(past, named(`b${count}`, { model: 'gpt-5' }))
    expect(names(past)).toBe('b3 b2 b1 a10 a9 a8 a7 a6 a5 a4 a3 a2 a1')
    for (let count = 4; count <= 12; count++) past = withExecution(past, named(`b${count}`, { model: 'gpt-5' }))
    expect(past).toHaveLength(20)
    for (let count = 1; count <= 3; count++) past = withExecution(past, named(`c${count}`, { cases: 'xyz' }))
    expect(names(past)).toBe('c3 c2 c1 b12 b11 b10 b9 b8 b7 b6 b5 b4 b3')
  })

  test('stays newest first when executions take turns', () => {
    let past: PastExecution[] = []
    for (let count = 1; count <= 6; count++)
      past = withExecution(past, named(`${count}`, { model: count % 2 ? 'a' : 'b' }))
    expect(names(past)).toBe('6 5 4 3 2 1')
  })

  test('an execution that is known already is not kept twice', () => {
    expect(names(withExecution([named('b'), named('a')], named('a')))).toBe('a b')
  })

  test('what was there is left as it is', () => {
    const past = [named('a')]
    withExecution(past, named('b'))
    expect(names(past)).toBe('a')
  })
})

describe('thinning', () => {
  const kept = (cases: number[][]) =>
    withExecution([], named('a', { values: { workingMs: cases } }))[0]?.values.workingMs

  test('up to a thousand values of a metric are kept as they are', () => {
    const values = times(1000, (position) => position)
    expect(kept([values])).toEqual([values])
  })

  test('of more, every so many is', () => {
    const thinned = kept([times(100_000, (position) => position)])
    expect(thinned?.[0]).toHaveLength(1000)
    expect(thinned?.[0]?.slice(0, 3)).toEqual([0, 100, 200])
    expect(thinned?.[0]?.at(-1)).toBe(99_900)
  })

  test('cases share the thousand, and a short one keeps all of its own', () => {
    const thinned = kept([times(5000, (position) => position), [1, 2, 3], times(251, () => 7), []])
    expect(thinned?.map((values) => values.length)).toEqual([250, 3, 250, 0])
  })

  test('a case is never left without values', () => {
    const thinned = kept(times(3000, () => [1, 2]))
    expect(thinned?.every((values) => values.length === 1)).toBe(true)
  })
})

describe('the trail', () => {
  const trailOf = (file: HistoryFile) => (file.trails?.refund ?? []).map(({ execution }) => execution).join(' ')
  const empty = (): HistoryFile => ({ schemaVersion: 1, environmentKey, scenarios: {} })

  test('goes on where the values of an execution are not kept any more, for sixty executions', () => {
    const file = empty()
    for (let count = 1; count <= 70; count++) remember(file, 'refund', named(`${count}`))
    expect(file.scenarios.refund).toHaveLength(executionsKept)
    expect(file.trails?.refund).toHaveLength(pointsKept)
    expect(trailOf(file)).toMatch(/^70 69 .* 12 11$/)
    expect(file.trails?.refund?.[0]).toEqual({
      ...same,
      execution: '70',
      startedAt: '2026-11-20T09:00:00.000Z',
      session: undefined,
      startsLevel: [],
      lines: { steps: { n: 2, location: 2, within: 0 } },
    })
  })

  test('of a file from before there was one begins with its history', () => {
    const file: HistoryFile = { ...empty(), scenarios: { refund: [named('b'), named('a')] } }
    remember(file, 'refund', named('c'))
    expect(trailOf(file)).toBe('c b a')
  })

  test('keeps ten points that may not be compared with the newest', () => {
    let trail = times(30, (position) => trailPoint(named(`a${30 - position}`)))
    trail = withPoint(trail, trailPoint(named('b1', { model: 'gpt-5' })))
    expect(trail).toHaveLength(11)
  })

  test('has a line for each execution in the file, and can be read again', async () => {
    const file = empty()
    for (let count = 1; count <= 3; count++)
      remember(file, 'refund', named(`${count}`, { explaining: { modelMs: [[1, 2]] } }))
    const path = join(ownFolder(), 'history.json')
    await writeHistoryFile(path, file)
    const read = await readHistoryFile(path)
    expect(read?.trails?.refund?.map(({ lines }) => lines)).toEqual(
      times(3, () => ({ steps: { n: 2, location: 2, within: 0 } })),
    )
    expect(read?.scenarios.refund?.[0]?.explaining).toEqual({ modelMs: [[1, 2]] })
    expect((await readFile(path, 'utf8')).split('\n').filter((line) => line.includes('"lines"'))).toHaveLength(3)
  })
})

test('values that explain are thinned like those that are compared', () => {
  const execution = named('a', { explaining: { modelMs: [times(5000, (position) => position)] } })
  expect(withExecution([], execution)[0]?.explaining?.modelMs?.[0]).toHaveLength(1000)
})

describe('historyPath', () => {
  test('is below .bench-agent, by kind of machine and test file', () => {
    expect(historyPath('/project', environmentKey, 'test/refund.perf.ts')).toBe(
      join('/project/.bench-agent/history/ubuntu24-x64-4-cores-node-24/test/refund.perf.ts.json'),
    )
  })

  test.for(['AMD EPYC 7763 64-Core Processor', 'Intel(R) Core(TM) i7 @ 2.80GHz', '../../etc', 'a/b\\c:d*?'])(
    'a machine called %s has one folder of its own',
    (machine) => {
      const path = historyPath('/project', `${machine}, x64`, 'a.perf.ts')
      expect(path).toMatch(/^\/project\/\.bench-agent\/history\/[A-Za-z0-9.-]+\/a\.perf\.ts\.json$/)
    },
  )

  test('a test file outside of the root stays below the folder of its machine', () => {
    const path = (machine: string) => historyPath('/project', machine, '../other/a.perf.ts')
    expect(path('one')).toMatch(/^\/project\/\.bench-agent\/history\/one\//)
    expect(path('one')).not.toBe(path('two'))
  })
})

describe('the file', () => {
  const file: HistoryFile = {
    schemaVersion: 1,
    environmentKey,
    scenarios: {
      'perf > refund': [
        named('b', { startsLevel: ['steps'], committed: { steps: 2, 'scores.polite': 0.9 } }),
        named('a'),
      ],
      'perf > book': [named('c', { values: { workingMs: [[0.1, 1 / 3], []], 'scores.polite': [[1]] } })],
    },
  }

  test('can be read when it was written', async () => {
    const path = join(ownFolder(), 'deep', 'history.json')
    await writeHistoryFile(path, file)
    expect(await readHistoryFile(path)).toEqual(file)
  })

  test('has a line for each execution, scenarios in order', async () => {
    const path = join(ownFolder(), 'history.json')
    await writeHistoryFile(path, file)
    const lines = (await readFile(path, 'utf8')).split('\n')
    expect(lines.filter((line) => line.includes('"execution"'))).toHaveLength(3)
    expect(lines.findIndex((line) => line.includes('book'))).toBeLessThan(
      lines.findIndex((line) => line.includes('refund')),
    )
  })

  test('is absent before', async () => {
    expect(await readHistoryFile(join(ownFolder(), 'history.json'))).toBeUndefined()
  })
})
