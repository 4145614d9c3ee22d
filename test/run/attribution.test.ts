import { AsyncResource } from 'node:async_hooks'
import Bottleneck from 'bottleneck'
import OpenAI from 'openai'
import pLimit from 'p-limit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { wallClock } from '../../src/domain/clock.ts'
import { runScenario, type ScenarioResult } from '../../src/run/scenario.ts'
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
