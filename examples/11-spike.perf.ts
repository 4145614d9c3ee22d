// What users feel when ten times as many come at once, and how soon it is over.
//
//   npx vitest --project perf examples/11
//
// Users come when they come, so the load is a rate and the time that counts is `responseTimeMs`: from when a run was due, not
// from when it could start. The report shows the load second by second: what came, what was in flight, and how long it took.

import { benchAgent, spike } from 'bench-agent'
import OpenAI from 'openai'
import pLimit from 'p-limit'

const openai = new OpenAI()
// As many calls as the contract with the provider allows.
const provider = pLimit(1)

benchAgent(
  'newsletter',
  {
    load: spike({
      from: { ratePerSecond: 10 },
      to: { ratePerSecond: 100 },
      beforeMs: 2_000,
      holdMs: 1_000,
      afterMs: 3_000,
    }),
    cases: [{ input: 'What weekday is 2026-11-20?' }],
    agent: async ({ input, signal }) => {
      const ask = () =>
        openai.chat.completions.create(
          { model: 'gpt-5-mini', messages: [{ role: 'user', content: input }] },
          { signal },
        )
      const completion = await provider(ask)
      return completion.choices[0]?.message.content ?? ''
    },
    thresholds: { responseTimeMs: { p50: 3_000, p95: 8_000 } },
  },
  ({ output, expect }) => expect(output).toContain('Friday'),
)
