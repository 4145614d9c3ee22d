import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Calibration } from '../../src/domain/calibration.ts'
import { executionsKept } from '../../src/history/executions-kept.ts'
import { historyPath, writeHistoryFile } from '../../src/history/history-file.ts'
import { pastCalibrations } from '../../src/history/past-calibrations.ts'
import { environmentKey, one, pastExecution } from '../compare/given.ts'
import { times } from '../domain/given.ts'
import { ownFolder } from './folder.ts'

const calibration = (meanUs: number): Calibration => ({
  workload: 1,
  iterations: 400,
  medianUs: meanUs,
  meanUs,
  spreadRatio: 0.2,
})

/** An execution of session `session`, on a machine whose work took as many microseconds. */
const execution = (session: number, known = true) =>
  pastExecution(one('steps', [2]), {
    session: `2026-11-${10 + session}`,
    calibration: known ? calibration(session) : undefined,
  })

/** Keeps `executions` as the history of `file`. */
async function keep(root: string, file: string, executions: ReturnType<typeof execution>[]): Promise<string> {
  const scenarios = { first: executions, second: executions }
  await writeHistoryFile(historyPath(root, environmentKey, file), { schemaVersion: 1, environmentKey, scenarios })
  return join(root, file)
}

const meansOf = (calibrations: Calibration[]) => calibrations.map(({ meanUs }) => meanUs)

test('each session counts once, however many of its executions are kept, newest first', async () => {
  const root = ownFolder()
  const file = await keep(root, 'a.perf.ts', [
    execution(1),
    execution(3),
    execution(3),
    execution(2),
    execution(0, false),
  ])
  expect(meansOf(await pastCalibrations(root, [file], environmentKey))).toEqual([3, 2, 1])
})

test('files tell of them together, and no more than ten are told', async () => {
  const root = ownFolder()
  const few = await keep(root, 'a.perf.ts', [execution(19), execution(18)])
  const many = await keep(
    root,
    'b.perf.ts',
    times(12, (position) => execution(position + 1)),
  )
  const found = meansOf(await pastCalibrations(root, [few, many], environmentKey))
  expect(found).toHaveLength(executionsKept)
  expect(found.slice(0, 4)).toEqual([19, 18, 12, 11])
})

test('a file without a history, of another machine or broken tells of none', async () => {
  const root = ownFolder()
  const file = await keep(root, 'a.perf.ts', [execution(1)])
  const broken = historyPath(root, environmentKey, 'broken.perf.ts')
  mkdirSync(dirname(broken), { recursive: true })
  writeFileSync(broken, '{')
  expect(await pastCalibrations(root, [file], 'another machine')).toEqual([])
  const files = ['none.perf.ts', 'broken.perf.ts'].map((name) => join(root, name))
  expect(meansOf(await pastCalibrations(root, [...files, file], environmentKey))).toEqual([1])
})
