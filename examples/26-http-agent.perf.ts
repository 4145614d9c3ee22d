// An agent behind an HTTP endpoint, in a process of its own, whose answer is streamed.
//
//   npx vitest --project perf examples/26
//
// `server` starts it before the first run and ends it after the last one, so that its model calls, processor time and memory are seen.
// Without it, the endpoint is one that is there already. You see runs that found an open connection apart from those that opened one.

import { benchAgent, httpAgent } from 'bench-agent'

const port = '47126'

benchAgent(
  'HTTP agent',
  {
    cases: [{ input: 'What weekday is 2026-11-20?', expected: 'Friday' }],
    agent: httpAgent<string>({
      url: `http://127.0.0.1:${port}/answer`,
      body: ({ input }) => ({ question: input }),
      // Server-sent events; the first text in them is the run's first token. Of unusual ones, `read` says what text they bring.
      answer: 'events',
      server: { command: process.execPath, args: ['examples/26-server.mjs', port] },
    }),
    thresholds: { steps: { max: 1 }, totalTokens: { max: 60 }, ttftMs: { p50: 2_000 } },
  },
  ({ output, expected, expect }) => expect(output).toContain(expected),
)
