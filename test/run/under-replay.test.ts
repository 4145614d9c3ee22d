import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { commandAgent } from '../../src/agents/command.ts'
import { wallClock } from '../../src/domain/clock.ts'
import { BenchAgentError } from '../../src/domain/errors.ts'
import type { Recordings } from '../../src/domain/recording.ts'
import type { Run } from '../../src/domain/scenario.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { type Described, scenarioSetting } from './scenario-setting.ts'

let server: Server
let url: string
let asked = 0
// Every answer is another one, and so is the number of its tokens.
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      const usage = { prompt_tokens: 5, completion_tokens: asked }
      const content = `answer ${asked}`
      response.end(
        JSON.stringify({ model: 'gpt-5-mini', choices: [{ message: { role: 'assistant', content } }], usage }),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`
})
afterAll(() => server.close())
beforeEach(() => {
  asked = 0
})

async function ask(content: unknown): Promise<string> {
  const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content }] })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!response.ok) throw new Error(`the model answered ${response.status}: ${await response.text()}`)
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }
  return choices[0]?.message.content ?? ''
}

const agent = ({ input }: Run) => ask(input)
const cases = [
  { name: 'one', input: 'what is one?' },
  { name: 'two', input: 'what is two?' },
]
const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1 } }

async function record(
  described: Described = {},
  by = agent,
): Promise<{ live: ScenarioResult; recordings: Recordings }> {
  let recordings: Recordings = { recordedAt: '', cases: new Map() }
  const onRecorded = async (made: Recordings) => {
    recordings = made
  }
  const setting = scenarioSetting(wallClock, by, { cases, prices, record: { secrets: [], onRecorded }, ...described })
  return { live: await runScenario(setting), recordings }
}

function replay(recordings: Recordings | undefined, described: Described = {}, by = agent): Promise<ScenarioResult> {
  const replaying = { recordings, pace: 'instant', secrets: [], command: 'record it', notJudged: [] } as const
  return runScenario(scenarioSetting(wallClock, by, { cases, prices, mode: 'replay', replay: replaying, ...described }))
}

const outputTokens = ({ samples }: ScenarioResult) => [...(samples.values.outputTokens ?? [])].slice(0, samples.length)

test('run i replays recording i, round and round, calls nobody and spends nothing', async () => {
  const { live, recordings } = await record({ options: { runs: 3 } })
  expect(outputTokens(live)).toEqual([1, 2, 3, 4, 5, 6])
  const again = await replay(recordings, { options: { runs: 5, warmup: 1 } })
  expect(asked).toBe(6)
  expect(outputTokens(again)).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4])
  expect(again.record).toMatchObject({ mode: 'replay', spentUsd: 0, comparability: { mode: 'replay' } })
  expect(again.record.summary.metrics.costUsd?.mean).toBeGreaterThan(0)
  expect(again.verdict.status).toBe('pass')
})

test('of time, what is left is the agent’s own', async () => {
  const busy = async (run: Run) => {
    const answer = await agent(run)
    await new Promise((resolve) => setTimeout(resolve, 20))
    return answer
  }
  const { recordings } = await record({ options: { runs: 2 } }, busy)
  const { record: again } = await replay(recordings, { options: { runs: 2 } }, busy)
  const { workingMs, latencyMs, modelMs, modelTtftMs, ttftMs } = again.summary.metrics
  expect(workingMs?.min).toBeGreaterThan(18)
  expect(workingMs?.mean).toBeLessThan(latencyMs?.mean ?? 0)
  expect([modelMs, modelTtftMs, ttftMs]).toEqual([undefined, undefined, undefined])
})

test('runs in flight at once each have their own recording', async () => {
  const { live, recordings } = await record({ options: { runs: 4 } })
  const again = await replay(recordings, { options: { runs: 4, concurrency: 4 } })
  expect(outputTokens(again).sort()).toEqual(outputTokens(live).sort())
  expect(again.verdict.warnings).toEqual([])
})

test('what checks and hooks ask is replayed, too', async () => {
  const check = async ({ output }: { output: unknown }) => ask(`is this right: ${output}`)
  const { recordings } = await record({ options: { runs: 2 }, check })
  expect(asked).toBe(8)
  const again = await replay(recordings, { options: { runs: 2 }, check })
  expect(asked).toBe(8)
  expect(again.record.beside).toMatchObject({ modelCalls: 4 })
  expect(again.verdict.status).toBe('pass')
})

test('a request that was never recorded makes no sample, and the verdict is about recording alone', async () => {
  const { recordings } = await record({ options: { runs: 2 } })
  const other = ({ input }: Run) => ask(input === 'what is two?' ? 'what, please, is two?' : input)
  const again = await replay(recordings, { options: { runs: 2, thresholds: { totalTokens: { max: 1 } } } }, other)
  expect(asked).toBe(4)
  expect(again.samples.length).toBe(2)
  expect(again.record.summary.outcomes).toMatchObject({ ok: 2, error: 0, infrastructure: 0 })
  expect(again.verdict).toMatchObject({ status: 'fail', checks: [{ code: 'needsRecording', value: 1, bound: 0 }] })
  const [check] = again.verdict.checks
  expect(check?.message).toContain('1 of 2 cases asks a model what was never recorded ("two")')
  expect(check?.message).toContain('messages[0].content: "what is two?" → "what, please, is two?"')
  expect(check?.message).toMatch(/Its input tokens, by a tokenizer: \d+ → \d+ \(\+3\)\./)
  expect(check?.remedy).toMatch(/`record it` \(4 runs, about \$[\d.]+ by what the recorded ones cost\)/)
})

test('where nothing was recorded, or a model has no price, that is said', async () => {
  const nothing = await replay(undefined, { options: { runs: 1 } })
  expect(nothing.verdict.checks[0]?.message).toContain('Nothing was recorded so far.')
  expect(nothing.verdict.checks[0]?.remedy).toContain('what they cost is not known')
  expect(asked).toBe(0)
  const { recordings } = await record({ options: { runs: 1 } })
  const twice = async (run: Run) => `${await agent(run)} ${await agent(run)}`
  const more = await replay(recordings, { options: { runs: 1 } }, twice)
  expect(more.verdict.checks[0]?.message).toContain('more often than when it was recorded')
})

test('a key of a header that stands in a body, too, is neither recorded nor told', async () => {
  const by = (key: string, prompt: string) => async () => {
    const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: `${prompt} by ${key}` }] })
    const headers = { 'content-type': 'application/json', 'x-api-key': key }
    return (await fetch(url, { method: 'POST', headers, body })).text()
  }
  const { recordings } = await record({ options: { runs: 1 } }, by('planted-key-1', 'ask'))
  const same = await replay(recordings, { options: { runs: 1 } }, by('planted-key-2', 'ask'))
  expect(same.verdict.status).toBe('pass')
  const other = await replay(recordings, { options: { runs: 1 } }, by('planted-key-3', 'tell'))
  expect(other.verdict.checks[0]?.message).toContain('"ask by [masked]" → "tell by [masked]"')
  expect(JSON.stringify([[...recordings.cases], other.record])).not.toContain('planted-key')
})

test('runs that broke on the infrastructure are not recorded', async () => {
  let calls = 0
  const unlucky = async (run: Run) => {
    calls += 1
    const answer = await agent(run)
    if (calls === 2) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    return answer
  }
  const { recordings } = await record({ options: { runs: 2 } }, unlucky)
  expect([...recordings.cases].map(([name, runs]) => [name, runs.length])).toEqual([
    ['one', 2],
    ['two', 1],
  ])
})

test('agents in other processes are replayed, too, by the variables that their clients read', async () => {
  const program = `
    const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'what is one?' }] })
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    fetch(process.env.OPENAI_BASE_URL + '/chat/completions', asked)
      .then((response) => response.json())
      .then(({ choices }) => console.log(choices[0].message.content))
  `
  const before = process.env.OPENAI_BASE_URL
  process.env.OPENAI_BASE_URL = url.replace('/chat/completions', '')
  try {
    const elsewhere = commandAgent({ command: process.execPath, args: ['-e', program] }) as unknown as typeof agent
    const { live, recordings } = await record(
      { cases: [{ name: 'one', input: undefined }], options: { runs: 2 } },
      elsewhere,
    )
    expect(outputTokens(live)).toEqual([1, 2])
    const again = await replay(
      recordings,
      { cases: [{ name: 'one', input: undefined }], options: { runs: 2 } },
      elsewhere,
    )
    expect(asked).toBe(2)
    expect(outputTokens(again)).toEqual([1, 2])
    expect(again.record.summary.outcomes.ok).toBe(2)
    expect(again.verdict.warnings.filter(({ code }) => code === 'replayPast')).toEqual([])
  } finally {
    if (before === undefined) delete process.env.OPENAI_BASE_URL
    else process.env.OPENAI_BASE_URL = before
  }
})

test('where recordings cannot be written, the runs are told all the same, and the test fails by that', async () => {
  const onRecorded = async () => {
    throw new BenchAgentError('BENCH_AGENT_FILE', 'Expected to write a file, got: no space.')
  }
  const { live } = await record({ record: { secrets: [], onRecorded }, options: { runs: 2 } })
  expect(live.mistake?.message).toContain('no space')
  expect(live.samples.length).toBe(4)
})
