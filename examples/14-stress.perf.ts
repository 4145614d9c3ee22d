// How an agent bears what production has in store: a suite of eight tests, and a score.
//
//   npx vitest --project perf examples/14
//
// Ten times the load, a long load, a spike, memory pressure, many at one instant, large inputs, rate limits, and an outage of the
// model. The last two need no change to the agent: faults meet its model calls where they leave the process.

import { stressAgent } from 'bench-agent'
import OpenAI from 'openai'

const openai = new OpenAI({ maxRetries: 4 })

stressAgent(
  'assistant under stress',
  {
    // Each kind of stress follows from these: so many at once when nothing is wrong, for so long.
    concurrency: 1,
    durationMs: 1_500,
    cases: [{ name: 'weekday', input: 'What weekday is 2026-11-20?' }],
    agent: async ({ input, signal }) => {
      const completion = await openai.chat.completions.create(
        { model: 'gpt-5-mini', messages: [{ role: 'user', content: input }] },
        { signal },
      )
      return completion.choices[0]?.message.content ?? ''
    },
    // Bounds of your own for any kind of stress; `false` leaves one out. These are wide, for here the model runs beside the agent.
    scenarios: {
      highLoad: { slowdownRatio: 50 },
      sustained: { slowdownRatio: 20 },
      spike: { slowdownRatio: 50, recoveryMs: 10_000 },
      memoryPressure: { slowdownRatio: 50 },
      concurrentRequests: { slowdownRatio: 100 },
      largeInputs: { slowdownRatio: 50 },
      rateLimiting: { slowdownRatio: 50 },
      failureRecovery: { slowdownRatio: 2_000, recoveryMs: 10_000 },
    },
    thresholds: { resilienceScore: 0.5 },
  },
  ({ output, expect }) => expect(output).toContain('Friday'),
)
