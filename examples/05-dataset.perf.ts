// Cases from a file: each line of 05-dataset.jsonl is one. There are `json` and `csv` too.
//
//   npx vitest --project perf examples/05
//
// A schema checks every line and turns it into a case; what is wrong is told with its line. `where` keeps some of the cases,
// `sample` draws from them, and `categories` judges each group of cases by thresholds of its own. You see a row for each.

import { benchAgent, jsonl } from 'bench-agent'
import OpenAI from 'openai'
import { z } from 'zod'

const openai = new OpenAI()

async function ask(question: string, signal: AbortSignal) {
  const completion = await openai.chat.completions.create(
    { model: 'gpt-5-mini', messages: [{ role: 'user', content: question }] },
    { signal },
  )
  return completion.choices[0]?.message.content
}

const Line = z.strictObject({ question: z.string(), answer: z.string(), topic: z.string() })
const Case = Line.transform(({ question, answer, topic }) => ({ input: question, expected: answer, category: topic }))

benchAgent(
  'questions',
  {
    cases: jsonl('./05-dataset.jsonl', Case),
    where: ({ category }) => category !== 'text',
    sample: 12,
    runs: 5,
    agent: ({ input, signal }) => ask(input, signal),
    categories: {
      arithmetic: { totalTokens: { max: 40 } },
      dates: { totalTokens: { max: 50 } },
      units: { totalTokens: { max: 30 }, successRatio: 0.9 },
    },
  },
  ({ output, expected, expect }) => expect(output).toContain(expected),
)
