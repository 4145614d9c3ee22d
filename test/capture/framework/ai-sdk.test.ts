import { tracingChannel } from 'node:diagnostics_channel'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, isStepCount, jsonSchema, streamText, type Telemetry, tool } from 'ai'
import { describe, expect, test } from 'vitest'
import { startModelServer } from '../../../fixtures/model-server/server.ts'
import { observeAiSdk } from '../../../src/capture/framework/ai-sdk.ts'
import { keepsTheContract, type Question, sum, toolsThat } from './contract.ts'
import { hear, pathOf } from './hear.ts'

function settings({ prompt, tools, baseURL }: Omit<Question, 'stream'>) {
  const toolSet = Object.fromEntries(
    tools.map(({ name, description, parameters, call }) => [
      name,
      tool({ description, inputSchema: jsonSchema<unknown>(parameters), execute: call }),
    ]),
  )
  const model = createOpenAI({ apiKey: 'none', baseURL }).chat('gpt-5')
  return { model, prompt, tools: toolSet, stopWhen: isStepCount(5), telemetry: { functionId: 'math' } }
}

async function ask(question: Question): Promise<string> {
  if (!question.stream) return (await generateText(settings(question))).text
  const result = streamText(settings(question))
  for await (const _ of result.textStream);
  return result.text
}

keepsTheContract(ask, ['agent math', 'step math > step 1', 'tool math > step 1 > calculator', 'step math > step 2'])

describe('beside others', () => {
  test("the user's own telemetry and other subscribers hear what they heard", async () => {
    const server = await startModelServer()
    const events: string[] = []
    const telemetry: Telemetry = {
      onStepEnd: () => void events.push('step'),
      executeTool: async ({ execute }) => {
        events.push('tool')
        return execute()
      },
    }
    const other = { start: () => void events.push('start') }
    const channel = tracingChannel('ai:telemetry')
    channel.start.subscribe(other.start)
    const question = settings({ prompt: sum.prompt, tools: toolsThat(), baseURL: server.baseUrl })
    const { spans } = await observed(() =>
      generateText({ ...question, telemetry: { functionId: 'mine', integrations: telemetry } }),
    )
    const heardByOthers = events.splice(0)
    await generateText({ ...question, telemetry: { integrations: telemetry } })
    expect(heardByOthers).toEqual(events)
    expect(spans.map(pathOf)).toContain('mine > step 1 > calculator')
    channel.start.unsubscribe(other.start)
    expect(channel.hasSubscribers).toBe(false)
    await server.close()
  })

  test('a call without a name that a tool makes is an agent that is called like the tool', async () => {
    const server = await startModelServer()
    const { telemetry: _, ...inner } = settings({ prompt: 'What is 1 + 1?', tools: [], baseURL: server.baseUrl })
    const execute = async () => ({ result: (await generateText(inner)).text })
    const asking = toolsThat().filter(({ name }) => name === 'calculator')
    const outer = settings({ ...sum, tools: asking.map((one) => ({ ...one, call: execute })), baseURL: server.baseUrl })
    const { spans } = await observed(() => generateText(outer))
    expect(spans.slice(0, 5).map((span) => `${span.kind} ${pathOf(span)}`)).toEqual([
      'agent math',
      'step math > step 1',
      'tool math > step 1 > calculator',
      'agent math > step 1 > calculator > calculator',
      'step math > step 1 > calculator > calculator > step 1',
    ])
    await server.close()
  })

  test('a call without a name is no agent, and one that fails says why', async () => {
    const server = await startModelServer({ script: [{ status: 503 }] })
    const { telemetry: _, ...question } = settings({ prompt: sum.prompt, tools: [], baseURL: server.baseUrl })
    const { spans } = await observed(() => generateText({ ...question, maxRetries: 0 }).catch(() => undefined))
    expect(spans).toMatchObject([{ kind: 'step', name: 'step 1', failure: expect.stringMatching(/./) }])
    await server.close()
  })
})

async function observed<Result>(work: () => Promise<Result>) {
  const stop = observeAiSdk()
  try {
    return await hear(work)
  } finally {
    stop()
  }
}
