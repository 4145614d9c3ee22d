// Mastra: seen on the wire.
//
//   npx vitest --project perf examples/23
//
// Every model call, token, tool call and step is there. How long a tool took is not: Mastra tells nobody. `run.phase` around
// what a tool does would.

import { Agent } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { benchAgent } from 'bench-agent'
import { z } from 'zod'
import { callTool } from '../fixtures/model-server/tools.ts'

const convert = createTool({
  id: 'convert',
  description: 'Converts lengths, masses and temperatures',
  inputSchema: z.object({ value: z.number(), from: z.string(), to: z.string() }),
  execute: async (input) => callTool('convert', input),
})

const clerk = new Agent({
  id: 'clerk',
  name: 'clerk',
  instructions: 'Use the tools.',
  model: 'openai/gpt-5-mini',
  tools: { convert },
})

benchAgent(
  'Mastra',
  {
    agent: async ({ signal }) => (await clerk.generate('Convert 10 km to miles', { abortSignal: signal })).text,
    thresholds: { steps: { max: 2 }, toolCalls: { max: 1 } },
  },
  ({ output, expect }) => expect(output).toContain('6.2137'),
)
