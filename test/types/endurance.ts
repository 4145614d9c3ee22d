// Checked by `npm run types`: what users write of breaking points and soaks must compile, and what they misspell must not.
import { breakingPoint, soak } from '../../src/index.ts'

const cases = [{ input: 'x', expected: 1 }]
const length = { cases, agent: async ({ input }: { input: string }) => input.length }
const objectives = { responseTimeMs: { p95: 3_000 } }

breakingPoint(
  'all that there is',
  {
    ...length,
    setup: () => ({ limit: 1 }),
    objectives: { responseTimeMs: { p95: 3_000, mean: 1_000 }, modelTtftMs: { p99: 500 }, failureRatio: 0.01 },
    maxConcurrency: 64,
    maxRatePerSecond: 100,
    maxRuns: 5_000,
    spendUsd: 2,
    thresholds: { sustainedPerSecond: 5 },
    limits: { latencyMs: 30_000 },
    faults: [{ kind: 'rateLimit', rate: 0.01 }],
    tags: ['slow'],
  },
  ({ output, expected, expect }) => expect(output.toFixed(expected)).toBe('1'),
)
breakingPoint.skip('a', { ...length, objectives })
breakingPoint.only('b', { ...length, objectives })
breakingPoint.fails('c', { ...length, objectives })
breakingPoint.skipIf(true)('d', { ...length, objectives })
breakingPoint.runIf(true)('e', { ...length, objectives })
breakingPoint.todo('f')

// @ts-expect-error what has to be kept is missing
breakingPoint('no objectives', length)
// @ts-expect-error a metric that does not exist
breakingPoint('misspelt metric', { ...length, objectives: { latency: { p95: 1 } } })
// @ts-expect-error a highest value says nothing of a load
breakingPoint('misspelt statistic', { ...length, objectives: { latencyMs: { max: 1 } } })
// @ts-expect-error the search chooses the load
breakingPoint('with a load', { ...length, objectives, load: { concurrency: 2 } })
// @ts-expect-error the search chooses how many runs
breakingPoint('with runs', { ...length, objectives, runs: 5 })
// @ts-expect-error a threshold of scenarios
breakingPoint('misspelt threshold', { ...length, objectives, thresholds: { latencyMs: { p50: 1 } } })
// @ts-expect-error input is a string, which has no such method
breakingPoint('wrong input', { cases, agent: ({ input }) => input.toFixed(1), objectives })

soak(
  'all that there is',
  {
    ...length,
    cycles: 30,
    runsPerCycle: 100,
    concurrency: 4,
    warmup: 5,
    teardown: () => undefined,
    thresholds: { leakBytesPerRun: 256, latencyMs: { p95: 1_000 }, successRatio: 0.99 },
    spendUsd: 1,
  },
  ({ output, expected, expect }) => expect(output).toBe(expected),
)
soak.skip('a', length)
soak.only('b', length)
soak.fails('c', length)
soak.skipIf(false)('d', length)
soak.runIf(false)('e', length)
soak.todo('f')

// @ts-expect-error cycles say how many
soak('with runs', { ...length, runs: 5 })
// @ts-expect-error a soak goes on and on
soak('with a load', { ...length, load: { concurrency: 2 } })
// @ts-expect-error a soak is held against no other one
soak('with a baseline', { ...length, baseline: false })
// @ts-expect-error a threshold that does not exist
soak('misspelt threshold', { ...length, thresholds: { leakBytes: 1 } })
// @ts-expect-error the agent is missing
soak('no agent', { cases })
