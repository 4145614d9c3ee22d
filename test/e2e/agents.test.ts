import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { openProject, type Project, type ProjectRun } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer({ apiKey: 'right' })
})
afterAll(() => server.close())

function lineOf(project: Project, file: string, text: string): number {
  const lines = readFileSync(join(project.folder, file), 'utf8').split('\n')
  return lines.findIndex((line) => line.startsWith(text)) + 1
}

describe.each(projectVersions())('beside Vitest %s', (version) => {
  let project: Project

  beforeAll(() => {
    project = openProject('agents', version)
  })

  function run(file: string, environment: Record<string, string> = {}): Promise<ProjectRun> {
    const model = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'right' }
    return project.vitest(['--project', 'perf', file], { ...model, ...environment })
  }

  /** Fails with exit code 1, at the line of the scenario. */
  function expectFailure({ exitCode, output }: ProjectRun, file: string, call = 'benchAgent('): void {
    expect(output).toContain(`${file}:${lineOf(project, file, call)}`)
    expect(exitCode).toBe(1)
  }

  test('an agent that got twice as slow fails, and the change is told', async () => {
    expect((await run('slowed')).exitCode).toBe(0)
    const second = await run('slowed', { AGENT_VERSION: '2' })
    expectFailure(second, 'slowed.perf.ts')
    expect(second.output).toMatch(
      /working time got worse: [\d.]+ ms → [\d.]+ ms \(\+[5-9]\d\.\d%\)|working time got worse: .*\(\+1\d\d\.\d%\)/,
    )
    expect(second.output).toContain('Accept it as the new level with `-u`')
  })

  test('an agent that uses 40% more output tokens fails, and -u accepts the new level', async () => {
    expect((await run('wordy')).exitCode).toBe(0)
    const second = await run('wordy', { AGENT_VERSION: '2' })
    expectFailure(second, 'wordy.perf.ts')
    expect(second.output).toMatch(/output tokens got worse: [\d.]+ tokens → [\d.]+ tokens \(\+\d+\.\d%\)/)
    const model = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'right', AGENT_VERSION: '2' }
    const accepted = await project.vitest(['--project', 'perf', 'wordy', '-u'], model)
    expect(accepted.exitCode).toBe(0)
    expect((await run('wordy', { AGENT_VERSION: '2' })).exitCode).toBe(0)
  })

  test('an agent is called at the instants for which a thread of its own waits', async () => {
    const { exitCode, output } = await run('paced')
    expect(output).toContain('paced under 200 runs/s for 500 ms')
    expect(output).toContain('100 in all')
    expect(exitCode).toBe(0)
  })

  test('a leaking agent fails, with the growth of a run', async () => {
    const result = await run('leaking')
    expectFailure(result, 'leaking.perf.ts')
    expect(result.output).toMatch(/heap growth is [\d.]+ KiB per run, over its threshold of 9\.77 KiB/)
  })

  test('a failing agent fails, with what broke and where', async () => {
    const result = await run('failing')
    expectFailure(result, 'failing.perf.ts')
    expect(result.output).toContain('success is 58.3%, under its threshold of 100% (7 of 12 runs ok; 4 wrong, 1 error)')
    expect(result.output).toContain('case "What is 7 * 6?" never succeeded')
    expect(result.output).toContain('Cannot read the plan')
  })

  test('an agent that never answers costs its own run', async () => {
    const result = await run('hanging')
    expectFailure(result, 'hanging.perf.ts')
    expect(result.output).toContain('2 of 3 runs ok; 1 timeout')
    expect(result.output).toContain('latency passed its limit of 200 ms')
  })

  test('an agent that blocks its thread is killed; the report names it and what did not run', async () => {
    const result = await run('blocking')
    expectFailure(result, 'blocking.perf.ts', "benchAgent('blocking'")
    expect(result.output).toMatch(
      /blocked its thread for [\d.]+ s in run 2\d of 60, case "endless", past its limit of 300 ms/,
    )
    expect(result.output).toContain('after the loop')
    expect(result.output).toMatch(/before the loop\s+3/)
  })

  test('an agent that exhausts memory is named, with what was measured before', async () => {
    const result = await run('memory', { NODE_OPTIONS: '--max-old-space-size=200' })
    expectFailure(result, 'memory.perf.ts', "benchAgent('exhausting memory'")
    expect(result.output).toContain('ran out of memory in run')
    expect(result.output).toContain('after the crash')
  })

  test('a threshold on tokens that no run told fails', async () => {
    const result = await run('modelless')
    expectFailure(result, 'modelless.perf.ts')
    expect(result.output).toContain('tokens mean has a threshold of 3,000 tokens and is unknown: no run told it')
    expect(result.output).toContain('run.usage')
  })

  test('a wrong key stops the scenario after one run and is named', async () => {
    const before = server.log.length
    const result = await run('wrong-key', { OPENAI_API_KEY: 'wrong' })
    expectFailure(result, 'wrong-key.perf.ts')
    expect(result.output).toContain(`The provider answered 401 to ${server.baseUrl}/chat/completions`)
    expect(result.output).toContain('OPENAI_API_KEY')
    expect(server.log.length - before).toBe(1)
  })

  test('a test that times out reports the runs that were over', async () => {
    const result = await run('timed-out')
    expect(result.output).toContain('Test timed out in 350ms')
    expect(result.output).toMatch(/timed out\s+[23] of 20\s+100%/)
    expect(result.exitCode).toBe(1)
  })

  test('a stream left open is an error', async () => {
    const result = await run('open-stream')
    expectFailure(result, 'open-stream.perf.ts')
    expect(result.output).toContain('The agent left a stream open in 3 runs')
    expect(result.output).toContain('Read the stream to its end')
  })
})
