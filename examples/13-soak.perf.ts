// Whether an agent leaks: 3,000 runs in 30 cycles, and what is still in use after each.
//
//   npx vitest --project perf examples/13
//
// The agent remembers what it was asked last, and forgets the oldest: memory grows until its cache is full, and then no more.
// Delete the line that forgets, and the test fails: so many bytes a run, in the second half of the cycles.

import { soak } from 'bench-agent'

const remembered = new Map<string, string>()
const most = 500

soak(
  'assistant with a memory',
  {
    cases: [{ input: 'What is the status of order' }],
    agent: ({ input, index, usage }) => {
      const question = `${input} ${index}?`
      remembered.set(question, `Order ${index} is on its way. `.repeat(10))
      const [oldest = ''] = remembered.keys()
      if (remembered.size > most) remembered.delete(oldest)
      usage({ inputTokens: 12, outputTokens: 60 })
      return remembered.get(question)
    },
    thresholds: { leakBytesPerRun: 256 },
  },
  ({ output, expect }) => expect(output).toContain('on its way'),
)
