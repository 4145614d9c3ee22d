import { fork } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../fixtures/redis-server.ts'
import type { RecordedRequest } from '../../src/domain/recording.ts'
import { parseRecordings, recordingPath, withCasesOf } from '../../src/history/recording-file.ts'
import { readFromRedis, writeToRedis } from '../../src/history/recording-store/redis.ts'
import { sharedKey } from '../../src/history/recording-store/shared-key.ts'
import {
  type Asking,
  findRecordings,
  type SharedRecordings,
  storeRecordings,
} from '../../src/history/recording-store.ts'
import { ownFolder } from './folder.ts'
import { answersIn, recordingsOf, runOf } from './recordings.ts'

const scenario = { suite: ['pay'], id: 'refund' }
const nowMs = Date.parse('2026-03-31T00:00:00Z')
const dayMs = 86_400_000
const kindOf = ({ path }: RecordedRequest) => (path.includes('embeddings') ? 'embedding' : 'generating')
const asking = { kindOf, nowMs } satisfies Asking

/** A scenario of a test file in a package of its own. */
function ownPlace(folder = ownFolder()) {
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop" }')
  return { testFile: join(folder, 'refund.perf.ts'), scenario }
}

let redis: RedisServer
let shared: SharedRecordings
beforeAll(async () => {
  redis = await startRedis()
  shared = { url: redis.url }
})
afterAll(() => redis.kill())

describe('memory and file', () => {
  test('nothing is found where nothing was recorded', async () => {
    expect(await findRecordings(ownPlace(), asking)).toEqual({
      missedIn: ['memory', 'file'],
      expired: [],
      warnings: [],
    })
  })

  test('who recorded finds it in memory, and another process in the file', async () => {
    const place = ownPlace()
    await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['yes']), {})
    const found = await findRecordings(place, asking)
    expect(found).toMatchObject({ level: 'memory', missedIn: [], warnings: [] })
    expect(answersIn(found.recordings)).toEqual(['yes'])
    const elsewhere = await findRecordings(place, { ...asking, levels: ['file'] })
    expect(elsewhere.level).toBe('file')
    expect(answersIn(elsewhere.recordings)).toEqual(['yes'])
  })

  test('a file is read once, until somebody changes it', async () => {
    const place = ownPlace()
    const path = recordingPath(place.testFile, scenario)
    await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['yes']), {})
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('yes', 'maybe'))
    const found = await findRecordings(place, asking)
    expect(found).toMatchObject({ level: 'file', missedIn: ['memory'] })
    expect(answersIn(found.recordings)).toEqual(['maybe'])
    expect((await findRecordings(place, asking)).level).toBe('memory')
    rmSync(path)
    expect(await findRecordings(place, asking)).toMatchObject({ missedIn: ['memory', 'file'] })
  })

  test('a file that is corrupt is no miss', async () => {
    const place = ownPlace()
    await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['yes']), {})
    writeFileSync(recordingPath(place.testFile, scenario), '{')
    await expect(findRecordings(place, asking)).rejects.toThrow('It was left untouched')
  })
})

describe('age', () => {
  test('what is older than it may be is missed, with its age', async () => {
    const place = ownPlace()
    await storeRecordings(place, recordingsOf('2026-02-19T00:00:00Z', ['yes']), {})
    const found = await findRecordings(place, { ...asking, maxAge: 30 * dayMs })
    expect(found).toMatchObject({ level: undefined, missedIn: ['memory', 'file'] })
    expect(found.expired).toMatchObject([{ kind: 'generating', ageMs: 40 * dayMs, maxAgeMs: 30 * dayMs }])
    expect(answersIn(found.recordings)).toEqual([])
    expect((await findRecordings(place, { ...asking, maxAge: 40 * dayMs })).level).toBe('memory')
  })

  test('each kind may have its own', async () => {
    const place = ownPlace()
    const cases = new Map([['one', [[...runOf(['text']), ...runOf(['[1, 2]'], '/v1/embeddings')]]]])
    await storeRecordings(place, { recordedAt: '2026-03-21T00:00:00Z', cases }, {})
    const found = await findRecordings(place, { ...asking, maxAge: { generating: 7 * dayMs, embedding: 90 * dayMs } })
    expect(found.level).toBe('memory')
    expect(answersIn(found.recordings)).toEqual(['[1, 2]'])
    expect(found.expired).toMatchObject([{ kind: 'generating', ageMs: 10 * dayMs }])
  })

  test('where the file is too old, the Redis is asked', async () => {
    const place = ownPlace()
    const elsewhere = ownPlace()
    await storeRecordings(place, recordingsOf('2026-01-01T00:00:00Z', ['old']), {})
    await storeRecordings(elsewhere, recordingsOf('2026-03-30T00:00:00Z', ['young']), { shared })
    const found = await findRecordings(place, { ...asking, shared, maxAge: 30 * dayMs })
    expect(found).toMatchObject({ level: 'redis', missedIn: ['memory', 'file'], expired: [], warnings: [] })
    expect(answersIn(found.recordings)).toEqual(['young'])
  })
})

test('who records some cases keeps the others, as old as they are, in the file too', async () => {
  const place = ownPlace()
  const before = recordingsOf('2026-01-01T00:00:00Z', ['old'])
  const fresh = { recordedAt: '2026-03-30T00:00:00Z', cases: new Map([['two', [runOf(['young'])]]]) }
  await storeRecordings(place, withCasesOf(before, fresh), {})
  for (const levels of [['memory'], ['file']] as const) {
    const found = await findRecordings(place, { ...asking, levels, maxAge: 30 * dayMs })
    expect(answersIn(found.recordings)).toEqual(['young'])
    expect(found.expired).toMatchObject([{ ageMs: 89 * dayMs }])
  }
})

describe('a shared Redis', () => {
  test('another machine finds what was recorded on this one, and then has it in memory; no file is written', async () => {
    const there = ownPlace()
    const here = ownPlace()
    await storeRecordings(there, recordingsOf('2026-03-30T00:00:00Z', ['yes']), { shared })
    expect(sharedKey(here)).toBe(sharedKey(there))
    const found = await findRecordings(here, { ...asking, shared })
    expect(found).toMatchObject({ level: 'redis', missedIn: ['memory', 'file'], warnings: [] })
    expect(answersIn(found.recordings)).toEqual(['yes'])
    expect(existsSync(recordingPath(here.testFile, scenario))).toBe(false)
    expect((await findRecordings(here, { ...asking, shared })).level).toBe('memory')
  })

  test('it has the text of the file, and nothing besides', async () => {
    const place = ownPlace()
    await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['yes']), { shared })
    const text = readFileSync(recordingPath(place.testFile, scenario), 'utf8')
    expect(await readFromRedis(redis, sharedKey(place))).toBe(text)
    expect(parseRecordings('there', text).recordedAt).toBe('2026-03-30T00:00:00Z')
  })

  test('a file wins, for it is what was reviewed', async () => {
    const there = ownPlace()
    const here = ownPlace()
    await storeRecordings(there, recordingsOf('2026-03-30T00:00:00Z', ['shared']), { shared })
    await storeRecordings(here, recordingsOf('2026-03-29T00:00:00Z', ['reviewed']), {})
    expect(
      answersIn((await findRecordings(here, { ...asking, shared, levels: ['file', 'redis'] })).recordings),
    ).toEqual(['reviewed'])
  })

  test('two processes share', async () => {
    const place = ownPlace()
    const script = join(import.meta.dirname, 'recording-process.ts')
    const say = (what: string) =>
      new Promise<unknown>((resolve, reject) => {
        const child = fork(script, [what, redis.url, ownPlace().testFile], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        })
        let said: unknown
        child.on('message', (message) => {
          said = message
        })
        child.on('exit', (code) => (code === 0 ? resolve(said) : reject(new Error(`it ended with ${code}`))))
      })
    await say('store')
    expect(await say('find')).toEqual({ level: 'redis', answers: ['of another process'] })
    expect(answersIn((await findRecordings(place, { ...asking, shared })).recordings)).toEqual(['of another process'])
  })

  test.each([
    ['half of a line', '{"schemaVersion":1,"scen', 'line 1'],
    ['of a newer version', '{"schemaVersion":99}\n', 'a newer bench-agent wrote'],
    ['something else', 'hello', 'line 1'],
  ])('an entry that is %s is a miss and a warning', async (_, text, told) => {
    const place = ownPlace()
    await writeToRedis(redis, sharedKey(place), text, dayMs)
    const found = await findRecordings(place, { ...asking, shared })
    expect(found).toMatchObject({ missedIn: ['memory', 'file', 'redis'], warnings: [{ code: 'sharedRecordings' }] })
    expect(found.recordings).toBeUndefined()
    expect(found.warnings[0]?.message).toContain(told)
    expect(found.warnings[0]?.remedy).toContain('Record the scenario once more')
    // Which puts it right.
    await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['yes']), { shared })
    expect((await findRecordings(place, { ...asking, shared, levels: ['redis'] })).warnings).toEqual([])
  })

  test.each([
    ['as long as the oldest kind may be old', { maxAge: { generating: dayMs, embedding: 3 * dayMs, other: dayMs } }, 3],
    ['30 days where a kind has no end', { maxAge: { generating: dayMs } }, 30],
    ['30 days where nobody says', {}, 30],
  ])('it keeps them %s', async (_, how, days) => {
    const place = ownPlace()
    const recordings = recordingsOf('2026-03-30T00:00:00Z', ['yes'])
    await storeRecordings(place, recordings, { shared, ...how })
    expect(await leftDays(place)).toBeCloseTo(days, 2)
    await storeRecordings(place, recordings, { shared: { ...shared, expiresAfterMs: 2 * dayMs }, ...how })
    expect(await leftDays(place)).toBeCloseTo(2, 2)
  })

  test('killed in the middle, it is a warning and a miss, and what is recorded is in its file', async () => {
    const mortal = await startRedis({ password: 'open sesame' })
    const place = ownPlace()
    const notes: string[] = []
    const away = { reason: () => notes[0], note: (reason: string) => notes.push(reason) }
    const ofMortal = { url: mortal.url, away }
    await storeRecordings(place, recordingsOf('2026-03-30T00:00:00Z', ['yes']), { shared: ofMortal })
    const before = await findRecordings(place, { ...asking, shared: ofMortal, levels: ['redis'] })
    expect(before).toMatchObject({ level: 'redis', warnings: [] })
    await mortal.kill()
    const after = await findRecordings(ownPlace(), { ...asking, shared: ofMortal })
    expect(after).toMatchObject({ missedIn: ['memory', 'file', 'redis'] })
    expect(after.warnings).toHaveLength(1)
    expect(after.warnings[0]?.message).toContain(`redis://127.0.0.1:${mortal.port} could not be asked`)
    expect(after.warnings[0]?.message).toContain('ECONNREFUSED')
    expect(after.warnings[0]?.message).not.toContain('sesame')
    const warnings = await storeRecordings(place, recordingsOf('2026-03-31T00:00:00Z', ['newer']), { shared: ofMortal })
    expect(warnings[0]?.message).toContain('They are in their file all the same')
    expect(notes).toHaveLength(1)
    expect(readFileSync(recordingPath(place.testFile, scenario), 'utf8')).toContain('newer')
  })

  test('who is known to be away is not asked again', async () => {
    // It would answer.
    const away = { reason: () => 'no answer within 2000 ms', note: () => undefined }
    const there = ownPlace()
    await storeRecordings(there, recordingsOf('2026-03-30T00:00:00Z', ['yes']), { shared })
    const found = await findRecordings(ownPlace(), { ...asking, shared: { ...shared, away } })
    expect(found.recordings).toBeUndefined()
    expect(found.warnings[0]?.message).toContain('no answer within 2000 ms')
  })
})

async function leftDays(place: ReturnType<typeof ownPlace>): Promise<number> {
  const { createClient } = await import('@redis/client')
  const client = createClient({ url: redis.url })
  await client.connect()
  const leftMs = await client.pTTL(`bench-agent:recordings:1::${sharedKey(place)}`)
  client.destroy()
  return Number(leftMs) / dayMs
}
