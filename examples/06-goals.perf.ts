// An agent with tools, on fifteen goals in five classes, each class with a budget of steps and tokens.
//
//   npx vitest --project perf examples/06
//
// The agent is a ToolLoopAgent of the AI SDK with seven tools, imported as yours would be. It goes on for as long as its model
// asks for tools, so `limits` end a run that goes round in circles. You see a row for each class: latency, tokens, steps.

import { benchAgent } from 'bench-agent'
import { aiSdkAgent } from '../fixtures/agents/ai-sdk-agent.ts'
import { goals } from '../fixtures/model-server/goals.ts'

benchAgent(
  'goals',
  {
    cases: goals,
    runs: 2,
    agent: aiSdkAgent,
    limits: { steps: 20, latencyMs: 10_000 },
    categories: {
      simple: { steps: { max: 4 }, totalTokens: { max: 9_999 } },
      medium: { steps: { max: 9 }, totalTokens: { max: 24_999 } },
      complex: { steps: { max: 14 }, totalTokens: { max: 49_999 } },
      multiStep: { steps: { max: 14 }, totalTokens: { max: 49_999 } },
      iterative: { steps: { max: 14 }, totalTokens: { max: 49_999 } },
    },
  },
  ({ output, expected, expect }) => expect(output).toContain(expected),
)
