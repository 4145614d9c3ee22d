import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Goal, goals } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, type ScriptedFailure, startModelServer } from '../../fixtures/model-server/server.ts'
import { tools } from '../../fixtures/model-server/tools.ts'
import { classifyError } from '../../src/capture/classify-error.ts'
import { captureFaults } from '../../src/capture/guard.ts'
import { observe } from '../../src/capture/observe.ts'
import { isComplete } from '../../src/capture/read/read-call.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import { only, thrownBy, watch } from './watch.ts'

type Ask = (client: OpenAI, prompt: string) => Promise<string>

const model = 'gpt-5'
const chatTools = tools.map(({ name, description, parameters }) => ({
  type: 'function' as const,
  function: { name, description, parameters },
}))
const responsesTools = tools.map(({ name, description, parameters }) => ({
  type: 'function' as const,
  name,
  description,
  parameters,
  strict: false,
}))

const agents: Record<string, Ask> = {
  'chat, plain': (client, prompt) =>
    chatLoop(prompt, async (messages) => {
      const completion = await client.chat.completions.create({ model, messages, tools: chatTools })
      return completion.choices[0]?.message
    }),
  'chat, streamed': (client, prompt) =>
    chatLoop(prompt, async (messages) => {
      const stream_options = { include_usage: true }
      const stream = client.chat.completions.stream({ model, messages, tools: chatTools, stream_options })
      return (await stream.finalChatCompletion()).choices[0]?.message
    }),
  'responses, plain': (client, prompt) =>
    responsesLoop(prompt, (input) => client.responses.create({ model, input, tools: responsesTools })),
  'responses, streamed': (client, prompt) =>
    responsesLoop(prompt, async (input) => {
      let response: OpenAI.Responses.Response | undefined
      for await (const event of await client.responses.create({ model, input, tools: responsesTools, stream: true })) {
        if (event.type === 'response.completed') response = event.response
      }
      return response
    }),
}

let server: ModelServer
// Made before anybody observes: clients keep the fetch that they find when they are made.
let client: OpenAI
let stop: () => void

beforeAll(async () => {
  server = await startModelServer()
  client = new OpenAI({ apiKey: 'none', baseURL: server.baseUrl })
  stop = observe()
})
afterEach(() => server.reset())
afterAll(async () => {
  stop()
  await server.close()
  expect(captureFaults()).toEqual({ count: 0 })
})

describe.each(Object.entries(agents))('%s', (name, ask) => {
  const streamed = name.endsWith('streamed')

  test('each of 20 runs at once has its own calls, as the server counted them', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, (_, run) => watch(() => solve(ask, client, run))))
    expect(runs.flatMap(({ calls }) => calls)).toHaveLength(server.log.length)
    for (const [run, { calls, result }] of runs.entries()) {
      expect(result).toContain(goalOf(run).expected)
      const served = server.log.filter((call) => call.run === `run-${run}`)
      expect(calls.map(truthOf)).toEqual(
        served.map(({ api, streamed, status, model, usage, toolCalls }) => {
          return { api, streamed, status, model, usage, toolCalls: toolCalls.length, failure: undefined }
        }),
      )
      expect(calls.at(-1)).toMatchObject({ streamed, endedAtMs: expect.any(Number) })
    }
  })

  test('reads cached and reasoning tokens', async () => {
    const headers = { 'x-model-server': 'cached=7,reasoning=64' }
    const knobs = new OpenAI({ apiKey: 'none', baseURL: server.baseUrl, defaultHeaders: headers })
    const { calls } = await watch(() => solve(ask, knobs, 0))
    expect(calls.map((call) => call.usage)).toEqual(server.log.map((call) => call.usage))
    expect(calls[0]?.usage).toMatchObject({ cachedTokens: 7, reasoningTokens: 64 })
  })

  test('sees every attempt of a retried call', async () => {
    await withServer(
      [
        { status: 429, times: 2, retryAfterMs: 1 },
        { status: 503, retryAfterMs: 1 },
      ],
      async (baseURL, log) => {
        const retrying = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 4 })
        const { calls } = await watch(() => solve(ask, retrying, 0))
        const failures = calls.map((call) => call.failure?.class)
        expect(failures.slice(0, 4)).toEqual(['rateLimit', 'rateLimit', 'provider', undefined])
        expect(calls.map(({ status }) => status)).toEqual(log.map(({ status }) => status))
        expect(calls.slice(3).map((call) => call.usage)).toEqual(log.slice(3).map((call) => call.usage))
        expect(calls.every((call) => call.endedAtMs !== undefined)).toBe(true)
      },
    )
  })

  test.each<[string, ScriptedFailure, string, number | undefined]>([
    ['429', { status: 429 }, 'rateLimit', 429],
    ['401', { status: 401 }, 'provider', 401],
    ['503', { status: 503 }, 'provider', 503],
    ['a reset', { kind: 'reset' }, 'connection', undefined],
    ['a cut', { kind: 'cut', afterTokens: 2 }, 'connection', 200],
  ])('%s is classified alike on the wire and in what the agent throws', async (_, failure, errorClass, status) => {
    await withServer([failure], async (baseURL) => {
      const impatient = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 })
      const { calls, result } = await watch(() => thrownBy(() => solve(ask, impatient, 0)))
      expect(only(calls)).toMatchObject({ failure: { class: errorClass }, endedAtMs: expect.any(Number) })
      expect(only(calls).status).toBe(status)
      expect(classifyError(result, calls)).toBe(errorClass)
    })
  })
})

test.each(['chat, plain', 'responses, plain'])(
  'a timeout of the client is one, though the wire saw an abort (%s)',
  async (name) => {
    const headers = { 'x-model-server': 'ttft=10000' }
    const options = { apiKey: 'none', baseURL: server.baseUrl, maxRetries: 0, timeout: 30, defaultHeaders: headers }
    const ask = agents[name]
    if (ask === undefined) throw new Error('expected an agent')
    const { calls, result } = await watch(() => thrownBy(() => solve(ask, new OpenAI(options), 0)))
    expect(only(calls).endedAtMs).toBeDefined()
    expect(only(calls).failure).toBeUndefined()
    expect(classifyError(result, calls)).toBe('timeout')
  },
)

describe('a stream', () => {
  const messages = [{ role: 'user' as const, content: 'What is 5 + 3?' }]
  const input = 'What is 5 + 3?'

  test('that was not asked for its usage has none', async () => {
    const { calls } = await watch(async () => {
      for await (const _ of await client.chat.completions.create({ model, messages, stream: true }));
    })
    expect(only(calls)).toMatchObject({ streamed: true, firstTextAtMs: expect.any(Number) })
    expect(only(calls).usage).toBeUndefined()
    expect(only(calls).failure).toBeUndefined()
  })

  test.each([
    ['chat', () => client.chat.completions.create({ model, messages, stream: true })],
    ['responses', () => client.responses.create({ model, input, stream: true })],
  ])('of %s that the agent broke out of has ended and not failed', async (_, start) => {
    const { calls, wires } = await watch(async () => {
      for await (const _ of await start()) break
    })
    expect(only(calls)).toMatchObject({ status: 200, streamed: true, endedAtMs: expect.any(Number) })
    expect(only(calls).failure).toBeUndefined()
    expect(isComplete(only(wires))).toBe(true)
  })

  test.each([
    ['chat', () => client.chat.completions.create({ model, messages, stream: true }, held)],
    ['responses', () => client.responses.create({ model, input, stream: true }, held)],
  ])('of %s that the agent left is open', async (_, start) => {
    const { calls, wires } = await watch(async () => (await start())[Symbol.asyncIterator]().next())
    expect(only(calls)).toMatchObject({ status: 200, streamed: true })
    expect(only(calls).endedAtMs).toBeUndefined()
    expect(isComplete(only(wires))).toBe(false)
  })

  test('has its content after the server sent it, and its first token when it came', async () => {
    const { calls } = await watch(async () => {
      const headers = { 'x-model-server': 'ttft=20,gap=2' }
      for await (const _ of await client.responses.create({ model, input, stream: true }, { headers }));
    })
    const [served] = server.log
    const call = only(calls)
    const { firstTokenAtMs = 0, lastTokenAtMs = 0, arrivedAtMs = 0 } = served ?? {}
    const { firstContentAtMs = 0, firstTextAtMs = 0, lastContentAtMs = 0 } = call
    expect(firstContentAtMs - call.startedAtMs).toBeGreaterThanOrEqual(firstTokenAtMs - arrivedAtMs - 1)
    expect(lastContentAtMs - call.startedAtMs).toBeGreaterThanOrEqual(lastTokenAtMs - arrivedAtMs - 1)
    expect(firstTextAtMs).toBe(firstContentAtMs)
    expect(lastContentAtMs).toBeGreaterThan(firstContentAtMs)
  })
})

const held = { headers: { 'x-model-server': 'hold' } }

function goalOf(run: number): Goal {
  const goal = goals[run % goals.length]
  if (goal === undefined) throw new Error('expected a goal')
  return goal
}

function solve(ask: Ask, client: OpenAI, run: number): Promise<string> {
  return ask(client, `${goalOf(run).input} (run-${run})`)
}

function truthOf({ api, streamed, status, model, usage, toolCalls, failure }: ModelCall) {
  return { api, streamed, status, model, usage, toolCalls, failure }
}

async function withServer(
  script: ScriptedFailure[],
  work: (baseUrl: string, log: ModelServer['log']) => Promise<void>,
): Promise<void> {
  const failing = await startModelServer({ script })
  try {
    await work(failing.baseUrl, failing.log)
  } finally {
    await failing.close()
  }
}

function callTool(name: string, text: string): string {
  const tool = tools.find((one) => one.name === name)
  return JSON.stringify(tool?.call(JSON.parse(text)))
}

async function chatLoop(
  prompt: string,
  ask: (messages: OpenAI.ChatCompletionMessageParam[]) => Promise<OpenAI.ChatCompletionMessage | undefined>,
): Promise<string> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: prompt }]
  for (;;) {
    const message = await ask(messages)
    if (message === undefined) throw new Error('expected a message')
    messages.push(message)
    if (message.tool_calls === undefined || message.tool_calls.length === 0) return message.content ?? ''
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue
      const content = callTool(call.function.name, call.function.arguments)
      messages.push({ role: 'tool', tool_call_id: call.id, content })
    }
  }
}

async function responsesLoop(
  prompt: string,
  ask: (input: OpenAI.Responses.ResponseInput) => Promise<OpenAI.Responses.Response | undefined>,
): Promise<string> {
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: prompt }]
  for (;;) {
    const response = await ask(input)
    if (response === undefined) throw new Error('expected a response')
    const calls = response.output.filter((item) => item.type === 'function_call')
    if (calls.length === 0) return JSON.stringify(response.output)
    for (const call of calls) {
      input.push(call, {
        type: 'function_call_output',
        call_id: call.call_id,
        output: callTool(call.name, call.arguments),
      })
    }
  }
}
