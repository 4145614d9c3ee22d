import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { trailPoint } from '../../src/domain/trail.ts'
import { baselinePath, writeBaselineFile } from '../../src/history/baseline-file.ts'
import { historyPath, writeHistoryFile } from '../../src/history/history-file.ts'
import { loadBaseline, relativePath } from '../../src/history/load.ts'
import { environmentKey, one, pastExecution, same } from '../compare/given.ts'
import { ownFolder } from './folder.ts'

const entry = { ...same, metrics: { steps: { n: 20, location: 2, within: 0 } } }
const past = pastExecution(one('workingMs', [100, 110]))

describe('loadBaseline', () => {
  test('a scenario that is new has neither', async () => {
    const root = ownFolder()
    expect(await loadBaseline(root, join(root, 'test', 'a.perf.ts'), 'perf > refund', environmentKey)).toEqual({
      entry: undefined,
      history: [],
      environmentKey,
    })
  })

  test('is the committed entry and the history of this kind of machine', async () => {
    const root = ownFolder()
    const testFile = join(root, 'test', 'a.perf.ts')
    await writeBaselineFile(testFile, { schemaVersion: 1, scenarios: { 'perf > refund': entry } })
    await writeHistoryFile(historyPath(root, environmentKey, 'test/a.perf.ts'), {
      schemaVersion: 1,
      environmentKey,
      scenarios: { 'perf > refund': [past] },
    })
    expect(await loadBaseline(root, testFile, 'perf > refund', environmentKey)).toEqual({
      entry,
      history: [past],
      environmentKey,
    })
    expect(await loadBaseline(root, testFile, 'perf > refund', 'another machine')).toMatchObject({ entry, history: [] })
    expect(await loadBaseline(root, testFile, 'perf > book', environmentKey)).toMatchObject({
      entry: undefined,
      history: [],
    })
  })

  test('knows where executions lay further back than their values are kept', async () => {
    const root = ownFolder()
    const trail = [trailPoint(past)]
    await writeHistoryFile(historyPath(root, environmentKey, 'a.perf.ts'), {
      schemaVersion: 1,
      environmentKey,
      scenarios: { 'perf > refund': [past] },
      trails: { 'perf > refund': trail },
    })
    expect(await loadBaseline(root, join(root, 'a.perf.ts'), 'perf > refund', environmentKey)).toMatchObject({
      trail: [{ execution: past.execution, lines: { workingMs: { n: 2 } } }],
    })
  })

  test('a broken file is no missing one', async () => {
    const root = ownFolder()
    const testFile = join(root, 'a.perf.ts')
    await writeBaselineFile(testFile, { schemaVersion: 1, scenarios: {} })
    await writeFile(baselinePath(testFile), '{')
    await expect(loadBaseline(root, testFile, 'perf > refund', environmentKey)).rejects.toThrow('baseline file')
  })
})

test('relativePath has forward slashes on every platform', () => {
  expect(relativePath(join('a', 'b'), join('a', 'b', 'c', 'd.ts'))).toBe('c/d.ts')
})
