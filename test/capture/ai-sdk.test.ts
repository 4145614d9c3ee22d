import { createOpenAI } from '@ai-sdk/openai'
import { generateText, isStepCount, jsonSchema, type LanguageModel, streamText, type ToolSet, tool } from 'ai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Goal, goals } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, type ScriptedFailure, startModelServer } from '../../fixtures/model-server/server.ts'
import { tools } from '../../fixtures/model-server/tools.ts'
import { classifyError } from '../../src/capture/classify-error.ts'
import { captureFaults } from '../../src/capture/guard.ts'
import { observe } from '../../src/capture/observe.ts'
import { only, thrownBy, watch } from './watch.ts'

type Ask = (model: LanguageModel, prompt: string, maxRetries?: number) => Promise<string>

const toolSet: ToolSet = Object.fromEntries(
  tools.map(({ name, description, parameters, call }) => [
    name,
    tool({ description, inputSchema: jsonSchema(parameters), execute: async (input) => call(input) }),
  ]),
)

const agents: Record<string, Ask> = {
  generateText: async (model, prompt, maxRetries = 0) => {
    const { text } = await generateText({ model, prompt, tools: toolSet, stopWhen: isStepCount(10), maxRetries })
    return text
  },
  streamText: async (model, prompt, maxRetries = 0) => {
    const onError = () => undefined
    const result = streamText({ model, prompt, tools: toolSet, stopWhen: isStepCount(10), maxRetries, onError })
    for await (const _ of result.textStream);
    return result.text
  },
}
const apis = ['chat', 'responses'] as const

let server: ModelServer
let stop: () => void

beforeAll(async () => {
  server = await startModelServer()
  stop = observe()
})
afterEach(() => server.reset())
afterAll(async () => {
  stop()
  await server.close()
  expect(captureFaults()).toEqual({ count: 0 })
})

function modelOf(baseURL: string, api: (typeof apis)[number], headers: Record<string, string> = {}): LanguageModel {
  return createOpenAI({ apiKey: 'none', baseURL, headers })[api]('gpt-5')
}

function goalOf(run: number): Goal {
  const goal = goals[run % goals.length]
  if (goal === undefined) throw new Error('expected a goal')
  return goal
}

const cells = Object.entries(agents).flatMap(([name, ask]) => apis.map((api) => ({ name, api, ask })))

describe.each(cells)('$name of $api', ({ name, api, ask }) => {
  test('each of 20 runs at once has its own calls, as the server counted them', async () => {
    const model = modelOf(server.baseUrl, api, { 'x-model-server': 'cached=5,reasoning=16' })
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, run) => watch(() => ask(model, `${goalOf(run).input} (run-${run})`))),
    )
    expect(runs.flatMap(({ calls }) => calls)).toHaveLength(server.log.length)
    for (const [run, { calls, result }] of runs.entries()) {
      expect(result).toContain(goalOf(run).expected)
      const served = server.log.filter((call) => call.run === `run-${run}`)
      expect(
        calls.map(({ api, usage, toolCalls, model, streamed }) => ({ api, usage, toolCalls, model, streamed })),
      ).toEqual(
        served.map(({ usage, toolCalls, model }) => {
          return { api, usage, toolCalls: toolCalls.length, model, streamed: name === 'streamText' }
        }),
      )
      expect(calls.every((call) => call.endedAtMs !== undefined && call.failure === undefined)).toBe(true)
    }
  })

  test('sees every attempt of a retried call', async () => {
    await withServer([{ status: 429, times: 2, retryAfterMs: 1 }], async (baseUrl) => {
      const { calls } = await watch(() => ask(modelOf(baseUrl, api), 'What is 5 + 3?', 2))
      expect(calls.slice(0, 3).map((call) => call.failure?.class)).toEqual(['rateLimit', 'rateLimit', undefined])
    })
  })

  test.each<[string, ScriptedFailure, string]>([
    ['429', { status: 429 }, 'rateLimit'],
    ['401', { status: 401 }, 'provider'],
    ['503', { status: 503 }, 'provider'],
    ['a reset', { kind: 'reset' }, 'connection'],
    ['a cut', { kind: 'cut', afterTokens: 2 }, 'connection'],
  ])('%s is classified alike on the wire and in what the agent throws', async (_, failure, errorClass) => {
    await withServer([failure], async (baseUrl) => {
      const { calls, result } = await watch(() => thrownBy(() => ask(modelOf(baseUrl, api), 'What is 5 + 3?')))
      expect(only(calls).failure?.class).toBe(errorClass)
      expect(classifyError(result, calls)).toBe(errorClass)
    })
  })

  test('the last of several refused attempts decides', async () => {
    await withServer(
      [
        { status: 503, retryAfterMs: 1 },
        { status: 429, retryAfterMs: 1 },
      ],
      async (baseUrl) => {
        const { calls, result } = await watch(() => thrownBy(() => ask(modelOf(baseUrl, api), 'What is 5 + 3?', 1)))
        expect(calls.map((call) => call.failure?.class)).toEqual(['provider', 'rateLimit'])
        expect(classifyError(result, calls)).toBe('rateLimit')
      },
    )
  })
})

async function withServer(script: ScriptedFailure[], work: (baseUrl: string) => Promise<void>): Promise<void> {
  const failing = await startModelServer({ script })
  try {
    await work(failing.baseUrl)
  } finally {
    await failing.close()
  }
}
