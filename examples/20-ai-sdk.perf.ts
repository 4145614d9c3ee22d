// The AI SDK: what its agent does, with nothing added to it.
//
//   npx vitest --project perf examples/20
//
// Model calls, tokens and cost are seen on the wire. The SDK tells of its steps and tools by itself, so you also see how long
// each tool took, and in `.bench-agent/traces.json` which call belongs to which step. `run.phase` names parts of your own.

import { openai } from '@ai-sdk/openai'
import { generateText, isStepCount, tool } from 'ai'
import { benchAgent } from 'bench-agent'
import { z } from 'zod'
import { callTool } from '../fixtures/model-server/tools.ts'

const calculator = tool({
  description: 'Evaluates an arithmetic expression',
  inputSchema: z.object({ expression: z.string() }),
  execute: async (input) => callTool('calculator', input),
})

benchAgent(
  'AI SDK',
  {
    agent: async ({ phase, signal }) => {
      const prompt = await phase('read the order', async () => 'Calculate 15% of 360, multiply by 2, then subtract 50')
      const { text } = await phase('answer', () =>
        generateText({
          model: openai('gpt-5-mini'),
          prompt,
          tools: { calculator },
          stopWhen: isStepCount(10),
          abortSignal: signal,
        }),
      )
      return text
    },
    thresholds: { steps: { max: 4 }, toolCalls: { max: 3 }, toolMs: { p50: 100 } },
  },
  ({ output, expect }) => expect(output).toContain('58'),
)
