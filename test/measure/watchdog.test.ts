import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, runNode, runNodeWith } from './child.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bench-agent-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

async function watched(deed: string, place = directory): Promise<Ended & { note: unknown }> {
  const notePath = join(place, `${deed}.json`)
  const ended = await runNode('watched-process.ts', notePath, deed)
  return { ...ended, note: existsSync(notePath) ? JSON.parse(readFileSync(notePath, 'utf8')) : undefined }
}

describe.concurrent('the process of', () => {
  test('a thread that is blocked past its limit is killed, and the note says in which run', async ({ expect }) => {
    const { signal, stdout, note } = await watched('agentBlocks')
    expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '' })
    expect(note).toEqual({ kind: 'blocked', scenario: 'checkout', run: 7, blockedMs: expect.any(Number), limitMs: 100 })
    expect(note).toHaveProperty(
      'blockedMs',
      expect.toSatisfy((ms: number) => ms >= 1_100 && ms < 10_000),
    )
  })

  test('a blocked thread is killed although the note cannot be written', async ({ expect }) => {
    const { signal, note } = await watched('agentBlocks', join(directory, 'missing'))
    expect({ signal, note }).toEqual({ signal: 'SIGKILL', note: undefined })
  })

  test('a thread that gives control back in time lives', async ({ expect }) => {
    expect(await watched('healthy')).toEqual({
      code: 0,
      signal: null,
      stdout: 'alive true\n',
      stderr: '',
      note: undefined,
    })
  })

  test('a hook that takes longer than an agent may lives, and so does the agent that follows', async ({ expect }) => {
    expect(await watched('hookTakesLonger')).toMatchObject({ code: 0, stdout: 'alive true\n', note: undefined })
  })

  test('a thread that is blocked when nothing is watched lives', async ({ expect }) => {
    expect(await watched('notWatched')).toMatchObject({ code: 0, stdout: 'alive true\n', note: undefined })
  })

  test('scenarios that take turns is watched over the one whose runs start', async ({ expect }) => {
    const { signal, note } = await watched('blocksInItsTurn')
    expect(signal).toBe('SIGKILL')
    expect(note).toMatchObject({ kind: 'blocked', scenario: 'hasty', run: 5, limitMs: 100 })
  })

  test('a heap that is about to burst leaves a note behind', async ({ expect }) => {
    const notePath = join(directory, 'memory.json')
    const flags = ['--max-old-space-size=96']
    const { code, signal } = await runNodeWith(flags, 'watched-process.ts', notePath, 'runsOutOfMemory')
    expect(code === 0 && signal === null).toBe(false)
    const note: unknown = JSON.parse(readFileSync(notePath, 'utf8'))
    expect(note).toMatchObject({ kind: 'memory', scenario: 'hoarder', run: 2 })
    expect(note).toHaveProperty(
      'rssBytes',
      expect.toSatisfy((bytes: number) => bytes > 0.7 * 96 * 1024 ** 2),
    )
  })
})

test('a worker thread has no watchdog, for its process is not its own', async () => {
  const source = `
    import { parentPort } from 'node:worker_threads'
    const { watchdogOf } = await import(${JSON.stringify(new URL('../../src/measure/watchdog.ts', import.meta.url).href)})
    parentPort.postMessage(watchdogOf('nowhere.json', {}) === undefined)
  `
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
  const absent = await new Promise((resolve, reject) => {
    worker.on('message', resolve)
    worker.on('error', reject)
  })
  expect(absent).toBe(true)
})
