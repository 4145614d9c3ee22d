import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { compare } from '../../src/command/compare.ts'
import type { ExecutionRecord, Results } from '../../src/domain/record.ts'
import { recordOf } from '../report/sessions.ts'
import { ownFolder } from './git-project.ts'
import { surroundingsIn } from './surroundings.ts'

let folder: string

beforeEach(() => {
  folder = ownFolder()
})

/** A session of the scenario in `fixtures/records/passing.json`, changed. */
function session(name: string, change: (record: ExecutionRecord) => ExecutionRecord = (record) => record): string {
  const record = recordOf('passing')
  const records = [{ ...change(record), execution: crypto.randomUUID() }]
  const results: Results = { schemaVersion: 1, startedAt: record.startedAt, environment: record.environment, records }
  writeFileSync(join(folder, name), JSON.stringify(results))
  return join(folder, name)
}

/** Its runs take twice as many tokens. */
function dearer({ samples, ...record }: ExecutionRecord): ExecutionRecord {
  if (samples === undefined) throw new Error('no samples')
  const { inputTokens, outputTokens } = samples.values
  const twice = (column: (number | null)[] = []) => column.map((value) => (value === null ? null : value * 2))
  const values = { ...samples.values, inputTokens: twice(inputTokens), outputTokens: twice(outputTokens) }
  return { ...record, samples: { ...samples, values } }
}

const accepted = () => Array.from({ length: 10 }, (_, number) => session(`accepted-${number}.json`))

test('a candidate that got dearer fails, and people read how much', async () => {
  const around = surroundingsIn(folder)
  expect(await compare([...accepted(), session('own.json', dearer)], { json: false }, around)).toBe(1)
  expect(around.printed.join()).toMatch(/dearer\? YES tokens \+100\.0%/)
  expect(around.printed.join()).toContain('10 sessions of the baseline')
})

test('a candidate like its baseline passes, and programs read one document', async () => {
  const around = surroundingsIn(folder)
  expect(await compare([...accepted(), session('own.json')], { json: true }, around)).toBe(0)
  expect(around.printed).toHaveLength(1)
  expect(JSON.parse(around.printed[0] ?? '')).toMatchObject({
    command: 'compare',
    candidate: join(folder, 'own.json'),
    missing: [],
    added: [],
  })
  expect(around.said).toEqual([])
})

test('fewer than two files, and options that are none, are told at once', async () => {
  await expect(compare(['--jsn'], { json: false }, surroundingsIn(folder))).rejects.toMatchObject({
    code: 'BENCH_AGENT_OPTIONS',
    message: expect.stringMatching(/2 mistakes[\s\S]*"--jsn"[\s\S]*two files of results or more, got none/),
  })
})
