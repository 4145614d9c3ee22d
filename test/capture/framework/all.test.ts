import { tracingChannel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { observeFrameworks } from '../../../src/capture/framework/all.ts'
import { hear, pathOf } from './hear.ts'

// In this order: once a framework is loaded, it stays.

test('no framework is loaded, and nothing is left behind', () => {
  const before = Reflect.ownKeys(globalThis)
  const stop = observeFrameworks(import.meta.dirname)
  stop()
  stop()
  expect(Reflect.ownKeys(globalThis)).toEqual(before)
  expect(tracingChannel('ai:telemetry').hasSubscribers).toBe(false)
})

test('the OpenAI Agents SDK is heard from its first run on, though it is loaded in it', async () => {
  const key = Symbol.for('openai.agents.core.traceProvider')
  const stop = observeFrameworks(import.meta.dirname)
  expect(Reflect.get(globalThis, key)).toBeUndefined()
  const { spans } = await hear(async () => {
    const { Agent, getGlobalTraceProvider, run } = await import('@openai/agents')
    const { assistantMessage, ScriptedModel } = await import('@openai/agents/testing')
    await run(new Agent({ name: 'yes', model: new ScriptedModel([[assistantMessage('Yes.')]]) }), 'Is it?')
    expect(Object.getOwnPropertyDescriptor(globalThis, key)).toEqual({
      value: getGlobalTraceProvider(),
      writable: true,
      configurable: true,
      enumerable: false,
    })
  })
  expect(spans.map(pathOf)).toEqual(['yes', 'yes > step 1'])
  stop()
})

test('a LangChain that was required is heard by whoever observes after that', async () => {
  const early = observeFrameworks(import.meta.dirname)
  const { tool }: typeof import('@langchain/core/tools') = createRequire(import.meta.url)('@langchain/core/tools')
  const add = tool(() => '8', { name: 'add', schema: { type: 'object', properties: {} } })
  expect((await hear(() => add.invoke({}))).spans).toEqual([])
  const late = observeFrameworks(import.meta.dirname)
  expect((await hear(() => add.invoke({}))).spans).toMatchObject([{ kind: 'tool', name: 'add' }])
  late()
  early()
  expect((await hear(() => add.invoke({}))).spans).toEqual([])
})
