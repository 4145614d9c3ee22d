// Performance in a test that you have already: `measureAgent` and two matchers.
//
//   npx vitest --project perf examples/04
//
// `benchAgent` is the shorter way to write a new test. This one is for a suite with set-up of its own, and for assertions of
// your own on what was measured. It works in the tests of any project; those of `perf` have the machine for themselves.

import { measureAgent } from 'bench-agent'
import 'bench-agent/matchers'
import OpenAI from 'openai'
import { describe, test } from 'vitest'

const openai = new OpenAI()

async function ask(question: string) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: question }],
  })
  return completion.choices[0]?.message.content
}

describe('assistant', () => {
  test('converts temperatures', async ({ expect }) => {
    expect(await ask('Convert 100 °C to °F')).toContain('212')
  })

  test('converts temperatures at a low price', async ({ expect, task }) => {
    const result = await measureAgent(task, { runs: 5 }, () => ask('Convert 100 °C to °F'))
    expect(result).toMeetThresholds({ totalTokens: { max: 30 }, modelCalls: { max: 1 } })
    expect(result).toMatchBaseline()
    expect(result.summary.outcomes.ok).toBe(5)
  })
})
