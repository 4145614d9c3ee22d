import { AsyncResource } from 'node:async_hooks'
import Bottleneck from 'bottleneck'
import OpenAI from 'openai'
import pLimit from 'p-limit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { scenarioSetting } from './scenario-setting.ts'

let server: ModelServer
let client: OpenAI

beforeAll(async () => {
  server = await startModelServer({ timing: { ttftMs: 2 } })
  client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl })
})
beforeEach(() => server.reset())
afterAll(() => server.close())

const ask = (question: string) =>
  client.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: question }] })

/** 20 runs of three calls each, all through `queue`, which was made outside of them. */
function measured(queue: (task: () => Promise<unknown>) => Promise<unknown>, concurrency = 4): Promise<ScenarioResult> {
  const agent = async () => {
    for (const question of ['What is 5 + 3?', 'What is 2 + 2?', 'What is 1 + 1?']) await queue(() => ask(question))
  }
  return runScenario(scenarioSetting(wallClock, agent, { options: { runs: 20, warmup: 0, concurrency } }))
}

/** What the same agent comes to over `path`, through a queue that loses the scope. */
function throughPath(path: string, concurrency: number): Promise<ScenarioResult> {
  const limiter = new Bottleneck({ maxConcurrent: 2 })
  const post = async () => {
    const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'What is 5 + 3?' }] })
    const response = await fetch(server.url + path, { method: 'POST', body })
    return response.text()
  }
  const agent = async () => {
    for (let call = 0; call < 3; call++) await limiter.schedule(post)
  }
  return runScenario(scenarioSetting(wallClock, agent, { options: { runs: 20, warmup: 0, concurrency } }))
}

const warned = ({ verdict }: ScenarioResult) => verdict.warnings.map(({ code }) => code)

describe('a queue that loses the scope of its tasks', () => {
  test('leaves the calls of every run unknown, and the report says why', async () => {
    const limiter = new Bottleneck({ maxConcurrent: 2 })
    const result = await measured((task) => limiter.schedule(task))
    expect(warned(result)).toContain('unattributed')
    const { metrics } = result.record.summary
    expect([metrics.totalTokens, metrics.steps, metrics.costUsd, metrics.modelTtftMs]).toEqual(Array(4).fill(undefined))
    expect(metrics.latencyMs?.n).toBe(20)
    expect(result.record.spentUsd).toBeUndefined()
    expect(result.record.traces).toBeUndefined()
  })

  test.each(['/api/chat', '/own/ask'])(
    'does so at %s, where only the body tells that it is a model call',
    async (path) => {
      const result = await throughPath(path, 4)
      expect(warned(result)).toContain('unattributed')
      expect(result.record.summary.metrics.modelCalls).toBeUndefined()
    },
  )

  test('is no matter where the task names its run', async () => {
    const limiter = new Bottleneck({ maxConcurrent: 2 })
    const agent: Agent = async (run) => {
      for (let call = 0; call < 3; call++) await limiter.schedule(() => run.phase('ask', () => ask('What is 5 + 3?')))
    }
    const options = { runs: 20, warmup: 0, concurrency: 4 }
    const result = await runScenario(scenarioSetting(wallClock, agent, { options }))
    expect(warned(result)).toEqual([])
    expect(result.record.summary.metrics.steps).toMatchObject({ n: 20, min: 3, max: 3 })
    expect(result.record.summary.phases).toMatchObject([{ name: 'ask', count: 60 }])
  })

  test('is harmless while one run is on at a time', async () => {
    const limiter = new Bottleneck({ maxConcurrent: 2 })
    const result = await measured((task) => limiter.schedule(task), 1)
    expect(warned(result)).toEqual([])
    expect(result.record.summary.metrics.steps).toMatchObject({ n: 20, min: 3, max: 3 })
  })

  test('keeps it when its tasks are bound', async () => {
    const limiter = new Bottleneck({ maxConcurrent: 2 })
    const result = await measured((task) => limiter.schedule(AsyncResource.bind(task)))
    expect(warned(result)).toEqual([])
    expect(result.record.summary.metrics.steps).toMatchObject({ n: 20, min: 3, max: 3 })
  })
})

test('a queue that keeps the scope of its tasks needs nothing', async () => {
  const limit = pLimit(2)
  const result = await measured((task) => limit(task))
  expect(warned(result)).toEqual([])
  expect(result.record.summary.metrics.steps).toMatchObject({ n: 20, min: 3, max: 3 })
})

test('a cap that calls of nobody could break is not kept, and the scenario fails', async () => {
  const limiter = new Bottleneck({ maxConcurrent: 2 })
  const agent: Agent = async () => {
    for (let call = 0; call < 3; call++) await limiter.schedule(() => ask('What is 5 + 3?'))
  }
  const options = { runs: 20, warmup: 0, concurrency: 4, spendUsd: 100 }
  const result = await runScenario(scenarioSetting(wallClock, agent, { options }))
  expect(result.verdict.checks.find(({ code }) => code === 'spend')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('the cap of $100.00 cannot be kept'),
  })
  expect(result.samples.length).toBeLessThan(20)
})

describe('what is no sign of a mixed-up queue', () => {
  test('is the sibling of a call that made its agent throw', async () => {
    const failing = await startModelServer({ script: [{ status: 429, retryAfterMs: 5, prompt: 'sibling' }] })
    const own = new OpenAI({ apiKey: 'any', baseURL: failing.baseUrl })
    const say = (content: string) =>
      own.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content }] })
    const agent: Agent = async ({ index }) => {
      if (index > 0) return say('What is 5 + 3?')
      return Promise.all([say('sibling'), Promise.reject(new Error('broken'))])
    }
    const options = { runs: 20, warmup: 0, concurrency: 2 }
    const result = await runScenario(scenarioSetting(wallClock, agent, { options }))
    await failing.close()
    expect(warned(result)).toEqual([])
    expect(result.record.summary.metrics.steps).toMatchObject({ n: 19, min: 1, max: 1 })
  })

  test('is what an earlier scenario left behind', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const leaving: Agent = () => void promise.then(() => ask('late'))
    const first = runScenario(scenarioSetting(wallClock, leaving, { options: { runs: 1, warmup: 0 } }))
    await first
    const agent: Agent = async ({ index }) => {
      if (index === 0) resolve()
      await ask('What is 5 + 3?')
    }
    const options = { runs: 6, warmup: 0, concurrency: 2 }
    const result = await runScenario(scenarioSetting(wallClock, agent, { options }))
    expect(warned(result)).toEqual([])
    expect(result.record.summary.metrics.steps).toMatchObject({ n: 6 })
  })
})

test('a check that cannot ask its model says nothing about the agent', async () => {
  const refusing = await startModelServer({ apiKey: 'right' })
  const judge = new OpenAI({ apiKey: 'wrong', baseURL: refusing.baseUrl, maxRetries: 0 })
  const check = () =>
    judge.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'good?' }] })
  const options = { runs: 5, warmup: 0 }
  const result = await runScenario(scenarioSetting(wallClock, () => 'done', { options, check }))
  await refusing.close()
  expect(result.record.summary.outcomes).toMatchObject({ infrastructure: 1, wrong: 0 })
  expect(result.verdict.checks[0]).toMatchObject({ code: 'provider', message: expect.stringContaining('answered 401') })
})

test('a stream that the network cut leaves its run’s cost unknown, and ends nothing', async () => {
  const cutting = await startModelServer({ script: [{ kind: 'cut', prompt: 'cut me' }] })
  const own = new OpenAI({ apiKey: 'any', baseURL: cutting.baseUrl, maxRetries: 0 })
  const agent: Agent = async ({ index }) => {
    const content = index === 1 ? 'cut me' : 'What is 5 + 3?'
    const stream = await own.chat.completions.create({
      model: 'gpt-5-mini',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content }],
    })
    for await (const _ of stream);
  }
  const options = { runs: 10, warmup: 0, spendUsd: 100 }
  const result = await runScenario(scenarioSetting(wallClock, agent, { options }))
  await cutting.close()
  expect(result.samples.length).toBe(10)
  expect(result.verdict.checks.map(({ code }) => code)).not.toContain('spend')
  expect(result.record.spentUsd).toBeUndefined()
})

describe('calls beside the agent', () => {
  const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 1e6, outputUsdPerMillionTokens: 0 } }
  const told = (result: ScenarioResult) => result.record.beside

  test('of hooks and check are spent, and not the agent’s', async () => {
    const hook = async () => void (await ask('What is 5 + 3?'))
    const setting = scenarioSetting(wallClock, () => 'done', {
      options: { runs: 2, warmup: 0 },
      setup: hook,
      teardown: hook,
      check: hook,
      prices,
    })
    const result = await runScenario(setting)
    const inputTokens = server.log.reduce((sum, call) => sum + (call.usage?.inputTokens ?? 0), 0)
    expect(told(result)).toMatchObject({ modelCalls: 6, inputTokens })
    expect(result.record.spentUsd).toBeCloseTo(inputTokens, 6)
    expect(result.record.summary.metrics.modelCalls).toBeUndefined()
    expect(warned(result)).toEqual(['noModelCalls'])
  })

  test('count toward the cap while they are on', async () => {
    const setting = scenarioSetting(wallClock, () => 'done', {
      options: { runs: 20, warmup: 0, concurrency: 4, spendUsd: 1 },
      check: async () => {
        await ask('What is 5 + 3?')
        await ask('What is 2 + 2?')
      },
      prices,
    })
    const result = await runScenario(setting)
    expect(result.samples.length).toBe(4)
    expect(result.verdict.checks.find(({ code }) => code === 'spend')?.message).toContain('Stopped after 4 of 20 runs')
  })

  test('that land in the scope of a check that is done are told', async () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 })
    const check = () => limiter.schedule(() => ask('What is 5 + 3?')).then(() => limiter.schedule(() => ask('2 + 2?')))
    const options = { runs: 12, warmup: 0, concurrency: 4 }
    const result = await runScenario(scenarioSetting(wallClock, () => 'done', { options, check }))
    expect(warned(result)).toContain('unattributed')
    expect(result.record.spentUsd).toBeUndefined()
  })
})

test('a stream that swallows a refusal is no answer, and stops the scenario', async () => {
  const refusing = await startModelServer({ apiKey: 'right' })
  try {
    const agent: Agent = async function* () {
      const response = await fetch(`${refusing.baseUrl}/chat/completions`, {
        method: 'POST',
        body: '{"model":"gpt-5-mini","messages":[{"role":"user","content":"What is 5 + 3?"}]}',
      })
      await response.text()
      // As streams of the AI SDK do: they end, and say nothing.
      if (response.ok) yield 'answer'
    }
    const result = await runScenario(scenarioSetting(wallClock, agent, { options: { runs: 5, warmup: 0 } }))
    expect(result.samples.length).toBe(1)
    expect(result.verdict.checks[0]).toMatchObject({
      code: 'provider',
      message: expect.stringContaining('answered 401'),
    })
  } finally {
    await refusing.close()
  }
})
