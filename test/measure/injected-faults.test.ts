import http from 'node:http'
import type { AddressInfo } from 'node:net'
import axios from 'axios'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { injectFaults } from '../../src/capture/intercept/faults.ts'
import { observe } from '../../src/capture/observe.ts'
import { wallClock } from '../../src/domain/clock.ts'
import { type Fault, type FaultEffect, noFaults } from '../../src/domain/fault.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { failureOf } from '../../src/measure/outcome.ts'
import { measureRun } from '../../src/measure/run.ts'
import type { RunSetting } from '../../src/measure/setting.ts'
import { virtualClock } from '../virtual-clock.ts'
import { runSetting } from './run-setting.ts'

const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 1, outputUsdPerMillionTokens: 1 } }
const question = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'What is 5 + 3?' }] }

let server: ModelServer
let stop: () => void
beforeAll(async () => {
  server = await startModelServer()
  stop = observe()
})
afterAll(async () => {
  stop()
  await server.close()
})

/** Runs, one after the other, of an agent that asks once and tries again so often. */
async function runsWith(
  plan: readonly Fault[],
  {
    maxRetries = 0,
    runs = 1,
    seed = 1,
    ...more
  }: { maxRetries?: number; runs?: number; seed?: number } & Partial<RunSetting> = {},
): Promise<{ runs: RunMeasurement[]; injected: Record<string, number>; calls: number }> {
  const client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, maxRetries })
  const agent = async () => (await client.chat.completions.create(question)).choices[0]?.message.content
  const setting = runSetting(wallClock, agent, { prices, ...more })
  const faults = await injectFaults(plan, seed)
  const measured: RunMeasurement[] = []
  for (let index = 0; index < runs; index++) measured.push(await measureRun(setting, { name: 'case', input: 1 }, index))
  await faults.stop()
  setting.inFlight.close()
  return { runs: measured, injected: faults.injected(), calls: faults.calls() }
}

describe('a run that an injected fault broke', () => {
  test.for<[FaultEffect, string]>([
    [{ kind: 'rateLimit' }, 'rateLimit'],
    [{ kind: 'serverError', status: 503 }, 'provider'],
    [{ kind: 'connectionRefused' }, 'connection'],
    [{ kind: 'connectionReset' }, 'connection'],
    [{ kind: 'cutStream' }, 'connection'],
    [{ kind: 'malformedChunk' }, 'agent'],
    [{ kind: 'truncatedJson' }, 'agent'],
  ])('is an error of the agent: %j', async ([effect, errorClass]) => {
    const { runs, injected, calls } = await runsWith([{ ...effect, calls: [0] }], { runs: 2 })
    expect(runs[0]).toMatchObject({ outcome: 'error', problem: { class: errorClass }, refused: undefined })
    expect(runs[0]?.calls.map((call) => call.injected)).toEqual([effect.kind])
    expect(runs[1]).toMatchObject({ outcome: 'ok' })
    expect(runs[1]?.calls.map((call) => call.injected)).toEqual([undefined])
    expect(injected).toEqual({ ...noFaults(), [effect.kind]: 1 })
    expect(calls).toBe(2)
  })

  test.for<FaultEffect>([
    { kind: 'rateLimit' },
    { kind: 'serverError', status: 500 },
    { kind: 'connectionRefused' },
    { kind: 'connectionReset' },
  ])('costs nothing when its request never left: %j', async (effect) => {
    const { runs } = await runsWith([{ ...effect, calls: [0] }])
    expect(runs[0]).toMatchObject({ spentUsd: 0, untold: 0, values: { costUsd: 0 } })
  })

  test('costs nobody knows what when its answer was cut', async () => {
    const { runs } = await runsWith([{ kind: 'cutStream', calls: [0] }])
    expect(runs[0]).toMatchObject({ untold: 1, values: { costUsd: undefined } })
  })
})

test.for<FaultEffect>([
  { kind: 'rateLimit', retryAfterMs: 4 },
  { kind: 'serverError', status: 529, retryAfterMs: 4 },
])('a run whose client tried again is ok, and its waiting is told: %j', async (effect) => {
  const { runs, injected } = await runsWith([{ ...effect, calls: [0, 1] }], { maxRetries: 2 })
  expect(runs[0]).toMatchObject({ outcome: 'ok', problem: undefined, values: { modelCalls: 3, steps: 1, retries: 2 } })
  expect(runs[0]?.calls.map(({ retryOf }) => retryOf)).toEqual([undefined, 0, 1])
  expect(runs[0]?.calls[0]?.retryAfterMs).toBe(4)
  expect(runs[0]?.values.waitingMs).toBeGreaterThan(6)
  expect(runs[0]?.values.costUsd).toBeGreaterThan(0)
  expect(injected[effect.kind]).toBe(2)
})

test('checks and hooks meet no fault', async () => {
  const ask = () =>
    new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, maxRetries: 0 }).chat.completions.create(question)
  const check = async () => void (await ask())
  const { runs, calls } = await runsWith([{ kind: 'rateLimit', calls: [1, 2, 3] }], {
    setup: ask,
    check,
    teardown: check,
  })
  expect(runs[0]).toMatchObject({ outcome: 'ok', beside: { modelCalls: 3 } })
  expect(calls).toBe(1)
})

test('the same seed gives the same faults', async () => {
  const plan: Fault[] = [{ kind: 'rateLimit', rate: 0.5 }]
  const struck = async (seed: number) =>
    (await runsWith(plan, { runs: 16, seed })).runs.map(({ calls }) => calls[0]?.injected !== undefined)
  const first = await struck(3)
  expect(await struck(3)).toEqual(first)
  expect(await struck(4)).not.toEqual(first)
  expect(new Set(first).size).toBe(2)
})

describe.each<[string, () => (signal: AbortSignal) => Promise<unknown>]>([
  [
    'fetch',
    () => {
      const client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, maxRetries: 20 })
      return (signal) => client.chat.completions.create(question, { signal })
    },
  ],
  [
    'node:http, of few connections',
    () => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 3 })
      const headers = { 'content-type': 'application/json' }
      const ask = (signal: AbortSignal): Promise<unknown> =>
        axios
          .post(`${server.baseUrl}/chat/completions`, question, { headers, signal, httpAgent: agent })
          .catch((error: unknown) => (signal.aborted ? Promise.reject(error) : ask(signal)))
      return ask
    },
  ],
])('many runs at once over %s', (_, make) => {
  test('end well, and every fault that was injected is in the record of the call that met it', async () => {
    const plan: Fault[] = [
      { kind: 'rateLimit', retryAfterMs: 1, rate: 0.15 },
      { kind: 'serverError', status: 502, retryAfterMs: 1, rate: 0.15 },
      { kind: 'truncatedJson', calls: [7] },
      { kind: 'slowFirstToken', delayMs: 3, burst: { everyCalls: 6, calls: 1 } },
    ]
    server.reset()
    const ask = make()
    const setting = runSetting(wallClock, ({ signal }) => ask(signal))
    const faults = await injectFaults(plan, 5)
    const runs = await Promise.all(
      Array.from({ length: 40 }, (_, index) => measureRun(setting, { name: 'case', input: 1 }, index)),
    )
    await faults.stop()
    setting.inFlight.close()
    const calls = runs.flatMap((run) => run.calls)
    const marked = noFaults()
    for (const { injected } of calls) if (injected !== undefined) marked[injected] += 1
    expect(marked).toEqual(faults.injected())
    expect(calls).toHaveLength(faults.calls())
    expect(server.log).toHaveLength(calls.length - marked.rateLimit - marked.serverError)
    expect(calls.length).toBeGreaterThan(45)
    expect(runs.filter(({ outcome }) => outcome === 'ok').length).toBeGreaterThanOrEqual(39)
  })
})

test('calls that no fault can meet are counted', async () => {
  const sockets = new WebSocketServer({ port: 0 })
  const { port } = sockets.address() as AddressInfo
  const setting = runSetting(wallClock, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/realtime?model=gpt-realtime`)
    await new Promise((resolve) => {
      socket.onopen = resolve
    })
    socket.close()
    await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(question) })
  })
  const faults = await injectFaults([{ kind: 'rateLimit', rate: 1 }], 1)
  const run = await measureRun(setting, { name: 'case', input: 1 }, 0)
  await faults.stop()
  setting.inFlight.close()
  sockets.close()
  expect(run.calls.map(({ api, injected }) => [api, injected])).toEqual([
    ['realtime', undefined],
    ['chat', 'rateLimit'],
  ])
  expect([faults.calls(), faults.past()]).toEqual([1, 1])
})

test('a schedule is on the clock that it is given', async () => {
  const clock = virtualClock()
  clock.block(500)
  const faults = await injectFaults([{ kind: 'rateLimit', schedule: [{ fromMs: 100, toMs: 200 }] }], 1, clock)
  const setting = runSetting(wallClock, async () => {
    const response = await fetch(`${server.baseUrl}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(question),
    })
    return response.status
  })
  const statuses: unknown[] = []
  for (const passMs of [99, 1, 99, 1]) {
    clock.block(passMs)
    statuses.push((await measureRun(setting, { name: 'case', input: 1 }, 0)).output)
  }
  await faults.stop()
  setting.inFlight.close()
  expect(statuses).toEqual([200, 429, 429, 200])
})

describe('failureOf', () => {
  const call = (more: Partial<ModelCall>): ModelCall => ({
    provider: 'openai',
    api: 'chat',
    url: 'http://127.0.0.1/v1/chat/completions',
    streamed: false,
    startedAtMs: 0,
    reasoningStreamed: false,
    ...more,
  })
  const lost = { class: 'connection' as const, message: 'read ECONNRESET' }
  const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const injected = call({ failure: lost, injected: 'connectionReset' })

  test.for<[string, ModelCall[], string]>([
    ['the injected fault', [injected], 'error'],
    ['a real loss', [call({ failure: lost })], 'infrastructure'],
    ['a real loss after an injected one', [injected, call({ failure: lost, retryOf: 0 })], 'infrastructure'],
    ['an injected loss after a real one', [call({ failure: lost }), { ...injected, retryOf: 0 }], 'error'],
    [
      'what is none of the model’s, after an injected one was overcome',
      [injected, call({ retryOf: 0 })],
      'infrastructure',
    ],
  ])('%s', ([, calls, outcome]) => {
    expect(failureOf(error, calls).outcome).toBe(outcome)
  })

  test('a key that is wrong is found among injected faults', () => {
    const refused = call({ status: 401, failure: { class: 'provider', message: 'no key' } })
    const ended = failureOf(new Error('no key'), [injected, refused])
    expect(ended.refused).toEqual({ status: 401, url: refused.url })
  })
})
