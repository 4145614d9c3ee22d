import { tracingChannel } from 'node:diagnostics_channel'
import { Agent } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type ModelServer, startModelServer } from '../../../fixtures/model-server/server.ts'
import { observeFrameworks } from '../../../src/capture/framework/all.ts'
import { observe } from '../../../src/capture/observe.ts'
import { sum, toolsThat } from './contract.ts'
import { hear } from './hear.ts'

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

test.each([{ stream: false }, { stream: true }])('of Mastra the wire tells alone (stream: $stream)', async (given) => {
  const [calculator] = toolsThat()
  if (calculator === undefined) throw new Error('expected a tool')
  const add = createTool({
    id: calculator.name,
    description: calculator.description,
    inputSchema: z.object({ expression: z.string() }),
    execute: async (input) => calculator.call(input),
  })
  const model = { id: 'custom/gpt-5' as const, url: server.baseUrl, apiKey: 'none' }
  const agent = new Agent({ id: 'math', name: 'math', instructions: 'Be brief', model, tools: { calculator: add } })
  const told: unknown[] = []
  const onStart = (message: unknown) => void told.push(message)
  const { start } = tracingChannel('ai:telemetry')
  start.subscribe(onStart)
  const stops = [observe(), observeFrameworks(import.meta.dirname)]
  const { result, spans, calls } = await hear(async () => {
    if (!given.stream) return (await agent.generate(sum.prompt)).text
    return (await agent.stream(sum.prompt)).text
  })
  for (const stop of stops) stop()
  start.unsubscribe(onStart)
  expect(result).toContain(sum.answer)
  expect(calls).toHaveLength(2)
  expect(spans).toEqual([])
  expect(told).toEqual([])
})
