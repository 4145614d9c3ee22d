// Which configuration is the best, and whether its lead is real.
//
//   npx vitest --project perf examples/09
//
// Three system prompts for one question. Each is a scenario with a verdict and a baseline of its own; all are measured in turns, so
// that a slow minute of the provider hits all alike. At the end they stand side by side: the thorough one takes nearly three times the
// tokens, and answers no better.

import { benchAgent, type Run } from 'bench-agent'
import OpenAI from 'openai'

const openai = new OpenAI()
const prompts = [
  { style: 'plain', system: 'You answer questions.' },
  { style: 'brief', system: 'Answer in one sentence.' },
  {
    style: 'thorough',
    system:
      'You are a careful assistant. Before you answer, restate the question to yourself, think of what could be meant by it, check your answer against the calendar, and only then give it, politely and in whole sentences.',
  },
]

benchAgent.for(prompts)(
  'weekday, $style',
  ({ system }) => ({
    cases: [{ input: 'What weekday is 2026-11-20?' }, { input: 'What weekday is 2027-01-01?' }],
    agent: async ({ input, signal }: Run<string>) => {
      const messages = [
        { role: 'system' as const, content: system },
        { role: 'user' as const, content: input },
      ]
      const completion = await openai.chat.completions.create({ model: 'gpt-5-mini', messages }, { signal })
      return completion.choices[0]?.message.content ?? ''
    },
  }),
  ({ output, expect }) => expect(output).toContain('Friday'),
)
