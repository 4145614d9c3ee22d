import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { Results } from '../../src/domain/record.ts'
import { openProject } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

describe.each(projectVersions())('perfProject beside Vitest %s', (version) => {
  const model = () => ({ OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'any' })

  test('a plain vitest does not run performance tests, and says what to type when one was asked for', async () => {
    const project = openProject('modifiers', version)
    const plain = await project.vitest([])
    expect(plain.output).not.toContain('modifiers.perf.ts')
    expect(plain.exitCode).toBe(0)
    const asked = await project.vitest(['only.perf'])
    expect(asked.output).toContain('only.perf.ts is a performance test')
    expect(asked.output).toContain('npx vitest --project perf only.perf')
  })

  test('the session writes results that match their schema, and RESULTS.md', async () => {
    const project = openProject('bad-input', version)
    await project.vitest(['--project', 'perf', 'steady'])
    const results = Results.parse(
      JSON.parse(readFileSync(join(project.folder, '.bench-agent', 'results.json'), 'utf8')),
    )
    expect(results.records.map((record) => record.identity.name)).toEqual(['steady'])
    expect(results.records[0]?.samples?.endedAtMs).toHaveLength(3)
    expect(readFileSync(join(project.folder, '.bench-agent', 'RESULTS.md'), 'utf8')).toContain('steady')
  })

  test('keeps quiet beside machine reporters', async () => {
    const project = openProject('bad-input', version)
    const { output } = await project.vitest(['--project', 'perf', '--reporter=json', '--outputFile=out.json', 'steady'])
    expect(output).not.toContain('slower?')
    expect(existsSync(join(project.folder, '.bench-agent', 'results.json'))).toBe(true)
  })

  test('reports once, however often it was asked for', async () => {
    const project = openProject('bad-input', version)
    const { output } = await project.vitest([
      '--project',
      'perf',
      '--reporter=default',
      '--reporter=bench-agent/reporter',
      'steady',
    ])
    expect(output.match(/slower\?/g)).toHaveLength(1)
  })

  test('the step summary of a GitHub job is appended to', async () => {
    const project = openProject('bad-input', version)
    const summary = join(project.folder, 'summary.md')
    writeFileSync(summary, 'before\n')
    await project.vitest(['--project', 'perf', 'steady'], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary })
    const text = readFileSync(summary, 'utf8')
    expect(text.startsWith('before\n')).toBe(true)
    expect(text).toContain('steady')
  })

  test('the cap of a session holds over its files, beside a project without one', async () => {
    const project = openProject('spending', version)
    const capped = await project.vitest(['--project', 'capped'], model())
    expect(capped.output).toMatch(/Stopped after \d of 8 runs: the session spent \$0\.1\d* of its cap of \$0\.1/)
    const results = Results.parse(
      JSON.parse(readFileSync(join(project.folder, '.bench-agent', 'results.json'), 'utf8')),
    )
    const runs = results.records.map((record) => record.summary.runs)
    const spentUsd = results.records.reduce((sum, record) => sum + (record.spentUsd ?? 0), 0)
    expect(runs).toHaveLength(2)
    expect(Math.min(...runs)).toBeLessThan(8)
    expect(spentUsd).toBeGreaterThanOrEqual(0.1)
    expect(spentUsd).toBeLessThan(0.13)
    expect((await project.vitest(['--project', 'free'], model())).exitCode).toBe(0)
  })

  test('an env file reaches the tests of its project', async () => {
    const project = openProject('spending', version)
    server.reset()
    await project.vitest(['--project', 'capped', 'first'], model())
    await project.vitest(['--project', 'free', 'first'], model())
    const inputs = new Set(server.log.map((call) => call.usage?.inputTokens))
    expect(inputs.size).toBe(2)
  })
})
