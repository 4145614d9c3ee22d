// An agent in Python, which needs no change: its model calls, processor time and memory are seen from here.
//
//   npx vitest --project perf examples/27
//
// Its client of OpenAI reads OPENAI_BASE_URL, as all do: there, a proxy of ours passes its calls on and notes which run they belong to.
// `persistent` lets one process answer all runs, so that the start of Python and its imports are no part of them.

import { benchAgent, commandAgent } from 'bench-agent'

benchAgent(
  'Python agent',
  {
    cases: [
      { input: 'What is 5 + 3?', expected: '8' },
      { input: 'What weekday is 2026-11-20?', expected: 'Friday' },
    ],
    runs: 5,
    agent: commandAgent<string, string>({
      command: 'python3',
      args: ['examples/27-agent.py'],
      persistent: true,
      output: 'json',
      read: (answer) => String(answer),
    }),
    thresholds: { steps: { max: 1 }, totalTokens: { max: 60 }, childPeakRssBytes: 200_000_000 },
  },
  ({ output, expected, expect }) => expect(output).toContain(expected),
)
