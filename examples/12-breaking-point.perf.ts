// The highest load that an agent sustains: no need to guess rates and to try them one by one.
//
//   npx vitest --project perf examples/12
//
// You say what users must not feel: no more than one in twenty waits longer than half a second. First one run at a time is
// measured, then more and more at once until no more gets done, then random arrivals at about that rate until one is kept.
// Eight workers of 25 ms could do 320 a second; the table shows how close it gets, and what breaks first.

import { setTimeout } from 'node:timers/promises'
import { breakingPoint } from 'bench-agent'
import pLimit from 'p-limit'

const workers = pLimit(8)

breakingPoint(
  'orders',
  {
    cases: [{ input: 'Where is my order?' }],
    agent: ({ signal }) => workers(() => setTimeout(25, 'On its way.', { signal })),
    objectives: { responseTimeMs: { p95: 500 }, failureRatio: 0.01 },
    thresholds: { sustainedPerSecond: 40 },
  },
  ({ output, expect }) => expect(output).toBe('On its way.'),
)
