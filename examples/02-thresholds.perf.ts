// Thresholds: what all runs together must hold, or the test fails.
//
//   npx vitest --project perf examples/02
//
// A threshold is the worst value that you accept. Three cases take turns until each had twenty runs: sixty, for a p95 says
// nothing under 59. Set one to something the agent cannot hold, and you see which one broke, by how much and what to do.

import { benchAgent } from 'bench-agent'
import OpenAI from 'openai'

const openai = new OpenAI()

// An agent that returns a stream: a run ends with it, and its first item is the first thing a user sees.
async function* ask(question: string) {
  const chunks = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content
    if (text) yield text
  }
}

benchAgent(
  'assistant',
  {
    cases: [
      { input: 'What is (2 + 3) * 4?', expected: '20' },
      { input: 'Convert 10 km to miles', expected: '6.21' },
      { input: 'What weekday is 2026-11-20?', expected: 'Friday' },
    ],
    runs: 20,
    agent: ({ input }) => ask(input),
    thresholds: {
      latencyMs: { p50: 1_000, p95: 2_000 },
      ttftMs: { p95: 1_000 },
      totalTokens: { mean: 25, max: 30 },
      successRatio: 0.95,
      scores: { brevity: { mean: 0.8 } },
    },
  },
  ({ output, expected, expect, score }) => {
    // A failed assertion makes the run wrong; a score says how good a right answer is, from 0 to 1.
    expect(output).toContain(expected)
    score('brevity', Math.min(1, 20 / output.length))
  },
)
