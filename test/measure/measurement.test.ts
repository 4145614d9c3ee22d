import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { reachGoal } from '../../fixtures/agents/reach-goal.ts'
import { type ModelServer, type ScriptedFailure, startModelServer } from '../../fixtures/model-server/server.ts'
import { observe } from '../../src/capture/observe.ts'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import type { Agent } from '../../src/domain/scenario.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import type { RunSetting } from '../../src/measure/setting.ts'
import { virtualClock } from '../virtual-clock.ts'
import { runSetting } from './run-setting.ts'

const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } }
const one = { name: 'case', input: undefined }
const messages = [{ role: 'user' as const, content: 'What is 5 + 3?' }]
const question = { model: 'gpt-5-mini', messages }
const knobs = (text: string) => ({ headers: { 'x-model-server': text } })

let server: ModelServer
let client: OpenAI
let stop: () => void

beforeAll(async () => {
  server = await startModelServer()
  client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, maxRetries: 0 })
  stop = observe()
})
afterEach(() => server.reset())
afterAll(async () => {
  stop()
  await server.close()
})

type Changes = Parameters<typeof runSetting>[2]

async function measured(agent: Agent, changes: Changes = {}): Promise<RunMeasurement> {
  const setting: RunSetting = runSetting(wallClock, agent, { prices, ...changes })
  try {
    return await measureRun(setting, one, 0)
  } finally {
    setting.inFlight.close()
  }
}

/** What an agent that asks `baseURL`'s model once comes to. */
function asking(baseURL: string, maxRetries = 0): Promise<RunMeasurement> {
  const asked = new OpenAI({ apiKey: 'any', baseURL, maxRetries })
  return measured(({ signal }) => asked.chat.completions.create(question, { signal }))
}

async function withFailures<Result>(
  script: ScriptedFailure[],
  work: (baseUrl: string, log: ModelServer['log']) => Promise<Result>,
): Promise<Result> {
  const failing = await startModelServer({ script })
  try {
    return await work(failing.baseUrl, failing.log)
  } finally {
    await failing.close()
  }
}

function unread(prompt: string) {
  return streamText({ model: createOpenAI({ apiKey: 'any', baseURL: server.baseUrl }).chat('gpt-5-mini'), prompt })
}

async function closedPort(): Promise<string> {
  const gone = await startModelServer()
  await gone.close()
  return gone.baseUrl
}

describe('the outcome of a run', () => {
  test('is ok when the agent answers', async () => {
    expect(await measured(() => 'done')).toMatchObject({ outcome: 'ok', output: 'done' })
  })

  test.each<[string, Agent]>([
    [
      'throws at once',
      () => {
        throw new RangeError('no such invoice')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('no such invoice'))],
    [
      'breaks in its stream',
      async function* () {
        yield 'half'
        throw new RangeError('no such invoice')
      },
    ],
  ])('is an error of the agent when it %s', async (_, agent) => {
    const run = await measured(agent)
    expect(run).toMatchObject({ outcome: 'error', problem: { class: 'agent', message: 'no such invoice' } })
    expect(run.refused).toBeUndefined()
  })

  test.each([['text'], [undefined], [{ code: 7 }]])('is an error whatever was thrown: %o', async (thrown) => {
    const run = await measured(() => Promise.reject(thrown))
    expect(run).toMatchObject({ outcome: 'error', problem: { class: 'agent', message: String(thrown) } })
    expect(run.thrown).toEqual({ error: thrown })
  })

  test('is infrastructure when the connection is refused', async () => {
    const run = await asking(await closedPort(), 1)
    expect(run).toMatchObject({ outcome: 'infrastructure', problem: { class: 'connection' } })
    expect(run.values).toMatchObject({ modelCalls: 2, steps: 0 })
  })

  test('names what caused the failure', async () => {
    expect((await asking(await closedPort())).problem?.message).toMatch(/^Connection error\. \(.*ECONNREFUSED.*\)$/)
  })

  test.each([
    ['is an error when the agent returns an answer of the AI SDK that nobody has begun to read', 'error', unread],
    ['is ok when it returns the answer’s stream', 'ok', (prompt: string) => unread(prompt).textStream],
  ] as const)('%s', async (_, outcome, agent) => {
    const run = await measured(() => agent('What is 5 + 3?'))
    expect(run.outcome).toBe(outcome)
    expect(run.problem?.message).toBe(
      outcome === 'ok'
        ? undefined
        : 'The agent returned an answer that it had not begun to read. Return its stream: `result.textStream`.',
    )
  })

  test('is infrastructure when the name of the server is unknown', async () => {
    const run = await asking('http://nowhere.invalid/v1')
    expect(run).toMatchObject({ outcome: 'infrastructure', problem: { class: 'connection' } })
  })

  test.each<[string, ScriptedFailure]>([
    ['reset', { kind: 'reset' }],
    ['cut in the middle of the answer', { kind: 'cut', afterTokens: 1 }],
  ])('is infrastructure when the connection is %s', async (_, failure) => {
    const run = await withFailures([failure], (url) => asking(url))
    expect(run).toMatchObject({ outcome: 'infrastructure', problem: { class: 'connection' } })
    expect(run.values).toMatchObject({ modelCalls: 1, steps: 0 })
  })

  test('is infrastructure when a stream is cut', async () => {
    const run = await withFailures([{ kind: 'cut', afterTokens: 1 }], (baseURL) => {
      const asked = new OpenAI({ apiKey: 'any', baseURL, maxRetries: 0 })
      return measured(() => asked.chat.completions.create({ ...question, stream: true }))
    })
    expect(run).toMatchObject({ outcome: 'infrastructure', problem: { class: 'connection' } })
    expect(run.values).toMatchObject({ modelCalls: 1, steps: 0 })
    expect(run.firstTokenMs).toBeGreaterThan(run.startedMs)
  })

  test.each([
    [429, 'rateLimit'],
    [500, 'provider'],
    [503, 'provider'],
  ] as const)('is infrastructure when the provider answers %i however often it is asked', async (status, kind) => {
    const run = await withFailures([{ status, times: 9, retryAfterMs: 1 }], (url) => asking(url, 2))
    expect(run).toMatchObject({ outcome: 'infrastructure', problem: { class: kind } })
    expect(run.values).toMatchObject({ modelCalls: 3, steps: 0 })
    expect(run.refused).toBeUndefined()
  })

  test.each([400, 409, 422])(
    'is an error of the provider class when the request itself is wrong: %i',
    async (status) => {
      const run = await withFailures([{ status, times: 9, retryAfterMs: 1 }], (url) => asking(url))
      expect(run).toMatchObject({ outcome: 'error', problem: { class: 'provider' } })
      expect(run.refused).toBeUndefined()
    },
  )

  test.each([401, 403, 404])('is an error that names the provider’s refusal: %i', async (status) => {
    await withFailures([{ status, times: 9 }], async (url) => {
      const run = await asking(url, 2)
      expect(run).toMatchObject({ outcome: 'error', problem: { class: 'provider' } })
      expect(run.refused).toEqual({ status, url: `${url}/chat/completions` })
    })
  })

  test('is ok when the agent knows what to do about a refusal', async () => {
    const run = await withFailures([{ status: 401, times: 9 }], (baseURL) => {
      const asked = new OpenAI({ apiKey: 'any', baseURL, maxRetries: 0 })
      return measured(() => asked.chat.completions.create(question).catch(() => 'cannot say'))
    })
    expect(run).toMatchObject({ outcome: 'ok', output: 'cannot say', values: { modelCalls: 1, steps: 0 } })
    expect(run.refused).toBeUndefined()
  })

  test('is an error of class timeout when the agent’s own client gives up', async () => {
    const hasty = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl, maxRetries: 0, timeout: 20 })
    const run = await measured(() => hasty.chat.completions.create(question, knobs('ttft=5000')))
    expect(run).toMatchObject({ outcome: 'error', problem: { class: 'timeout' } })
  })

  test('is a timeout when the run passes its limit, and its request is aborted', async () => {
    const run = await measured(({ signal }) => client.chat.completions.create(question, { signal, ...knobs('hold') }), {
      limits: { latencyMs: 60 },
    })
    expect(run).toMatchObject({ outcome: 'timeout', abandoned: false, interrupted: false })
    expect(run.problem).toEqual({ class: 'timeout', message: 'latency passed its limit of 60 ms' })
    expect(run.endedMs - run.startedMs).toBeGreaterThanOrEqual(59)
    expect(run.endedMs - run.startedMs).toBeLessThan(500)
    await expect.poll(() => server.log.map((call) => call.end)).toEqual(['aborted'])
  })
})

describe('the values of a run', () => {
  test('are what the server sent', async () => {
    const agent: Agent = ({ signal }) => reachGoal(client, 'Refund invoice 17', { signal })
    const run = await measured(agent)
    const sum = (field: 'inputTokens' | 'outputTokens' | 'cachedTokens' | 'reasoningTokens') =>
      server.log.reduce((total, call) => total + (call.usage?.[field] ?? 0), 0)
    const [inputTokens, outputTokens] = [sum('inputTokens'), sum('outputTokens')]
    // Each call goes on from the one before, and has all of its prompt.
    const inputs = server.log.map(({ usage }) => usage?.inputTokens ?? 0)
    const resentTokens = inputs.slice(0, -1).reduce((total, tokens) => total + (tokens < 1024 ? 0 : tokens), 0)
    expect(resentTokens).toBeGreaterThan(3000)
    expect(run.calls.map((call) => call.resentTokens)).toEqual([0, ...inputs.slice(0, -1)])
    expect(run.values).toEqual({
      wastedTokens: resentTokens,
      inputTokens,
      outputTokens,
      cachedTokens: 0,
      reasoningTokens: 0,
      modelCalls: server.log.length,
      steps: server.log.length,
      toolCalls: server.log.reduce((total, call) => total + call.toolCalls.length, 0),
      costUsd: expect.closeTo((inputTokens * 0.25 + outputTokens * 2) / 1e6, 12),
      retries: 0,
      waitingMs: 0,
      modelMs: expect.closeTo(
        run.calls.reduce((sum, { startedAtMs, endedAtMs = 0 }) => sum + endedAtMs - startedAtMs, 0),
        9,
      ),
    })
    expect(run.spentUsd).toBe(run.values.costUsd)
    expect([run.models, run.unpriced]).toEqual([['gpt-5-mini'], []])
  })

  test('by hand are those of the agent and the phase that they are reported in', async () => {
    const used = { model: 'gpt-5-mini', inputTokens: 1000, outputTokens: 500 }
    const run = await measured(async ({ agent, phase, usage }) => {
      usage(used)
      await agent('writer', () => phase('draft', async () => usage(used)))
    })
    const share = { modelCalls: 1, use: { inputTokens: 1000, outputTokens: 500, costUsd: 0.00125 } }
    expect(run.shares).toMatchObject([
      { kind: 'phase', name: 'draft', ...share },
      { kind: 'agent', name: 'writer', ...share },
    ])
    expect([run.values.inputTokens, run.waste]).toEqual([2000, {}])
  })

  test('are unknown, and cost nothing, when no model was called', async () => {
    expect(await measured(() => 'done')).toMatchObject({ values: {}, models: [], unpriced: [], spentUsd: 0 })
  })

  test('are estimates where an answer did not tell its tokens', async () => {
    const run = await measured(async () => {
      await client.chat.completions.create(question)
      for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
    })
    const told = server.log[0]?.usage
    const { inputTokens = 0, outputTokens = 0, estimatedTokens = 0 } = run.values
    expect(run.values).toMatchObject({ modelCalls: 2, steps: 2, toolCalls: 0, waitingMs: 0 })
    expect(estimatedTokens).toBeGreaterThan(0)
    expect(inputTokens + outputTokens).toBe((told?.inputTokens ?? 0) + (told?.outputTokens ?? 0) + estimatedTokens)
  })

  test('know no tokens and no cost when one answer did not tell them, and they cannot be counted', async () => {
    const url = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='
    const picture = { role: 'user' as const, content: [{ type: 'image_url' as const, image_url: { url } }] }
    const run = await measured(async () => {
      await client.chat.completions.create(question)
      const messages = [picture, ...question.messages]
      for await (const _ of await client.chat.completions.create({ ...question, messages, stream: true }));
    })
    expect(run.values).toMatchObject({ modelCalls: 2, steps: 2, inputTokens: undefined, costUsd: undefined })
    expect(run.spentUsd).toBeUndefined()
  })

  test('add up what was seen and what was reported', async () => {
    const run = await measured(async ({ usage }) => {
      await client.chat.completions.create(question)
      usage({ inputTokens: 1_000_000, outputTokens: 0, modelCalls: 3, toolCalls: 2, costUsd: 1 })
    })
    const { inputTokens = 0, outputTokens = 0 } = server.log[0]?.usage ?? {}
    expect(run.values).toMatchObject({
      inputTokens: inputTokens + 1_000_000,
      outputTokens,
      cachedTokens: undefined,
      modelCalls: 4,
      steps: 4,
      toolCalls: 2,
      costUsd: 1 + (inputTokens * 0.25 + outputTokens * 2) / 1e6,
    })
  })

  test('come from reports alone where nothing is seen', async () => {
    const run = await measured(({ usage }) => {
      usage({ model: 'gpt-5-mini-2025-08-07', inputTokens: 4_000, outputTokens: 1_000 })
    })
    expect(run.values).toMatchObject({ modelCalls: 1, steps: 1, toolCalls: 0, costUsd: 0.003 })
    expect(run.models).toEqual(['gpt-5-mini-2025-08-07'])
  })

  test('have no cost when a model has no price, and name the model', async () => {
    const run = await measured(async () => {
      await client.chat.completions.create(question)
      await client.chat.completions.create({ ...question, model: 'gpt-6-nano' })
      await client.chat.completions.create({ ...question, model: 'gpt-6-nano' })
    })
    expect(run.values.costUsd).toBeUndefined()
    expect(run.spentUsd).toBeUndefined()
    expect([run.models, run.unpriced]).toEqual([['gpt-5-mini', 'gpt-6-nano'], ['gpt-6-nano']])
  })

  test('need no price for a model whose cost was reported', async () => {
    const run = await measured(({ usage }) => usage({ model: 'in-house', costUsd: 0.02 }))
    expect(run).toMatchObject({ values: { costUsd: 0.02 }, models: ['in-house'], unpriced: [], spentUsd: 0.02 })
  })

  test('are 0, and cost nothing, when every call was refused', async () => {
    const run = await withFailures([{ status: 503, times: 9 }], (url) => asking(url))
    expect([run.values.inputTokens, run.values.costUsd, run.spentUsd]).toEqual([0, 0, 0])
    expect(run.unpriced).toEqual([])
  })

  test('have the CPU time of the process when it is read', async () => {
    let cpuMs = 100
    const agent: Agent = () => {
      cpuMs += 30
    }
    expect((await measured(agent, { readCpuMs: () => cpuMs })).values).toEqual({ cpuMs: 30 })
  })
})

describe('waiting', () => {
  test('is the time between a refused call and the next', async () => {
    const script = [{ status: 429, retryAfterMs: 120 }]
    const run = await withFailures(script, (url) => asking(url, 1))
    const { waitingMs = 0, modelCalls, steps } = run.values
    expect({ outcome: run.outcome, modelCalls, steps }).toEqual({ outcome: 'ok', modelCalls: 2, steps: 1 })
    expect(waitingMs).toBeGreaterThan(115)
    const workingMs = run.endedMs - run.startedMs - waitingMs
    expect(workingMs).toBeGreaterThan(0)
    expect(workingMs).toBeLessThan(run.endedMs - run.startedMs - 115)
  })

  test('is not what an agent does after a request that nobody repeats', async () => {
    const run = await withFailures([{ status: 400 }], (baseURL) => {
      const asked = new OpenAI({ apiKey: 'any', baseURL, maxRetries: 0 })
      return measured(async () => {
        await asked.chat.completions.create(question).catch(() => undefined)
        await sleep(wallClock, 60)
        await asked.chat.completions.create(question)
      })
    })
    expect(run.values).toMatchObject({ modelCalls: 2, steps: 1, waitingMs: 0 })
  })
})

describe('the first token of a run', () => {
  const streaming = { ...question, stream: true as const, stream_options: { include_usage: true } }

  test('is the first item of the stream that the agent returns', async () => {
    const run = await measured(async function* () {
      await client.chat.completions.create(question)
      yield 'one moment …'
      for await (const chunk of await client.chat.completions.create(streaming, knobs('ttft=80'))) {
        yield chunk.choices[0]?.delta.content ?? ''
      }
    })
    const [first, last] = run.calls
    expect(run.firstTokenMs).toBeGreaterThan(run.startedMs + (first?.startedAtMs ?? 0))
    expect(run.firstTokenMs).toBeLessThan(run.startedMs + (last?.firstTextAtMs ?? 0))
  })

  test.each<[string, () => unknown]>([
    ['objects', () => client.chat.completions.create(streaming, knobs('ttft=60'))],
    [
      'a Response',
      () =>
        fetch(`${server.baseUrl}/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-model-server': 'ttft=60' },
          body: JSON.stringify(streaming),
        }),
    ],
  ])(
    'is the first text of the model when the agent returns %s, which begin with what nobody sees',
    async (_, agent) => {
      const run = await measured(agent)
      expect(run.firstTokenMs).toBe(run.startedMs + (run.calls[0]?.firstTextAtMs ?? 0))
      expect(run.calls[0]?.firstTextAtMs).toBeGreaterThanOrEqual(59)
    },
  )

  test('is the first object of a stream that comes after the model’s text', async () => {
    const run = await measured(async function* () {
      for await (const _ of await client.chat.completions.create(streaming));
      await sleep(wallClock, 20)
      yield { answer: 'done' }
    })
    expect(run.firstTokenMs).toBeGreaterThan(run.startedMs + (run.calls[0]?.firstTextAtMs ?? 0) + 15)
  })

  test('is the first text of the last model call where nothing is returned as a stream', async () => {
    const run = await measured(async () => {
      for await (const _ of await client.chat.completions.create(streaming));
      for await (const _ of await client.chat.completions.create(streaming, knobs('ttft=40,gap=5')));
    })
    const [, last] = run.calls
    expect(run.firstTokenMs).toBe(run.startedMs + (last?.firstTextAtMs ?? 0))
    expect((last?.firstTextAtMs ?? 0) - (last?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(39)
    expect(run.firstTokenMs).toBeLessThan(run.endedMs)
  })

  test('is unknown where nothing was streamed', async () => {
    expect((await measured(() => client.chat.completions.create(question))).firstTokenMs).toBeUndefined()
  })

  test('is unknown where the last call showed no text', async () => {
    const run = await measured(async () => {
      for await (const _ of await client.chat.completions.create(streaming));
      await client.chat.completions.create(question)
    })
    expect(run.firstTokenMs).toBeUndefined()
  })
})

describe('a turn', () => {
  test('has the first text of its last model call as its first token', async () => {
    const run = await measured(async ({ turn }) => {
      await turn('greet', async () => {
        for await (const _ of await client.chat.completions.create({ ...question, stream: true }, knobs('ttft=30')));
      })
      await turn('ask', async () => {
        await client.chat.completions.create(question)
        for await (const _ of await client.chat.completions.create({ ...question, stream: true }, knobs('ttft=60')));
      })
      await turn('think', () => sleep(wallClock, 5))
    })
    const [greet, , ask] = run.calls
    expect(run.turns.map(({ name }) => name)).toEqual(['greet', 'ask', 'think'])
    expect(run.turns[0]?.ttftMs).toBeGreaterThanOrEqual((greet?.firstTextAtMs ?? 0) - (greet?.startedAtMs ?? 0))
    expect(run.turns[1]?.ttftMs).toBeGreaterThan((ask?.firstTextAtMs ?? 0) - (ask?.startedAtMs ?? 0))
    expect(run.turns[1]?.latencyMs).toBeGreaterThan(run.turns[1]?.ttftMs ?? Number.POSITIVE_INFINITY)
    expect(run.turns[2]?.ttftMs).toBeUndefined()
  })

  test('has the first text of the model when it returns objects, and of its own stream when it returns text', async () => {
    const streaming = { ...question, stream: true as const }
    const run = await measured(async ({ turn }) => {
      await turn('objects', () => client.chat.completions.create(streaming, knobs('ttft=60')))
      await turn('text', async function* () {
        yield 'one moment …'
        for await (const _ of await client.chat.completions.create(streaming, knobs('ttft=60')));
      })
    })
    const [objects, text] = run.turns
    expect(objects?.ttftMs).toBeGreaterThanOrEqual(59)
    expect(text?.ttftMs).toBeLessThan(50)
  })

  test('has the first item of its own stream before anything else', async () => {
    const clock = virtualClock()
    const agent: Agent = async ({ turn }) => {
      await turn('answer', async function* () {
        await sleep(clock, 15)
        yield 'Hel'
        await sleep(clock, 10)
        yield 'lo'
      })
    }
    const run = await clock.run(() => measureRun(runSetting(clock, agent), one, 0))
    expect(run.turns).toEqual([{ name: 'answer', latencyMs: 25, ttftMs: 15 }])
  })
})

describe('a stream that the agent leaves', () => {
  const begin = async (text: string, signal?: AbortSignal) => {
    const stream = await client.chat.completions.create({ ...question, stream: true }, { signal, ...knobs(text) })
    await stream[Symbol.asyncIterator]().next()
    return stream
  }

  test('open is an error', async () => {
    const run = await measured(async () => {
      await begin('hold')
      return 'done'
    })
    expect(run).toMatchObject({ outcome: 'error', openStreams: 1, problem: { class: 'agent' } })
    expect(run.problem?.message).toBe(
      'The agent returned and left 1 model call open. Read every stream to its end, or abort it.',
    )
  })

  test('aborted is none', async () => {
    const run = await measured(async () => {
      const stream = await begin('hold')
      stream.controller.abort()
      return 'done'
    })
    expect(run).toMatchObject({ outcome: 'ok', openStreams: 0, values: { steps: 1 } })
  })

  test('read to its end is none', async () => {
    const run = await measured(async () => {
      for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
      return 'done'
    })
    expect(run).toMatchObject({ outcome: 'ok', openStreams: 0 })
  })

  test('to be read by the run is none', async () => {
    const run = await measured(() => client.chat.completions.create({ ...question, stream: true }, knobs('gap=2')))
    expect(run).toMatchObject({ outcome: 'ok', openStreams: 0 })
    expect(run.output).toContainEqual(expect.objectContaining({ object: 'chat.completion.chunk' }))
  })

  test('open when a limit stops it is a timeout', async () => {
    const run = await measured(
      async ({ signal }) => {
        await begin('hold', signal)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
      { limits: { latencyMs: 80 } },
    )
    expect(run).toMatchObject({ outcome: 'timeout', openStreams: 0, abandoned: false })
  })

  test('a call that nobody waits for is open too', async () => {
    const run = await measured(() => {
      client.chat.completions.create(question, knobs('ttft=2000')).catch(() => undefined)
    })
    // No call may have reached the wire when an agent returns at once.
    expect(run.openStreams).toBe(run.calls.length)
    const waited = await measured(async () => {
      client.chat.completions.create(question, knobs('ttft=2000')).catch(() => undefined)
      await sleep(wallClock, 20)
    })
    expect(waited).toMatchObject({ outcome: 'error', openStreams: 1 })
  })
})

test('a Response that the agent returns is read, and its output can be read again', async () => {
  const agent: Agent = () =>
    fetch(`${server.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-model-server': 'gap=3,words=10' },
      body: JSON.stringify({ ...question, stream: true, stream_options: { include_usage: true } }),
    })
  const run = await measured(agent)
  if (!(run.output instanceof Response)) throw new Error('expected a Response')
  expect(run.output.headers.get('content-type')).toBe('text/event-stream')
  expect(await run.output.text()).toMatch(/data: \[DONE\]\n\n$/)
  expect(run).toMatchObject({ outcome: 'ok', values: { steps: 1, outputTokens: server.log[0]?.usage?.outputTokens } })
})

test('calls that start after the run are not its own', async () => {
  let more: Promise<unknown> | undefined
  const run = await measured(
    ({ signal }) => {
      signal.addEventListener('abort', () => {
        more = client.chat.completions.create(question)
      })
      return client.chat.completions.create(question, { signal, ...knobs('hold') })
    },
    { limits: { latencyMs: 60 }, graceMs: 1 },
  )
  await more
  expect(run.outcome).toBe('timeout')
  expect(run.values.modelCalls).toBeLessThanOrEqual(2)
})
