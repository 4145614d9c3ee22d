import {
  Agent,
  addTraceProcessor,
  BatchTraceProcessor,
  getGlobalTraceProvider,
  OpenAIChatCompletionsModel,
  run,
  setTraceProcessors,
  setTracingDisabled,
  type TracingProcessor,
  tool,
} from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { startModelServer } from '../../../fixtures/model-server/server.ts'
import { observeOpenaiAgents } from '../../../src/capture/framework/openai-agents.ts'
import { type AgentTool, keepsTheContract, type Question, sum, toolsThat } from './contract.ts'
import { hear, pathOf } from './hear.ts'

// Would be taken for the exporter's if the tracing were switched on.
process.env.OPENAI_API_KEY = 'none'

const errorFunction = (_context: unknown, error: unknown) => String(error)

function sdkTools(tools: readonly AgentTool[]) {
  return tools.map(({ name, description, parameters, call }) =>
    tool({
      name,
      description,
      parameters: { ...parameters, additionalProperties: true },
      strict: false,
      execute: call,
      errorFunction,
    }),
  )
}

function mathAgent({ tools, baseURL }: Pick<Question, 'tools' | 'baseURL'>) {
  const model = new OpenAIChatCompletionsModel(new OpenAI({ apiKey: 'none', baseURL }), 'gpt-5')
  return new Agent({ name: 'math', model, tools: sdkTools(tools) })
}

async function ask(question: Question): Promise<string> {
  const agent = mathAgent(question)
  if (!question.stream) return (await run(agent, question.prompt)).finalOutput ?? ''
  const result = await run(agent, question.prompt, { stream: true })
  for await (const _ of result);
  await getGlobalTraceProvider().forceFlush()
  return result.finalOutput ?? ''
}

keepsTheContract(ask, ['agent math', 'step math > step 1', 'tool math > step 1 > calculator', 'step math > step 2'])

afterEach(() => setTracingDisabled(true))

test('handoffs and agents that are tools of others are told apart', async () => {
  const expert = new Agent({ name: 'expert', model: new ScriptedModel([[assistantMessage('42')]]) })
  const writer = new Agent({ name: 'writer', model: new ScriptedModel([[assistantMessage('It is 42.')]]) })
  const asks = [functionCall('ask_expert', { input: 'What?' }, { callId: '1' })]
  const hands = [functionCall('transfer_to_writer', {}, { callId: '2' })]
  const chief = Agent.create({
    name: 'chief',
    model: new ScriptedModel([asks, hands]),
    tools: [expert.asTool({ toolName: 'ask_expert', toolDescription: 'Knows' })],
    handoffs: [writer],
  })
  const { result, spans } = await observed(async () => (await run(chief, 'What is it?')).finalOutput)
  expect(result).toBe('It is 42.')
  expect(spans.map((span) => `${span.kind} ${pathOf(span)}`)).toEqual([
    'agent chief',
    'step chief > step 1',
    'tool chief > step 1 > ask_expert',
    'agent chief > step 1 > ask_expert > expert',
    'step chief > step 1 > ask_expert > expert > step 1',
    'step chief > step 2',
    'tool chief > step 2 > handoff to writer',
    'agent writer',
    'step writer > step 3',
  ])
  expect(spans.flatMap(({ handoffTo }) => handoffTo ?? [])).toEqual(['writer'])
})

test('of a tool that throws no more is told than the SDK tells', async () => {
  const asks = [functionCall('fail', {}, { callId: '1' })]
  const parameters = { type: 'object' as const, properties: {}, required: [], additionalProperties: true as const }
  const fail = tool({
    name: 'fail',
    description: 'Fails',
    parameters,
    strict: false,
    execute: () => {
      throw new Error('a secret')
    },
  })
  const agent = new Agent({
    name: 'unlucky',
    model: new ScriptedModel([asks, [assistantMessage('No.')]]),
    tools: [fail],
  })
  const { spans } = await observed(() => run(agent, 'Do it'))
  const failures = spans.map(({ name, failure }) => [name, failure])
  expect(failures).toContainEqual(['fail', 'Tool execution failed. Error details are redacted.'])
  expect(failures.filter(([, failure]) => failure !== undefined)).toHaveLength(1)
})

test("the user's own tracing goes on as it was", async () => {
  const server = await startModelServer()
  const told: string[] = []
  const own: TracingProcessor = {
    onTraceStart: async () => {},
    onTraceEnd: async () => {},
    onSpanStart: async ({ spanData }) => void told.push(`start ${spanData.type}`),
    onSpanEnd: async ({ spanData, error }) => void told.push(`end ${spanData.type} ${error?.message}`),
    shutdown: async () => {},
    forceFlush: async () => {},
  }
  const exported: string[] = []
  const batch = new BatchTraceProcessor({
    export: async (items) => void exported.push(...items.map(({ type }) => type)),
  })
  setTraceProcessors([own])
  addTraceProcessor(batch)
  setTracingDisabled(false)
  const agent = mathAgent({ tools: toolsThat(), baseURL: server.baseUrl })
  await run(agent, sum.prompt)
  await getGlobalTraceProvider().forceFlush()
  const before = { told: told.splice(0), exported: exported.splice(0) }
  const { spans } = await observed(() => run(agent, sum.prompt))
  await getGlobalTraceProvider().forceFlush()
  expect({ told, exported }).toEqual(before)
  expect(told).toContain('end function undefined')
  expect(spans.map(pathOf)).toContain('math > step 1 > calculator')
  setTraceProcessors([])
  await batch.shutdown()
  await server.close()
})

test('a tracing that is off stays off, and the provider is left as it was', async () => {
  const told: string[] = []
  const model = () => new ScriptedModel([[assistantMessage('Yes.')]])
  setTraceProcessors([
    {
      onTraceStart: async () => void told.push('trace'),
      onTraceEnd: async () => {},
      onSpanStart: async () => void told.push('span'),
      onSpanEnd: async () => {},
      shutdown: async () => {},
      forceFlush: async () => {},
    },
  ])
  const { spans } = await observed(() => run(new Agent({ name: 'yes', model: model() }), 'Is it?'))
  expect(spans.map(pathOf)).toEqual(['yes', 'yes > step 1'])
  expect(told).toEqual([])
  expect(Object.keys(getGlobalTraceProvider())).not.toContain('createSpan')
})

test('who wraps the provider meanwhile is not undone', async () => {
  const provider = getGlobalTraceProvider()
  const stop = observeOpenaiAgents()
  const ours = provider.createSpan
  const theirs = ours.bind(provider)
  provider.createSpan = theirs
  stop()
  expect(provider.createSpan).toBe(theirs)
  const agent = new Agent({ name: 'yes', model: new ScriptedModel([[assistantMessage('Yes.')]]) })
  const { spans } = await hear(() => run(agent, 'Is it?'))
  expect(spans).toEqual([])
  Reflect.deleteProperty(provider, 'createSpan')
})

async function observed<Result>(work: () => Promise<Result>) {
  const stop = observeOpenaiAgents()
  try {
    return await hear(work)
  } finally {
    stop()
  }
}
