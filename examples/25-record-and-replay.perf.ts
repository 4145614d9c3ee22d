// Models that were called once, and answer again: no key, no network, no money, the same tokens every time.
//
//   BENCH_AGENT_MODE=record npx vitest --project perf examples/25     calls the model, and records what it answers
//   npx vitest --project perf examples/25                             replays it
//
// What was recorded lies in `__bench__/recordings`, and belongs into version control. Run i replays recording i, and there are as
// many runs as were recorded. Change the prompt, and the test says that it needs recording, what differs, and what that costs.

import { benchAgent } from 'bench-agent'
import OpenAI from 'openai'

const today = () => new Date().toISOString().slice(0, 10)

async function clerk(question: string): Promise<string> {
  // In CI there is no key, and none is needed.
  const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY ?? 'none' })
  const ask = (content: string) =>
    client.chat.completions.create({
      model: 'gpt-5-mini',
      messages: [
        { role: 'system', content: `You are a clerk. Today is ${today()}.` },
        { role: 'user', content },
      ],
    })
  const draft = await ask(question)
  const answer = await ask(`In one sentence: ${draft.choices[0]?.message.content}`)
  return answer.choices[0]?.message.content ?? ''
}

// Another one each day: taken out of what is recorded, and of what it is found by.
const date = /\d{4}-\d{2}-\d{2}/g

benchAgent(
  'a clerk, replayed',
  {
    cases: [
      { name: 'sum', input: 'What is 5 + 3?' },
      { name: 'product', input: 'What is 6 * 7?' },
    ],
    mode: 'replay',
    replay: { redact: (body) => JSON.parse(JSON.stringify(body).replace(date, '')) },
    agent: ({ input }) => clerk(input),
    thresholds: { steps: { max: 2 }, totalTokens: { max: 500 } },
  },
  ({ output, expect }) => expect(output).not.toBe(''),
)
