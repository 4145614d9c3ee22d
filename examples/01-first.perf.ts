// The smallest performance test: an agent, and a check that its answer is right.
//
//   npx vitest --project perf examples/01
//
// The agent is called ten times, after one warm-up that is not measured. You see how many answers were right, how long a
// run took and how many tokens it cost. The agent does nothing for that: its model calls are seen on the wire.

import { benchAgent } from 'bench-agent'
import OpenAI from 'openai'

const openai = new OpenAI()

async function ask(question: string) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
  })
  return completion.choices[0]?.message.content
}

benchAgent('arithmetic', { agent: () => ask('What is 5 + 3?') }, ({ output, expect }) => {
  expect(output).toContain('8')
})
