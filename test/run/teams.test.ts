import { createOpenAI } from '@ai-sdk/openai'
import { generateText, isStepCount, tool } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { langgraphTeam, type Member, openaiTeam, type Team, teamGoal, teamModels } from '../../fixtures/agents/teams.ts'
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
// A reading by hand has code of the framework's around it; the least disturbed run is taken, for a busy machine takes some of others.
const closeMs = 10

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer({ timing: { ttftMs: 30, tokenGapMs: 1 } })
})
afterAll(() => server.close())

/** What was clocked by hand, run by run: members at work, by name, and model calls, by model. */
interface Clocks {
  runs: Record<string, number>[]
  timed: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
  fetch: typeof globalThis.fetch
}

function startClocks(): Clocks {
  const clocked: Clocks['runs'] = []
  const timed: Clocks['timed'] = async (name, work) => {
    const startedMs = wallClock.nowMs()
    try {
      return await work()
    } finally {
      const run = clocked.at(-1)
      if (run !== undefined) run[name] = (run[name] ?? 0) + wallClock.nowMs() - startedMs
    }
  }
  const timedFetch: Clocks['fetch'] = (input, init) =>
    timed(JSON.parse(String(init?.body)).model, async () => {
      const response = await fetch(input, init)
      return new Response(await response.text(), {
        status: response.status,
        headers: { 'content-type': 'application/json' },
      })
    })
  return { runs: clocked, timed, fetch: timedFetch }
}

/** How far `coordinationMs` lies from what is left of a run by hand without `names`, in the run where it lies nearest. */
function nearestMs({ summary, samples }: ExecutionRecord, clocks: Clocks, names: readonly string[]): number {
  expect(summary.metrics.coordinationMs?.n).toBe(runs)
  const { startedAtMs = [], endedAtMs = [], values } = samples ?? {}
  const distances = clocks.runs.map((clocked, run) => {
    const runMs = (endedAtMs[run] ?? Number.NaN) - (startedAtMs[run] ?? Number.NaN)
    const leftMs = names.reduce((left, name) => left - (clocked[name] ?? Number.NaN), runMs)
    return Math.abs((values?.coordinationMs?.[run] ?? Number.NaN) - leftMs)
  })
  return Math.min(...distances)
}

interface Measured {
  record: ExecutionRecord
  clocks: Clocks
  /** What the server served to each run. */
  served: ModelServer['log'][number][][]
}

async function measured(team: Team): Promise<Measured> {
  server.reset()
  const clocks = startClocks()
  const served: Measured['served'] = []
  const answer = team(server.baseUrl, clocks.timed, clocks.fetch)
  const asked = async ({ index }: { index: number }) => {
    if (index >= 0) clocks.runs.push({})
    const from = server.log.length
    await sleep(wallClock, idleMs)
    const text = await answer()
    if (index >= 0) served.push(server.log.slice(from))
    return text
  }
  const record = await measure({ name: 'team', runs, warmup: 1, prices }, asked, ({ output }) => {
    expect(output).toContain(teamGoal.expected)
  })
  return { record, clocks, served }
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
    const clocked = members.filter((member) => found.clocks.runs.every((run) => member in run))
    expect(clocked).toContain('mathematician')
    for (const member of clocked) {
      const byHandMs = Math.min(...found.clocks.runs.map((run) => run[member] ?? Number.NaN))
      const agent = found.record.summary.agents?.find(({ name }) => name === member)
      expect(agent?.count).toBe(runs)
      expect(agent?.durationMs.min).toBeLessThanOrEqual(byHandMs)
      expect(agent?.durationMs.min).toBeGreaterThan(byHandMs - closeMs)
    }
  })

  test('worked all the time but for what is left by hand', () => {
    // The calls of members that were clocked lie in what was.
    const names = members.map((member) => (member in (found.clocks.runs[0] ?? {}) ? member : teamModels[member]))
    expect(nearestMs(found.record, found.clocks, names)).toBeLessThan(closeMs)
    expect(found.record.summary.metrics.coordinationMs?.min).toBeGreaterThan(idleMs - 1)
    expect(found.record.summary.metrics.latencyMs?.min).toBeGreaterThan(150)
  })
})

test('a call of the AI SDK in a tool of another is an agent, which the outer one waits for', async () => {
  server.reset()
  const clocks = startClocks()
  const provider = createOpenAI({ apiKey: 'any', baseURL: server.baseUrl, fetch: clocks.fetch })
  const inputSchema = z.object({ expression: z.string() })
  const evaluate = tool({ inputSchema, execute: async (input) => callTool('calculator', input) })
  const calculator = tool({
    inputSchema,
    execute: async ({ expression }) => {
      await sleep(wallClock, idleMs)
      const model = provider.chat(teamModels.mathematician)
      const asked = { prompt: `What is ${expression}?`, tools: { evaluate }, stopWhen: isStepCount(5) }
      return clocks.timed('mathematician', async () => (await generateText({ model, ...asked })).text)
    },
  })
  const record = await measure({ name: 'nested', runs, warmup: 0, prices }, async () => {
    clocks.runs.push({})
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
  expect(nearestMs(record, clocks, [teamModels.clerk, 'mathematician'])).toBeLessThan(closeMs)
  expect(record.summary.metrics.coordinationMs?.min).toBeGreaterThan(idleMs - 1)
})

test('agents that are named by hand are told apart like those of a framework', async () => {
  server.reset()
  const clocks = startClocks()
  const client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, fetch: clocks.fetch })
  const ask = async (model: string, content: string) => {
    const { choices } = await client.chat.completions.create({ model, messages: [{ role: 'user', content }] })
    return choices[0]?.message.content ?? ''
  }
  const record = await measure({ name: 'by hand', runs, warmup: 0, prices }, async ({ agent }) => {
    clocks.runs.push({})
    const named = (name: string, work: () => Promise<string>) => clocks.timed(name, () => agent(name, work))
    const drafted = await named('writer', () => ask('gpt-5', 'What is 5 + 3?'))
    await sleep(wallClock, idleMs)
    return agent('editor', async () => {
      await ask('gpt-5-mini', `What is ${drafted.replace(/\D/g, '')} + 1?`)
      return named('proofreader', () => ask('gpt-5-nano', 'What is 1 + 1?'))
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
  expect(nearestMs(record, clocks, ['writer', 'gpt-5-mini', 'proofreader'])).toBeLessThan(closeMs)
  expect(metrics.coordinationMs?.min).toBeGreaterThan(idleMs - 1)
})
