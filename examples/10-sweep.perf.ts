// How much more gets done with more agents at work, and from where on they only wait for each other.
//
//   npx vitest --project perf examples/10
//
// All agents share four browsers. Four at work do four times as much as one; with sixteen most of the time is lost to the queue,
// as `efficiency` and `lost to` tell. The threshold holds what matters: that four do not hinder one another.

import { setTimeout } from 'node:timers/promises'
import { sweep } from 'bench-agent'
import OpenAI from 'openai'
import pLimit from 'p-limit'

const openai = new OpenAI()
const browsers = pLimit(4)

sweep(
  'browsing',
  {
    over: { concurrency: [1, 2, 4, 16] },
    cases: [{ input: 'What weekday is 2026-11-20?' }],
    agent: async ({ input, signal }) => {
      const page = await browsers(() => setTimeout(40, input, { signal }))
      const completion = await openai.chat.completions.create(
        { model: 'gpt-5-mini', messages: [{ role: 'user', content: page }] },
        { signal },
      )
      return completion.choices[0]?.message.content ?? ''
    },
    thresholds: { efficiencyRatio: { 4: 0.4 } },
  },
  ({ output, expect }) => expect(output).toContain('Friday'),
)
