import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type RecordedCall, type Recordings, recordingOf, runsRecorded } from '../../src/domain/recording.ts'
import { readRecordings, recordingPath, withCasesOf, writeRecordings } from '../../src/history/recording-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'recordings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const testFile = join(folder, 'refund.perf.ts')
const scenario = { suite: ['billing'], id: 'refund' }

function call(key: string, change: Partial<RecordedCall> = {}): RecordedCall {
  return {
    request: { key, method: 'POST', path: '/v1/chat/completions', body: { ask: key } },
    response: {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      headersAtMs: 1.5,
      chunks: [
        { atMs: 2, bytes: Buffer.from('data: é\n\n') },
        { atMs: 3, bytes: Buffer.from([0xff, 0x00]) },
      ],
      endedAtMs: 4,
      broken: undefined,
    },
    beside: undefined,
    ...change,
  }
}

const recordings: Recordings = {
  recordedAt: '2026-11-21T06:00:00.000Z',
  cases: new Map([
    ['one', [[call('a'), call('b', { beside: true })], [call('a', { response: undefined })]]],
    ['two', [[call('c')]]],
  ]),
}

describe('a file of recordings', () => {
  test('is read as it was written, with each request once', async () => {
    await writeRecordings(testFile, scenario, recordings)
    expect(readRecordings(testFile, scenario)).toEqual(recordings)
    const lines = readFileSync(recordingPath(testFile, scenario), 'utf8').trim().split('\n')
    expect(lines.filter((line) => line.startsWith('{"request":'))).toHaveLength(3)
    expect(lines).toHaveLength(1 + 3 + 4)
  })

  test('that is not there is none', () => {
    expect(readRecordings(testFile, { suite: [], id: 'another' })).toBeUndefined()
  })

  test('has a name of its own for each scenario, whatever its letters', () => {
    const names = ['refund', 'Refund', 're fund', 're-fund', 're/fund', '返金'].map((id) =>
      recordingPath(testFile, { suite: [], id }),
    )
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
    for (const name of names) expect(dirname(name)).toBe(join(folder, '__bench__', 'recordings', 'refund.perf.ts'))
    expect(names[0]).toMatch(/refund\.jsonl$/)
  })

  test.each([
    ['that is no JSON', '{"schemaVersion":1,\n', /line 1: /],
    ['of a newer version', '{"schemaVersion":2}\n', /version 2, which a newer bench-agent wrote \(this one knows 1\)/],
    ['without a head', '{"request":"a"}\n', /line 1: .*schemaVersion: expected/],
    ['that is empty', '', /line 1: /],
    [
      'with a call of no request',
      '{"schemaVersion":1,"scenario":"x","recordedAt":"2026-11-21T06:00:00.000Z"}\n{"case":"a","run":0,"asks":"nobody"}\n',
      /line 2, which asks nobody, that is in no line before/,
    ],
    [
      'with a field that is none',
      '{"schemaVersion":1,"scenario":"x","recordedAt":"2026-11-21T06:00:00.000Z"}\n{"case":"a","run":0,"asks":"b","more":1}\n',
      /line 2: /,
    ],
  ])('%s is named, and left as it is', (_, text, message) => {
    const broken = { suite: [], id: 'broken' }
    const path = recordingPath(testFile, broken)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    expect(() => readRecordings(testFile, broken)).toThrow(message)
    expect(() => readRecordings(testFile, broken)).toThrow(path)
    expect(() => readRecordings(testFile, broken)).toThrow(
      /It was left untouched\. Restore it from version control, or delete/,
    )
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('keeps the cases that were not recorded again', () => {
    const fresh: Recordings = { recordedAt: 'later', cases: new Map([['two', [[call('d')]]]]) }
    const merged = withCasesOf(recordings, fresh)
    expect(merged.recordedAt).toBe('later')
    expect([...merged.cases.keys()]).toEqual(['one', 'two'])
    expect(merged.cases.get('two')).toEqual([[call('d')]])
    expect(withCasesOf(undefined, fresh)).toBe(fresh)
  })
})

test('run i takes recording i, round and round', () => {
  const [first, second] = recordings.cases.get('one') ?? []
  expect([0, 1, 2, 3].map((round) => recordingOf(recordings, 'one', round))).toEqual([first, second, first, second])
  expect(recordingOf(recordings, 'one', -1)).toBe(second)
  expect(recordingOf(recordings, 'three', 0)).toBeUndefined()
  expect(runsRecorded(recordings)).toBe(2)
  expect(runsRecorded({ recordedAt: '', cases: new Map() })).toBe(0)
})
