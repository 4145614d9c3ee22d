// OpenAI's Agents SDK: an agent that asks another one.
//
//   npx vitest --project perf examples/21
//
// Agents, turns and tools are told apart, though the SDK's own tracing is off in tests and stays so: nothing is sent to
// anybody. The report says what each agent took, used and cost, and how long none was at work. In `.bench-agent/traces.json`
// the calls of the inner agent lie inside of the tool that it is.

import { Agent, run, tool } from '@openai/agents'
import { benchAgent } from 'bench-agent'
import { z } from 'zod'
import { callTool } from '../fixtures/model-server/tools.ts'

const evaluate = tool({
  name: 'evaluate',
  description: 'Evaluates an arithmetic expression',
  parameters: z.object({ expression: z.string() }),
  execute: async (input) => JSON.stringify(callTool('calculator', input)),
})
const model = 'gpt-5-mini'
const mathematician = new Agent({ name: 'mathematician', model, instructions: 'Calculate.', tools: [evaluate] })
const clerk = new Agent({
  name: 'clerk',
  model,
  instructions: 'Let the mathematician calculate.',
  tools: [mathematician.asTool({ toolName: 'calculator', toolDescription: 'Evaluates an arithmetic expression' })],
})

benchAgent(
  'OpenAI agents',
  {
    agent: async ({ signal }) => (await run(clerk, 'What is (2 + 3) * 4?', { signal })).finalOutput,
    thresholds: { modelCalls: { max: 4 }, totalTokens: { max: 1_000 } },
  },
  ({ output, expect }) => expect(output).toContain('20'),
)
