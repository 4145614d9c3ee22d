import { createOpenAI } from '@ai-sdk/openai'
import { generateText, isStepCount, tool } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  langgraphTeam,
  type Member,
  openaiTeam,
  type Team,
  type Timed,
  teamGoal,
  teamModels,
} from '../../fixtures/agents/teams.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { callTool } from '../../fixtures/model-server/tools.ts'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { measure } from '../../src/run/measure.ts'

const members = Object.keys(teamModels) as Member[]
const prices = Object.fromEntries(
  Object.values(teamModels).map((model, position) => [
    model,
    { inputUsdPerMillionTokens: 1 + position, outputUsdPerMillionTokens: 10 },
  ]),
)
const runs = 5
const idleMs = 40
// A reading by hand has the framework's own code around it, and a busy machine takes some of its time.
const closeMs = 20

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer({ timing: { ttftMs: 30, tokenGapMs: 1 } })
})
afterAll(() => server.close())

interface Measured {
  record: ExecutionRecord
  /** By hand: of each run, how long members were at work. */
  clocked: Partial<Record<Member, number>>[]
  /** By hand: of each run, how long model calls took. */
  called: { model: string; ms: number }[][]
  /** What the server served to each run. */
  served: ModelServer['log'][number][][]
}

async function measured(team: Team): Promise<Measured> {
  server.reset()
  const clocked: Measured['clocked'] = []
  const served: Measured['served'] = []
  const called: Measured['called'] = []
  const timed: Timed = async (member, work) => {
    const startedMs = wallClock.nowMs()
    try {
      return await work()
    } finally {
      const times = clocked.at(-1)
      if (times !== undefined) times[member] = (times[member] ?? 0) + wallClock.nowMs() - startedMs
    }
  }
  const timedFetch: typeof fetch = async (input, init) => {
    const startedMs = wallClock.nowMs()
    const response = await fetch(input, init)
    const text = await response.text()
    const { model } = JSON.parse(String(init?.body))
    called.at(-1)?.push({ model, ms: wallClock.nowMs() - startedMs })
    return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } })
  }
  const answer = team(server.baseUrl, timed, timedFetch)
  const asked = async ({ index }: { index: number }) => {
    if (index >= 0) clocked.push({})
    if (index >= 0) called.push([])
    const from = server.log.length
    await sleep(wallClock, idleMs)
    const text = await answer()
    if (index >= 0) served.push(server.log.slice(from))
    return text
  }
  const record = await measure({ name: 'team', runs, warmup: 1, prices }, asked, ({ output }) => {
    expect(output).toContain(teamGoal.expected)
  })
  return { record, clocked, called, served }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

describe.for([
  ['OpenAI agents', openaiTeam],
  ['LangGraph', langgraphTeam],
] as const)('a team of %s', ([, team]) => {
  let found: Measured
  beforeAll(async () => {
    found = await measured(team)
  })

  test('answers, with a hand-over in every run', () => {
    expect(found.record.summary.outcomes.ok).toBe(runs)
    expect(found.record.summary.handoffs).toMatchObject([{ name: 'accountant', count: runs, failures: 0 }])
  })

  test('used by each member what the server says, and cost what that costs', () => {
    const { agents = [], all } = found.record.summary.tokens ?? {}
    expect(agents.map(({ name }) => name).sort()).toEqual([...members].sort())
    for (const member of members) {
      const calls = found.served.flat().filter(({ model }) => model === teamModels[member])
      const sum = (field: 'inputTokens' | 'outputTokens') =>
        calls.reduce((total, { usage }) => total + (usage?.[field] ?? Number.NaN), 0) / runs
      const price = prices[teamModels[member]]
      const [inputTokens, outputTokens] = [sum('inputTokens'), sum('outputTokens')]
      const usd = (inputTokens * (price?.inputUsdPerMillionTokens ?? 0) + outputTokens * 10) / 1e6
      expect(agents.find(({ name }) => name === member)).toMatchObject({
        runs,
        modelCalls: calls.length,
        mean: { inputTokens, outputTokens, cachedTokens: 0, costUsd: expect.closeTo(usd, 12) },
      })
    }
    const costs = agents.map(({ mean }) => mean.costUsd ?? Number.NaN)
    expect(all?.mean.costUsd).toBeCloseTo(
      costs.reduce((sum, usd) => sum + usd, 0),
      12,
    )
  })

  test('took each member as long as by hand', () => {
    for (const member of Object.keys(found.clocked[0] ?? {}) as Member[]) {
      const byHandMs = medianOf(found.clocked.map((times) => times[member] ?? Number.NaN))
      const agent = found.record.summary.agents?.find(({ name }) => name === member)
      expect(agent?.count).toBe(runs)
      expect(agent?.durationMs.p50).toBeLessThanOrEqual(byHandMs + 1)
      expect(agent?.durationMs.p50).toBeGreaterThan(byHandMs - closeMs)
    }
    expect(Object.keys(found.clocked[0] ?? {})).toContain('mathematician')
  })

  test('worked all the time but for what is left by hand', () => {
    const { coordinationMs, latencyMs } = found.record.summary.metrics
    const left = found.called.map((calls, run) => {
      // The mathematician's calls lie in what was clocked by hand; so do the clerk's where that was.
      const clocked = found.clocked[run] ?? {}
      const own = calls.filter(({ model }) => members.every((one) => teamModels[one] !== model || !(one in clocked)))
      const ownMs = own.reduce((sum, { ms }) => sum + ms, 0)
      const { startedAtMs = [], endedAtMs = [] } = found.record.samples ?? {}
      const runMs = (endedAtMs[run] ?? Number.NaN) - (startedAtMs[run] ?? Number.NaN)
      return runMs - ownMs - Object.values(clocked).reduce((sum, ms) => sum + ms, 0)
    })
    expect(coordinationMs?.n).toBe(runs)
    expect(coordinationMs?.p50).toBeGreaterThan(idleMs)
    expect(coordinationMs?.p50).toBeLessThan(medianOf(left) + closeMs)
    expect(coordinationMs?.p50).toBeGreaterThan(medianOf(left) - closeMs)
    expect(latencyMs?.p50).toBeGreaterThan(150)
  })
})

test('a call of the AI SDK in a tool of another is an agent, which the outer one waits for', async () => {
  server.reset()
  const provider = createOpenAI({ apiKey: 'any', baseURL: server.baseUrl })
  const inputSchema = z.object({ expression: z.string() })
  const evaluate = tool({ inputSchema, execute: async (input) => callTool('calculator', input) })
  const clocked: number[] = []
  const calculator = tool({
    inputSchema,
    execute: async ({ expression }) => {
      const startedMs = wallClock.nowMs()
      await sleep(wallClock, idleMs)
      clocked.push(wallClock.nowMs() - startedMs)
      const model = provider.chat(teamModels.mathematician)
      const prompt = `What is ${expression}?`
      return (await generateText({ model, prompt, tools: { evaluate }, stopWhen: isStepCount(5) })).text
    },
  })
  const record = await measure({ name: 'nested', runs, warmup: 0, prices }, async () => {
    const model = provider.chat(teamModels.clerk)
    const settings = { stopWhen: isStepCount(5), telemetry: { functionId: 'clerk' } }
    return (await generateText({ model, prompt: teamGoal.input, tools: { calculator }, ...settings })).text
  })
  const inputOf = (model: string) =>
    server.log.filter((call) => call.model === model).reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0) /
    runs
  const { agents = [] } = record.summary.tokens ?? {}
  expect(agents.map(({ name, modelCalls, mean }) => [name, modelCalls, mean.inputTokens])).toEqual([
    ['clerk', 2 * runs, inputOf(teamModels.clerk)],
    ['calculator', 2 * runs, inputOf(teamModels.mathematician)],
  ])
  const { coordinationMs } = record.summary.metrics
  expect(coordinationMs?.p50).toBeGreaterThan(medianOf(clocked) - 1)
  expect(coordinationMs?.p50).toBeLessThan(medianOf(clocked) + closeMs)
})

test('agents that are named by hand are told apart like those of a framework', async () => {
  server.reset()
  const client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl })
  const ask = async (model: string, content: string) => {
    const { choices } = await client.chat.completions.create({ model, messages: [{ role: 'user', content }] })
    return choices[0]?.message.content ?? ''
  }
  const between: number[] = []
  const record = await measure({ name: 'by hand', runs, warmup: 0, prices }, async ({ agent }) => {
    const drafted = await agent('writer', () => ask('gpt-5', 'What is 5 + 3?'))
    const startedMs = wallClock.nowMs()
    await sleep(wallClock, idleMs)
    between.push(wallClock.nowMs() - startedMs)
    return agent('editor', async () => {
      await ask('gpt-5-mini', `What is ${drafted.replace(/\D/g, '')} + 1?`)
      return agent('proofreader', () => ask('gpt-5-mini', 'What is 1 + 1?'))
    })
  })
  const { agents, tokens, metrics } = record.summary
  expect(agents?.map(({ name, count }) => [name, count])).toEqual([
    ['writer', runs],
    ['editor', runs],
    ['proofreader', runs],
  ])
  const inputs = server.log.slice(0, 3).map(({ usage }) => usage?.inputTokens)
  expect(tokens?.agents.map(({ mean }) => mean.inputTokens)).toEqual(inputs)
  expect(tokens?.agents.map(({ modelCalls }) => modelCalls)).toEqual([runs, runs, runs])
  expect(metrics.coordinationMs?.p50).toBeGreaterThanOrEqual(medianOf(between) - 1)
  expect(metrics.coordinationMs?.p50).toBeLessThan(medianOf(between) + closeMs)
})
