import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readCompared } from '../../src/command/read-results.ts'
import { Results } from '../../src/domain/record.ts'
import { recordsOf } from '../report/sessions.ts'
import { ownFolder } from './git-project.ts'

/** A file of results with the records of `fixtures/records/<name>.json`. */
function place(path: string, name: string, change: (results: Results) => unknown = (results) => results): string {
  const source = fileURLToPath(new URL(`../../fixtures/records/${name}.json`, import.meta.url))
  mkdirSync(dirname(path), { recursive: true })
  cpSync(source, path)
  const { environment, startedAt } = recordsOf(name)[0] ?? {}
  const results = Results.parse({ schemaVersion: 1, startedAt, environment, records: recordsOf(name) })
  writeFileSync(path, JSON.stringify(change(results)))
  return path
}

const renamed = (results: Results): Results => ({
  ...results,
  records: results.records.map((record) => ({ ...record, execution: crypto.randomUUID() })),
})
const nth = (position: number) => (results: Results) => ({
  ...renamed(results),
  startedAt: `2026-11-0${position}T00:00:00.000Z`,
})

describe('results', () => {
  test('are read from files: the last is the candidate, and the baseline is in the order of time', async () => {
    const folder = ownFolder()
    const late = place(join(folder, 'late.json'), 'passing', nth(2))
    const early = place(join(folder, 'early.json'), 'passing', nth(1))
    const own = place(join(folder, 'own.json'), 'passing', nth(3))
    const { baseline, candidate } = await readCompared([late, early, own])
    expect(baseline.map(({ path }) => path)).toEqual([early, late])
    expect(candidate.path).toBe(own)
  })

  test('are read from a folder: each results.json below it, else each JSON in it', async () => {
    const folder = ownFolder()
    const candidate = place(join(folder, 'own.json'), 'passing', nth(9))
    for (const number of [1, 2])
      place(join(folder, 'artifacts', `job-${number}`, 'results.json'), 'passing', nth(number))
    writeFileSync(join(folder, 'artifacts', 'traces.json'), '{}')
    for (const number of [3, 4, 5]) place(join(folder, 'plain', `${number}.json`), 'passing', nth(number))
    expect((await readCompared([join(folder, 'artifacts'), candidate])).baseline).toHaveLength(2)
    expect((await readCompared([join(folder, 'plain'), candidate])).baseline).toHaveLength(3)
  })

  test('of a candidate in parts, as shards leave it, are one session', async () => {
    const folder = ownFolder()
    const before = place(join(folder, 'before.json'), 'passing', nth(1))
    place(join(folder, 'own', 'a', 'results.json'), 'passing', renamed)
    place(join(folder, 'own', 'b', 'results.json'), 'thresholds', renamed)
    const { candidate } = await readCompared([before, join(folder, 'own')])
    expect(candidate.results.records).toHaveLength(2)
  })
})

describe('what keeps results from being compared', () => {
  test('is told all at once', async () => {
    const folder = ownFolder()
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    mkdirSync(join(folder, 'empty'))
    const missing = join(folder, 'missing.json')
    const empty = join(folder, 'empty')
    const broken = write('broken.json', '{ "schemaVersion"')
    const other = write('other.json', '[]')
    const newer = write('newer.json', '{ "schemaVersion": 99 }')
    const idle = place(join(folder, 'idle.json'), 'passing', (results) => ({ ...results, records: [] }))
    const bare = place(join(folder, 'bare.json'), 'passing', (results) => ({
      ...results,
      records: results.records.map(({ samples, ...record }) => record),
    }))
    const told = await readCompared([missing, empty, broken, other, newer, idle, bare]).catch(String)
    expect(told).toContain('7 mistakes in what is to be compared (BENCH_AGENT_FILE)')
    expect(told).toContain(`Expected a results file at ${missing}, got nothing there.`)
    expect(told).toContain(`Expected a folder of results files at ${empty}, got one without any.`)
    expect(told).toContain(`Expected a results file at ${broken}, got`)
    expect(told).toContain(`Expected a results file at ${other}, got the file: expected an object`)
    expect(told).toContain(`${newer}, got version 99, which a newer bench-agent wrote`)
    expect(told).toContain(`Expected executions in ${idle}, got none`)
    expect(told).toContain(`Expected samples in ${bare}, got 1 execution without any`)
  })

  test('is the same session on both sides', async () => {
    const folder = ownFolder()
    const [one, two] = [place(join(folder, 'one.json'), 'passing'), place(join(folder, 'two.json'), 'passing')]
    await expect(readCompared([one, two])).rejects.toThrow(`Expected ${one} to be another session than the candidate`)
  })

  test('is a candidate of several sessions', async () => {
    const folder = ownFolder()
    const before = place(join(folder, 'before.json'), 'passing', nth(1))
    for (const number of [2, 3]) place(join(folder, 'own', `${number}.json`), 'passing', nth(number))
    await expect(readCompared([before, join(folder, 'own')])).rejects.toThrow('Expected one execution of')
  })
})
