// LangGraph: the nodes of a graph as the steps of a run.
//
//   npx vitest --project perf examples/22
//
// Graph nodes and tools come with their times. LangChain repeats a request that was refused: the repetition is a model call, no
// step, and the time until then is back-off, which `workingMs` leaves out.

import { tool } from '@langchain/core/tools'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { benchAgent } from 'bench-agent'
import { z } from 'zod'
import { callTool } from '../fixtures/model-server/tools.ts'

const lookup = tool(async (input) => JSON.stringify(callTool('lookup', input)), {
  name: 'lookup',
  description: 'Finds one row of the shop data',
  schema: z.object({ table: z.string(), key: z.string() }),
})

const graph = createReactAgent({ llm: new ChatOpenAI({ model: 'gpt-5-mini' }), tools: [lookup] })

benchAgent(
  'LangGraph',
  {
    agent: async ({ signal }) => {
      const messages = [{ role: 'user', content: 'What is the email of customer 3?' }]
      const result = await graph.invoke({ messages }, { signal })
      return result.messages.at(-1)?.content
    },
    thresholds: { steps: { max: 2 }, toolCalls: { max: 1 }, retries: { max: 0 } },
  },
  ({ output, expect }) => expect(output).toContain('alan@turing.example'),
)
