import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startModelServer } from '../../fixtures/model-server/server.ts'
import { type ExecutionRecord, Results } from '../../src/domain/record.ts'
import { openProject, type Project } from './run-project.ts'
import { projectVersions } from './vitest-versions.ts'

const secrets = {
  OPENAI_API_KEY: 'sk-planted-in-the-environment',
  PLANTED_COOKIE: 'planted-in-a-cookie',
  PLANTED_HEADER: 'planted-in-a-header',
  PLANTED_QUERY: 'planted-in-the-query',
  PLANTED_BODY_KEY: 'planted-in-the-body',
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
}

function recordOf({ folder }: Project): ExecutionRecord {
  const { records } = Results.parse(JSON.parse(readFileSync(join(folder, '.bench-agent', 'results.json'), 'utf8')))
  const [record] = records
  if (record === undefined) throw new Error('expected a record')
  return record
}

const recordingIn = ({ folder }: Project) => join(folder, '__bench__', 'recordings', 'refund.perf.ts', 'refund.jsonl')

const means = ({ summary }: ExecutionRecord) =>
  (['inputTokens', 'outputTokens', 'steps', 'toolCalls', 'modelCalls'] as const).map(
    (name) => summary.metrics[name]?.mean,
  )

describe.each(projectVersions())('beside Vitest %s', (version) => {
  test('models are recorded without a secret, replayed without a server, and a new prompt needs recording', async () => {
    const server = await startModelServer({ apiKey: secrets.OPENAI_API_KEY })
    const project = openProject('replay', version)
    const where = { OPENAI_BASE_URL: server.baseUrl, RUNS: '3' }
    const perf = ['--project', 'perf', '--reporter=default', '--reporter=blob']

    const nothing = await project.vitest(perf, { ...where, ...secrets })
    expect(nothing.exitCode, nothing.output).toBe(1)
    expect(nothing.output).toContain('Nothing was recorded so far.')
    expect(server.log).toEqual([])

    const live = await project.vitest(perf, { ...where, ...secrets, BENCH_AGENT_MODE: 'record' })
    expect(live.exitCode, live.output).toBe(0)
    expect(live.output).toContain('live models')
    const asked = server.log.length
    // Two cases, three runs each, and a warm-up; the agent asks once, and so does its check.
    expect(asked).toBe(14)
    const recorded = recordOf(project)
    await server.close()

    // Nobody listens any more, and who replays knows none of the secrets.
    const none = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: server.baseUrl }
    const replay = await project.vitest(perf, { ...none, PLANTED_BODY_KEY: 'another one' })
    expect(replay.exitCode, replay.output).toBe(0)
    expect(replay.output).toContain('replayed answers')
    expect(replay.output).toContain(
      'Not judged, for answers are replayed, and no model had a part in those times: latency p50.',
    )
    const replayed = recordOf(project)
    expect(replayed.plan.runs).toBe(3)
    expect(means(replayed)).toEqual(means(recorded))
    expect(replayed.mode).toBe('replay')
    expect(replayed.spentUsd).toBe(0)
    expect(replayed.summary.metrics.workingMs?.n).toBe(6)
    expect(replayed.summary.metrics.modelTtftMs).toBeUndefined()
    const baselines = JSON.parse(readFileSync(join(project.folder, '__bench__', 'refund.perf.ts.json'), 'utf8'))
    expect(Object.keys(baselines.scenarios)).toEqual(['perf > refund', 'perf > refund (replayed)'])

    const prompt = 'You are a terse clerk who answers in one sentence.'
    const changed = await project.vitest(perf, { ...none, PLANTED_BODY_KEY: 'another one', PROMPT: prompt })
    expect(changed.exitCode).toBe(1)
    expect(changed.output).toContain('Needs recording: 2 of 2 cases ask a model what was never recorded')
    expect(changed.output).toContain('messages[0].content: "You are a clerk')
    expect(changed.output).toContain(
      'BENCH_AGENT_MODE=record npx vitest run --project perf refund.perf.ts -t refund` (7 runs, about $',
    )
    expect(recordOf(project).verdict.checks.map(({ code }) => code)).toEqual(['needsRecording'])

    for (const file of filesOf(project.folder)) {
      const text = readFileSync(file, 'latin1')
      for (const secret of Object.values(secrets)) expect(text.includes(secret), `${secret} in ${file}`).toBe(false)
    }

    const text = readFileSync(recordingIn(project), 'utf8')
    expect(text).toContain('[masked]')
    const auto = await project.vitest(perf, { ...none, BENCH_AGENT_MODE: 'auto', CI: 'true' })
    expect(auto.exitCode).toBe(1)
    expect(auto.output).toContain('to be "live", "record" or "replay" in CI, got "auto"')

    const newer = text.replace('"schemaVersion":1', '"schemaVersion":2')
    writeFileSync(recordingIn(project), newer)
    for (const mode of ['replay', 'record']) {
      const refused = await project.vitest(perf, { ...none, BENCH_AGENT_MODE: mode })
      expect(refused.exitCode).toBe(1)
      expect(refused.output).toMatch(
        /Expected recordings at .*refund\.jsonl, got version 2, which a newer bench-agent wrote/,
      )
    }
    expect(readFileSync(recordingIn(project), 'utf8')).toBe(newer)
  })

  test('auto records what is missing, and calls nobody where nothing is', async () => {
    const server = await startModelServer()
    const project = openProject('replay', version)
    const where = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: server.baseUrl, RUNS: '3', BENCH_AGENT_MODE: 'auto' }
    const first = await project.vitest(['--project', 'perf'], where)
    expect(first.exitCode, first.output).toBe(0)
    expect(recordOf(project).mode).toBe('live')
    server.reset()
    const second = await project.vitest(['--project', 'perf'], where)
    expect(second.exitCode, second.output).toBe(0)
    expect(recordOf(project).mode).toBe('replay')
    expect(server.log).toEqual([])
    const third = await project.vitest(['--project', 'perf'], { ...where, PROMPT: 'You are terse.' })
    expect(third.exitCode, third.output).toBe(0)
    expect(recordOf(project).mode).toBe('live')
    expect(server.log).toHaveLength(14)
    await server.close()
  })
})
