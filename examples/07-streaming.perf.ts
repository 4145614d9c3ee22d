// Streams and conversations: how long until a user sees something, how fast it goes on, and how long each turn takes.
//
//   npx vitest --project perf examples/07
//
// A returned stream is read to its end, and the run ends with it. `ttftMs` is the time to its first item, and
// `interTokenLatencyMs` the time from one token of the model to the next. A part that `run.turn` names is measured too.

import { openai } from '@ai-sdk/openai'
import { type ModelMessage, streamText } from 'ai'
import { benchAgent } from 'bench-agent'

const model = openai('gpt-5-mini')

benchAgent(
  'streamed answer',
  {
    agent: ({ signal }) =>
      streamText({ model, prompt: 'Count from 3 to 8, doubling each number', abortSignal: signal }).textStream,
    thresholds: { ttftMs: { p50: 1_000 }, interTokenLatencyMs: { p50: 100 }, outputTokensPerSecond: { p50: 10 } },
  },
  ({ output, expect }) => expect(output).toContain('6, 8, 10, 12, 14, 16'),
)

benchAgent(
  'conversation',
  {
    agent: async ({ turn, signal }) => {
      const messages: ModelMessage[] = []
      const say = (content: string) => {
        messages.push({ role: 'user', content })
        return streamText({ model, messages, abortSignal: signal }).textStream
      }
      const days = await turn('days', () => say('How many days between 2026-01-15 and 2026-03-01?'))
      messages.push({ role: 'assistant', content: days })
      const weekday = await turn('weekday', () => say('What weekday is 2026-03-01?'))
      return { days, weekday }
    },
    thresholds: { latencyMs: { p50: 2_000 }, modelCalls: { max: 2 } },
  },
  ({ output, expect }) => {
    expect(output.days).toContain('45')
    expect(output.weekday).toContain('Sunday')
  },
)
