import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { chatTools, reachGoal } from '../../fixtures/agents/reach-goal.ts'
import { endlessGoal } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { callTool } from '../../fixtures/model-server/tools.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { measure } from '../../src/run/measure.ts'

const runs = 3
const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } }

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
beforeEach(() => server.reset())
afterAll(() => server.close())

const clientWith = (knobs = '') =>
  new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, defaultHeaders: { 'x-model-server': knobs } })

interface Used {
  inputTokens: number
  outputTokens: number
  cachedTokens: number
}

/** What the server sent in each call of each run, which all have as many. */
function servedOf(): Used[][] {
  const perRun = server.log.length / runs
  return Array.from({ length: runs }, (_, run) =>
    server.log.slice(run * perRun, (run + 1) * perRun).map(({ usage }) => {
      if (usage === undefined) throw new Error('expected usage')
      return usage
    }),
  )
}

/** Mean over the runs of what `read` says of the calls of one. */
function meanOf(read: (calls: readonly Used[]) => number): number {
  return servedOf().reduce((sum, calls) => sum + read(calls), 0) / runs
}

function allOf({ summary }: ExecutionRecord) {
  if (summary.tokens === undefined) throw new Error('expected tokens')
  return summary.tokens.all
}

test('a model that asks for the same tool call over and over is told, and all but its first step is waste', async () => {
  const client = clientWith()
  const steps = 5
  const record = await measure({ name: 'loop', runs, warmup: 0, prices }, async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: endlessGoal }]
    for (let step = 0; step < steps; step++) {
      const { choices } = await client.chat.completions.create({ model: 'gpt-5-mini', messages, tools: chatTools })
      const message = choices[0]?.message
      const [call] = message?.tool_calls ?? []
      if (message === undefined || call?.type !== 'function') throw new Error('expected a tool call')
      const { name, arguments: input } = call.function
      messages.push(message, {
        role: 'tool',
        tool_call_id: call.id,
        content: JSON.stringify(callTool(name, JSON.parse(input))),
      })
    }
  })
  expect(server.log).toHaveLength(runs * steps)
  const repeatedTokens = meanOf(([, ...again]) =>
    again.reduce((sum, one) => sum + one.inputTokens + one.outputTokens, 0),
  )
  expect(allOf(record).mean).toMatchObject({
    repeatedTokens,
    resentTokens: 0,
    failedTokens: 0,
    wastedTokens: repeatedTokens,
  })
  expect(record.summary.metrics.wastedTokens?.mean).toBe(repeatedTokens)
  const [warning] = record.verdict.warnings.filter(({ code }) => code === 'repeatedToolCalls')
  expect(warning?.message).toContain(`"check" ${runs * (steps - 1)} times in ${runs} runs of ${runs}`)
})

test('a conversation wastes what it sends again and no cache has, by the log of the server', async () => {
  const client = clientWith()
  const record = await measure({ name: 'uncached', runs, warmup: 0, prices }, () =>
    reachGoal(client, 'Refund invoice 17'),
  )
  const { mean, tokenEfficiencyRatio, cacheHitRatio } = allOf(record)
  const resentTokens = meanOf((calls) => calls.slice(0, -1).reduce((sum, one) => sum + one.inputTokens, 0))
  // Every prompt of the refund is long enough to be cached.
  expect(
    Math.min(
      ...servedOf()
        .flat()
        .map(({ inputTokens }) => inputTokens),
    ),
  ).toBeGreaterThan(1024)
  const total = meanOf((calls) => calls.reduce((sum, one) => sum + one.inputTokens + one.outputTokens, 0))
  expect(mean).toMatchObject({ resentTokens, wastedTokens: resentTokens, cachedTokens: 0 })
  expect(tokenEfficiencyRatio).toBeCloseTo(1 - resentTokens / total, 12)
  expect(cacheHitRatio).toBe(0)
  expect(record.verdict.warnings.map(({ code }) => code)).not.toContain('repeatedToolCalls')
  expect(record.summary.tokens?.steps.map(({ name, modelCalls }) => [name, modelCalls])).toEqual(
    servedOf()[0]?.map((_, step) => [`step ${step + 1}`, runs]),
  )
})

test('what a cache has is no waste, and the share of it is that of the server', async () => {
  const client = clientWith('cache=1024')
  const record = await measure({ name: 'cached', runs, warmup: 0, prices }, () =>
    reachGoal(client, 'Refund invoice 17'),
  )
  const { mean, cacheHitRatio } = allOf(record)
  const calls = servedOf().flat()
  const sum = (field: keyof Used) => calls.reduce((total, one) => total + one[field], 0)
  expect(sum('cachedTokens')).toBeGreaterThan(1024)
  expect(cacheHitRatio).toBeCloseTo(sum('cachedTokens') / sum('inputTokens'), 12)
  // The server's cache ends with the last token that two prompts share, which may lie in the middle of a message.
  expect(mean.wastedTokens).toBeLessThan(20)
})

test('no text of a prompt, an answer or an argument is in the record', async () => {
  const client = clientWith()
  const secret = 'run-7f3a9c'
  const record = await measure({ name: 'private', runs, warmup: 0, prices }, () =>
    reachGoal(client, `Note for ${secret}. What is (17 + 26) * 41?`),
  )
  expect(record.summary.metrics.toolCalls?.mean).toBe(1)
  const text = JSON.stringify(record)
  expect(text).toContain('"calculator"')
  for (const one of [secret, '17 + 26', '1763']) expect(text).not.toContain(one)
})
