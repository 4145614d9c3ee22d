// The baseline: the test fails when the agent gets worse than it was, without any threshold.
//
//   npx vitest --project perf examples/03
//
// The first passing run writes examples/__bench__/03-baseline.perf.ts.json. Commit it: it holds what is the same on every
// machine, such as tokens, steps and success. Times are compared with earlier ones of the same machine only, which are kept
// in .bench-agent/history and not committed (model-server.setup.ts turns that off for the examples).
//
// Add a sentence to `instructions`, and the next run fails: it sends more tokens than the baseline did, beyond noise. To accept
// that, run once more with -u, and commit the file together with the change that caused it.

import { benchAgent } from 'bench-agent'
import OpenAI from 'openai'

const openai = new OpenAI()
const instructions = 'Answer in one short sentence.'

async function ask(question: string) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content: question },
    ],
  })
  return completion.choices[0]?.message.content
}

benchAgent(
  'date arithmetic',
  {
    // What the baseline goes by: the name above may change.
    id: 'dates',
    cases: [
      { input: 'How many days between 2026-01-15 and 2026-03-01?', expected: '45' },
      { input: 'What weekday is 2026-11-20?', expected: 'Friday' },
    ],
    agent: ({ input }) => ask(input),
  },
  ({ output, expected, expect }) => expect(output).toContain(expected),
)
