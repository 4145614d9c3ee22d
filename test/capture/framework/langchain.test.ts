import { CallbackManager } from '@langchain/core/callbacks/manager'
import { HumanMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { Command, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { expect, test } from 'vitest'
import { startModelServer } from '../../../fixtures/model-server/server.ts'
import { observeLangchain } from '../../../src/capture/framework/langchain.ts'
import { keepsTheContract, type Question, sum, toolsThat } from './contract.ts'
import { hear, pathOf } from './hear.ts'

function mathAgent({ tools, baseURL }: Pick<Question, 'tools' | 'baseURL'>) {
  const llm = new ChatOpenAI({ model: 'gpt-5', apiKey: 'none', configuration: { baseURL }, maxRetries: 0 })
  const langchainTools = tools.map(({ name, description, parameters, call }) =>
    tool(async (input: unknown) => JSON.stringify(await call(input)), { name, description, schema: parameters }),
  )
  return createReactAgent({ llm, tools: langchainTools, name: 'math' })
}

async function ask(question: Question): Promise<string> {
  const agent = mathAgent(question)
  const input = { messages: [new HumanMessage(question.prompt)] }
  if (!question.stream) return (await agent.invoke(input)).messages.at(-1)?.text ?? ''
  let text = ''
  for await (const [message] of await agent.stream(input, { streamMode: 'messages' })) text += message.text
  return text
}

keepsTheContract(ask, [
  'agent math',
  'step math > agent',
  'step math > tools',
  'tool math > tools > calculator',
  'step math > agent',
])

test('a graph in a node of another is inside of it, and parts of chains are none', async () => {
  const server = await startModelServer()
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('ask', mathAgent({ tools: toolsThat(), baseURL: server.baseUrl }))
    .addNode('tidy', RunnableLambda.from(() => ({ messages: [] })).withConfig({ runName: 'tidy' }))
    .addEdge(START, 'ask')
    .addEdge('ask', 'tidy')
    .addEdge('tidy', END)
    .compile()
  const { spans } = await observed(() => graph.invoke({ messages: [new HumanMessage(sum.prompt)] }))
  expect(spans.map((span) => `${span.kind} ${pathOf(span)}`)).toEqual([
    'step ask',
    'agent ask > math',
    'step ask > math > agent',
    'step ask > math > tools',
    'tool ask > math > tools > calculator',
    'step ask > math > agent',
    'step tidy',
  ])
  await server.close()
})

test('a graph without a name is an agent in a node or a tool of another, and is called like that', async () => {
  const llm = async (_: unknown) => ({ messages: [] })
  const inner = () =>
    new StateGraph(MessagesAnnotation).addNode('think', llm).addEdge(START, 'think').addEdge('think', END).compile()
  const helper = inner()
  const ask = tool(async () => String((await helper.invoke({ messages: [] })).messages.length), { name: 'ask' })
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('expert', inner())
    .addNode('chief', async () => {
      await ask.invoke({})
      return { messages: [] }
    })
    .addEdge(START, 'expert')
    .addEdge('expert', 'chief')
    .addEdge('chief', END)
    .compile()
  const { spans } = await observed(() => graph.invoke({ messages: [] }))
  expect(spans.map((span) => `${span.kind} ${pathOf(span)}`)).toEqual([
    'step expert',
    'agent expert > expert',
    'step expert > expert > think',
    'step chief',
    'tool chief > ask',
    'agent chief > ask > ask',
    'step chief > ask > ask > think',
  ])
})

test('a tool that sends the graph to another node hands over to that, and one that only writes does not', async () => {
  const asks = (name: string) => ({ name, args: {}, id: name, type: 'tool_call' as const })
  const to = tool(async () => new Command({ goto: 'writer', graph: Command.PARENT }), { name: 'transfer' })
  const note = tool(async () => new Command({ update: { messages: [] } }), { name: 'note' })
  const { spans } = await observed(async () => {
    await note.invoke(asks('note'))
    await to.invoke(asks('transfer'))
  })
  expect(spans.map(({ kind, name, handoffTo }) => [kind, name, handoffTo])).toEqual([
    ['tool', 'note', undefined],
    ['tool', 'transfer', 'writer'],
  ])
})

test('a graph that waits for a human has not failed, one that throws has', async () => {
  const waiting = new StateGraph(MessagesAnnotation)
    .addNode('approve', () => interrupt('May I?'))
    .addEdge(START, 'approve')
    .compile({ checkpointer: new MemorySaver() })
  const asked = await observed(() => waiting.invoke({ messages: [] }, { configurable: { thread_id: '1' } }))
  expect(asked.spans).toMatchObject([{ name: 'approve', failure: undefined, endedAtMs: expect.any(Number) }])

  const failing = new StateGraph(MessagesAnnotation)
    .addNode('divide', () => {
      throw new Error('by zero')
    })
    .addEdge(START, 'divide')
    .compile({ name: 'maths' })
  const failed = await observed(() => failing.invoke({ messages: [] }).catch(() => undefined))
  expect(failed.spans).toMatchObject([
    { name: 'maths', failure: 'by zero' },
    { name: 'divide', failure: 'by zero' },
  ])
})

test("the user's own callbacks hear what they heard", async () => {
  const server = await startModelServer()
  const events: string[] = []
  const callbacks = [
    {
      handleChainStart: () => void events.push('chain start'),
      handleChainEnd: () => void events.push('chain end'),
      handleLLMEnd: () => void events.push('llm end'),
      handleToolStart: () => void events.push('tool start'),
      handleToolEnd: () => void events.push('tool end'),
    },
  ]
  const agent = mathAgent({ tools: toolsThat(), baseURL: server.baseUrl })
  const input = { messages: [new HumanMessage(sum.prompt)] }
  await agent.invoke(input, { callbacks })
  const before = events.splice(0).sort()
  const { spans } = await observed(() => agent.invoke(input, { callbacks }))
  expect(events.sort()).toEqual(before)
  expect(before).toContain('tool end')
  expect(spans).toHaveLength(5)
  await server.close()
})

test('nothing is left in LangChain, and whoever wraps it meanwhile is not undone', async () => {
  const original = CallbackManager._configureSync
  const stop = observeLangchain(import.meta.dirname)
  expect(CallbackManager._configureSync).not.toBe(original)
  stop()
  expect(CallbackManager._configureSync).toBe(original)

  const stopAgain = observeLangchain(import.meta.filename)
  const theirs = CallbackManager._configureSync.bind(CallbackManager)
  CallbackManager._configureSync = theirs
  stopAgain()
  expect(CallbackManager._configureSync).toBe(theirs)
  expect((await hear(() => tool(() => 'x', { name: 'x' }).invoke({}))).spans).toEqual([])
  CallbackManager._configureSync = original
})

test('without LangChain nothing happens', async () => {
  const stop = observeLangchain('/')
  stop()
})

async function observed<Result>(work: () => Promise<Result>) {
  const stop = observeLangchain(import.meta.dirname)
  try {
    return await hear(work)
  } finally {
    stop()
  }
}
