// Anthropic's client: prompt caching, and what it saves.
//
//   npx vitest --project perf examples/24
//
// Input tokens include those read from the cache and those written to it, whatever the provider's own convention; each part has
// its own price. The prices are those of the public list, of the day that RESULTS.md names.

import Anthropic from '@anthropic-ai/sdk'
import { benchAgent } from 'bench-agent'

const anthropic = new Anthropic()

benchAgent(
  'Anthropic',
  {
    agent: async ({ signal }) => {
      const message = await anthropic.messages.create(
        {
          model: 'claude-sonnet-4-6',
          max_tokens: 200,
          system: [{ type: 'text', text: 'Answer in one sentence.', cache_control: { type: 'ephemeral' } }],
          messages: [{ role: 'user', content: 'What weekday is 2026-11-20?' }],
        },
        // What the model server is to report; a real provider decides on its own.
        { signal, headers: { 'x-model-server': 'cached=8,cacheWrite=4' } },
      )
      return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
    },
    thresholds: { cachedTokens: { mean: 8 }, costUsd: { mean: 0.001 } },
  },
  ({ output, expect }) => expect(output).toContain('Friday'),
)
