import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { secretsOf, sharedRecordings } from '../../src/vitest/recording-levels.ts'
import { requireEnvironment } from '../../src/vitest/session/environment-variables.ts'
import { perfProject } from '../../src/vitest/session/perf-project.ts'
import type { WorkerSettings } from '../../src/vitest/settings.ts'

afterEach(() => vi.unstubAllEnvs())

function settingsOf(recordings?: WorkerSettings['recordings']): WorkerSettings {
  const sessionDirectory = mkdtempSync(join(tmpdir(), 'bench-agent-levels-'))
  onTestFinished(() => rmSync(sessionDirectory, { recursive: true }))
  return { recordings, sessionDirectory } as WorkerSettings
}

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return String(error)
  }
  throw new Error('expected it to throw')
}

test('nothing is shared where nobody says so', () => {
  expect(sharedRecordings(undefined)).toBeUndefined()
  expect(sharedRecordings(settingsOf())).toBeUndefined()
  expect(sharedRecordings(settingsOf({}))).toBeUndefined()
})

test('the variable wins over the project, and an empty one says nothing', () => {
  const settings = settingsOf({ url: 'redis://project.example', expiresAfterMs: 5 })
  expect(sharedRecordings(settings)).toMatchObject({ url: 'redis://project.example', expiresAfterMs: 5 })
  vi.stubEnv('BENCH_AGENT_RECORDINGS_URL', 'redis://variable.example')
  expect(sharedRecordings(settings)).toMatchObject({ url: 'redis://variable.example', expiresAfterMs: 5 })
  vi.stubEnv('BENCH_AGENT_RECORDINGS_URL', '')
  expect(sharedRecordings(settings)?.url).toBe('redis://project.example')
})

test('who is away is noted for all processes of a session', () => {
  const settings = settingsOf({ url: 'redis://project.example' })
  expect(sharedRecordings(settings)?.away?.reason()).toBeUndefined()
  sharedRecordings(settings)?.away?.note('no answer within 2000 ms')
  expect(sharedRecordings(settings)?.away?.reason()).toBe('no answer within 2000 ms')
  expect(sharedRecordings(settingsOf({ url: 'redis://project.example' }))?.away?.reason()).toBeUndefined()
})

test('its password is a secret like any other', () => {
  vi.stubEnv('BENCH_AGENT_RECORDINGS_URL', 'redis://:open%20sesame@cache.example')
  expect(secretsOf(undefined)).toEqual(expect.arrayContaining(['open%20sesame', 'open sesame']))
})

describe('an address that is none is told without itself', () => {
  const wrong = 'redid://:sesame@cache.example'

  test('in a variable', () => {
    const message = messageOf(() => requireEnvironment({ BENCH_AGENT_RECORDINGS_URL: wrong }))
    expect(message).toContain('Expected BENCH_AGENT_RECORDINGS_URL to be the address of a Redis')
    expect(message).not.toContain('sesame')
    expect(requireEnvironment({ BENCH_AGENT_RECORDINGS_URL: 'rediss://:sesame@cache.example' })).toBeUndefined()
  })

  test('in a variable that only the worker sees', () => {
    vi.stubEnv('BENCH_AGENT_RECORDINGS_URL', wrong)
    const message = messageOf(() => sharedRecordings(undefined))
    expect(message).toContain('Expected BENCH_AGENT_RECORDINGS_URL to be the address of a Redis')
    expect(message).not.toContain('sesame')
  })

  test('in a project', () => {
    const message = messageOf(() => perfProject({ recordings: { url: wrong } }))
    expect(message).toContain('Expected recordings.url to be the address of a Redis')
    expect(message).not.toContain('sesame')
    expect(messageOf(() => perfProject({ recordings: { expiresAfterMs: 0 } }))).toContain('recordings.expiresAfterMs')
  })
})
