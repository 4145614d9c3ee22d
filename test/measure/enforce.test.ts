import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { reachGoal } from '../../fixtures/agents/reach-goal.ts'
import { endlessGoal } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, type ModelServerOptions, startModelServer } from '../../fixtures/model-server/server.ts'
import { observe } from '../../src/capture/observe.ts'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import { formatValue } from '../../src/domain/format.ts'
import type { Limits } from '../../src/domain/limit.ts'
import { metrics } from '../../src/domain/metric.ts'
import type { Agent, ReportedUsage, Run } from '../../src/domain/scenario.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import { virtualClock } from '../virtual-clock.ts'
import { runSetting } from './run-setting.ts'

const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } }
const one = { name: 'case', input: undefined }
// Four steps, of which the first three ask for a tool.
const goal = 'Calculate 15% of 360, multiply by 2, then subtract 50'

let server: ModelServer
let client: OpenAI
let stop: () => void

beforeAll(async () => {
  server = await startModelServer()
  client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl })
  stop = observe()
})
afterEach(() => server.reset())
afterAll(async () => {
  stop()
  await server.close()
})

function measured(limits: Limits, agent: Agent): Promise<RunMeasurement> {
  const setting = runSetting(wallClock, agent, { limits: { latencyMs: 5_000, ...limits }, prices })
  return measureRun(setting, one, 0).finally(setting.inFlight.close)
}

const reaching =
  (wanted: string, streamed = false): Agent =>
  ({ signal }) =>
    reachGoal(client, wanted, { signal, streamed })

/** What the server sent in the first `steps` steps towards `goal`. */
async function truthOf(
  steps: number,
): Promise<{ inputTokens: number; outputTokens: number; toolCalls: number; costUsd: number }> {
  await reachGoal(client, goal)
  const calls = server.log.slice(0, steps)
  const sum = (of: (call: (typeof calls)[number]) => number) => calls.reduce((total, call) => total + of(call), 0)
  const inputTokens = sum((call) => call.usage?.inputTokens ?? 0)
  const outputTokens = sum((call) => call.usage?.outputTokens ?? 0)
  server.reset()
  return {
    inputTokens,
    outputTokens,
    toolCalls: sum((call) => call.toolCalls.length),
    costUsd: (inputTokens * 0.25 + outputTokens * 2) / 1e6,
  }
}

describe.each([
  ['plain', false],
  ['streamed', true],
])('an agent whose answers are %s', (_, streamed) => {
  test.each(['steps', 'modelCalls'] as const)('is stopped when it starts more %s than its limit', async (name) => {
    const run = await measured({ [name]: 3 }, reaching(endlessGoal, streamed))
    expect(run.outcome).toBe('limit')
    expect(run.problem?.message).toMatch(/^(steps|model calls) reached 4, over its limit of 3$/)
    expect(run.values).toMatchObject({ modelCalls: 4, steps: 3 })
    expect(run.abandoned).toBe(false)
  })

  test.each(['toolCalls', 'inputTokens', 'outputTokens', 'costUsd'] as const)(
    'is stopped by %s as soon as an answer passes its limit',
    async (name) => {
      const limit = (await truthOf(2))[name]
      const run = await measured({ [name]: limit }, reaching(goal, streamed))
      expect(run.outcome).toBe('limit')
      const { label, unit } = metrics[name]
      const reached = (await truthOf(3))[name]
      expect(run.problem?.message).toBe(
        `${label} reached ${formatValue(unit, reached)}, over its limit of ${formatValue(unit, limit)}`,
      )
      expect(run.values.steps).toBe(3)
      expect(run.values[name]).toBeCloseTo(reached, 12)
    },
  )

  test('is stopped by input and output tokens together', async () => {
    const { inputTokens, outputTokens } = await truthOf(1)
    const run = await measured({ totalTokens: inputTokens + outputTokens }, reaching(goal, streamed))
    expect(run.outcome).toBe('limit')
    expect(run.problem?.message).toMatch(/tokens reached [\d,]+ tokens, over its limit of [\d,]+ tokens$/)
    expect(run.values.steps).toBe(2)
  })

  test('is left alone by limits that it reaches and does not pass', async () => {
    const { inputTokens, outputTokens, toolCalls, costUsd } = await truthOf(4)
    const limits = { steps: 4, modelCalls: 4, toolCalls, inputTokens, outputTokens, costUsd }
    const run = await measured({ ...limits, totalTokens: inputTokens + outputTokens }, reaching(goal, streamed))
    expect(run).toMatchObject({ outcome: 'ok', output: expect.stringContaining('58'), values: limits })
  })
})

test('a stopped agent’s request is aborted on the wire', async () => {
  const headers = { 'x-model-server': 'ttft=1000' }
  const held = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, defaultHeaders: headers })
  const agent: Agent = async ({ signal, usage }) => {
    usage({ outputTokens: 60 })
    setTimeout(() => usage({ outputTokens: 60 }), 20)
    await reachGoal(held, goal, { signal })
  }
  const run = await measured({ outputTokens: 100 }, agent)
  expect(run).toMatchObject({ outcome: 'limit', abandoned: false })
  expect(run.endedMs - run.startedMs).toBeLessThan(500)
  await expect.poll(() => server.log.map((call) => call.end)).toEqual(['aborted'])
})

test('a call that failed and was repeated is a model call and no step', async () => {
  await withServer({ script: [{ status: 503, times: 2, retryAfterMs: 1 }] }, async (retrying) => {
    const agent: Agent = ({ signal }) => reachGoal(retrying, 'What weekday is 2026-11-20?', { signal })
    expect(await measured({ steps: 2 }, agent)).toMatchObject({ outcome: 'ok', values: { steps: 2, modelCalls: 4 } })
  })
  await withServer({ script: [{ status: 503, times: 2, retryAfterMs: 1 }] }, async (retrying) => {
    const agent: Agent = ({ signal }) => reachGoal(retrying, 'What weekday is 2026-11-20?', { signal })
    expect(await measured({ modelCalls: 3 }, agent)).toMatchObject({
      outcome: 'limit',
      problem: { message: 'model calls reached 4, over its limit of 3' },
    })
  })
})

test('a stream that the agent broke off is a step all the same', async () => {
  const headers = { 'x-model-server': 'gap=5,words=30' }
  const slow = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, defaultHeaders: headers })
  const endless: Agent = async ({ signal }) => {
    for (let step = 0; step < 20; step++) {
      const messages = [{ role: 'user' as const, content: 'What is 5 + 3?' }]
      const stream = await slow.chat.completions.create({ model: 'gpt-5', messages, stream: true }, { signal })
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
    }
  }
  expect(await measured({ steps: 3 }, endless)).toMatchObject({ outcome: 'limit', values: { modelCalls: 4, steps: 3 } })
})

test('calls whose price nobody knows pass no limit on cost', async () => {
  const agent: Agent = async ({ signal }) => {
    for (let step = 0; step < 3; step++) {
      const messages = [{ role: 'user' as const, content: 'What is 5 + 3?' }]
      for await (const _ of await client.chat.completions.create(
        { model: 'no-price', messages, stream: true },
        { signal },
      ));
    }
    await reachGoal(client, 'What is 5 + 3?', { signal, model: 'no-price' })
  }
  expect(await measured({ costUsd: 1e-9 }, agent)).toMatchObject({ outcome: 'ok', values: { steps: 5 } })
})

describe('what is reported by hand', () => {
  const reporting =
    (used: ReportedUsage): ((run: Run) => Promise<void>) =>
    async (run) => {
      const { clock } = run as unknown as { clock: ReturnType<typeof virtualClock> }
      for (let step = 0; step < 10; step++) {
        await sleep(clock, 10)
        run.usage(used)
      }
    }

  test.each<[Limits, ReportedUsage, number]>([
    [{ steps: 3 }, {}, 40],
    [{ steps: 3 }, { modelCalls: 2 }, 20],
    [{ modelCalls: 3 }, {}, 40],
    [{ toolCalls: 5 }, { toolCalls: 2 }, 30],
    [{ inputTokens: 100 }, { inputTokens: 60 }, 20],
    [{ outputTokens: 100 }, { outputTokens: 50 }, 30],
    [{ totalTokens: 100 }, { inputTokens: 20, outputTokens: 6 }, 40],
    [{ costUsd: 0.01 }, { costUsd: 0.004 }, 30],
    [{ costUsd: 0.3 }, { costUsd: 0.1 }, 40],
    [{ costUsd: 0.01 }, { model: 'gpt-5-mini', inputTokens: 4_000, outputTokens: 2_000 }, 30],
  ])('passes %o by %o at its own instant', async (limits, used, endedMs) => {
    const clock = virtualClock()
    const setting = runSetting(clock, reporting(used), { limits, prices })
    const run = await clock.run(() => measureRun(setting, one, 0))
    expect(run).toMatchObject({ outcome: 'limit', startedMs: 0, endedMs })
  })

  test('passes no limit that it does not know', async () => {
    const clock = virtualClock()
    const limits = { inputTokens: 1, outputTokens: 1, totalTokens: 1, toolCalls: 1, costUsd: 1e-9 }
    const setting = runSetting(clock, reporting({ model: 'no-price', inputTokens: 0.1 }), { limits, prices })
    const run = await clock.run(() => measureRun(setting, one, 0))
    expect(run).toMatchObject({ outcome: 'ok', endedMs: 100 })
  })
})

async function withServer(options: ModelServerOptions, work: (client: OpenAI) => Promise<void>): Promise<void> {
  const failing = await startModelServer(options)
  try {
    await work(new OpenAI({ apiKey: 'any', baseURL: failing.baseUrl, maxRetries: 4 }))
  } finally {
    await failing.close()
  }
}
