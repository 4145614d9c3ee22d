import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startModelServer } from '../../fixtures/model-server/server.ts'
import { startRedis } from '../../fixtures/redis-server.ts'
import { type ExecutionRecord, Results } from '../../src/domain/record.ts'
import { openProject, type Project } from './run-project.ts'
import { projectVersions, type VitestVersion } from './vitest-versions.ts'

const perf = ['--project', 'perf']
const password = 'open sesame/7'

/** The same package on a machine of its own. */
function openMachine(version: VitestVersion): Project {
  const project = openProject('replay', version)
  writeFileSync(join(project.folder, 'package.json'), '{ "name": "shop", "type": "module" }')
  return project
}

function recordsOf({ folder }: Project): ExecutionRecord[] {
  return Results.parse(JSON.parse(readFileSync(join(folder, '.bench-agent', 'results.json'), 'utf8'))).records
}

const recordingIn = ({ folder }: Project) => join(folder, '__bench__', 'recordings', 'refund.perf.ts', 'refund.jsonl')

function textsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
}

describe.each(projectVersions())('beside Vitest %s', (version) => {
  test('machines share what one of them recorded, by a Redis that may die', async () => {
    const [server, redis] = await Promise.all([startModelServer(), startRedis({ password })])
    const where = {
      OPENAI_API_KEY: 'any',
      OPENAI_BASE_URL: server.baseUrl,
      RUNS: '3',
      BENCH_AGENT_RECORDINGS_URL: redis.url,
    }
    const [here, there, late] = [openMachine(version), openMachine(version), openMachine(version)]

    const recorded = await here.vitest(perf, { ...where, BENCH_AGENT_MODE: 'record' })
    expect(recorded.exitCode, recorded.output).toBe(0)
    expect(recorded.output).toContain('Recordings: 12 model calls recorded.')
    expect(recorded.output).not.toContain('could not be')
    server.reset()

    const replayed = await there.vitest(perf, where)
    expect(replayed.exitCode, replayed.output).toBe(0)
    expect(replayed.output).toContain('Recordings: 14 model calls from Redis.')
    expect(recordsOf(there)[0]?.recordings).toEqual({
      from: 'redis',
      missedIn: ['memory', 'file'],
      answered: 14,
      missing: 0,
      expired: 0,
      recorded: 0,
    })
    expect(recordsOf(there)[0]?.summary.metrics.modelTtftMs).toBeUndefined()
    // Who replays writes nothing that would have to be committed.
    expect(existsSync(recordingIn(there))).toBe(false)
    const auto = await there.vitest(perf, { ...where, BENCH_AGENT_MODE: 'auto' })
    expect(auto.exitCode, auto.output).toBe(0)
    expect(readFileSync(recordingIn(there), 'utf8')).toBe(readFileSync(recordingIn(here), 'utf8'))

    expect(server.log).toEqual([])

    // One machine records a new prompt; the file of the other one is what was reviewed before.
    const prompt = { ...where, PROMPT: 'You are a terse clerk who answers in one sentence.' }
    const again = await here.vitest(perf, { ...prompt, BENCH_AGENT_MODE: 'record' })
    expect(again.exitCode, again.output).toBe(0)
    await server.close()
    expect((await there.vitest(perf, prompt)).output).toContain('Needs recording')
    const newer = await there.vitest(perf, { ...prompt, BENCH_AGENT_MODE: 'auto' })
    expect(newer.exitCode, newer.output).toBe(0)
    expect(newer.output).toContain('Recordings: 14 model calls from Redis.')
    expect(readFileSync(recordingIn(there), 'utf8')).toBe(readFileSync(recordingIn(here), 'utf8'))

    await redis.kill()
    const filled = await there.vitest(perf, { ...prompt, BENCH_AGENT_BASELINE_EXECUTIONS: '6' })
    expect(filled.exitCode, filled.output).toBe(0)
    expect(filled.output).toMatch(/Recordings: \d+ model calls from memory, 14 from files\./)
    expect(filled.output).not.toContain('could not be')

    const away = await late.vitest(perf, where)
    expect(away.exitCode).toBe(1)
    expect(away.output).toContain('Nothing was recorded so far.')
    const warnings = recordsOf(late)[0]?.verdict.warnings ?? []
    expect(warnings.find(({ code }) => code === 'sharedRecordings')).toMatchObject({
      message: expect.stringContaining(
        `The Redis at redis://127.0.0.1:${redis.port} could not be asked for recordings`,
      ),
    })
    expect(away.output).toContain('ECONNREFUSED')

    for (const { output } of [recorded, replayed, auto, filled, away]) expect(output).not.toContain('sesame')
    for (const { folder } of [here, there, late])
      for (const text of textsIn(folder)) expect(text).not.toContain('sesame')
  })

  test('what is too old needs recording, and says so', async () => {
    const server = await startModelServer()
    const project = openMachine(version)
    const where = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: server.baseUrl, RUNS: '3' }
    const recorded = await project.vitest(perf, { ...where, BENCH_AGENT_MODE: 'record' })
    expect(recorded.exitCode, recorded.output).toBe(0)
    await server.close()
    const weekMs = 7 * 86_400_000
    const young = await project.vitest(perf, { ...where, MAX_AGE_MS: String(weekMs) })
    expect(young.exitCode, young.output).toBe(0)

    const path = recordingIn(project)
    const tenDaysAgo = new Date(Date.now() - 10 * 86_400_000 - 60_000).toISOString()
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"recordedAt":"[^"]+"/, `"recordedAt":"${tenDaysAgo}"`))
    const old = await project.vitest(perf, { ...where, MAX_AGE_MS: String(weekMs) })
    expect(old.exitCode).toBe(1)
    expect(old.output).toContain('Needs recording: 2 of 2 cases ask a model what was recorded too long ago')
    expect(old.output.replace(/\s+/g, ' ')).toContain(
      'recorded 10 days ago, and `replay.maxAgeMs` lets generating calls be 7 days old.',
    )
    expect(recordsOf(project)[0]?.recordings).toMatchObject({ missedIn: ['memory', 'file'], answered: 0, expired: 12 })
  })

  test('an address that is none is refused before anything runs, and not told', async () => {
    const project = openMachine(version)
    const run = await project.vitest(perf, { BENCH_AGENT_RECORDINGS_URL: 'http://:sesame@cache.example' })
    expect(run.exitCode).toBe(1)
    expect(run.output).toContain('Expected BENCH_AGENT_RECORDINGS_URL to be the address of a Redis')
    expect(run.output).not.toContain('sesame')
  })
})
