// Checked by `npm run types`: what users write must compile, and what they misspell must not.
import { benchAgent, jsonl, measureAgent, type StandardSchema, stressAgent, sweep } from '../../src/index.ts'
import '../../src/matchers.ts'
import { expect, test } from 'vitest'

declare const RefundCase: StandardSchema<{ input: string; expected: string }>
declare function freshDb(): Promise<{ close: () => void; rows: number }>
declare function refund(input: string, db: { rows: number }, signal: AbortSignal): Promise<string>
declare function refundOf(input: string): Promise<string>
declare function judge(text: string): Promise<number>
declare const models: { name: string; budget: number }[]
declare function commandAgent(argv: string[]): (run: { input: unknown }) => Promise<string>

benchAgent(
  'refund',
  {
    cases: jsonl('./refund.jsonl', RefundCase),
    runs: 20,
    warmup: 2,
    setup: async () => ({ db: await freshDb() }),
    teardown: ({ db }) => db.close(),
    agent: ({ input, state, signal }) => refund(input, state.db, signal),
    limits: { latencyMs: 30_000, totalTokens: 50_000, costUsd: 0.2, steps: 15 },
    thresholds: {
      latencyMs: { p95: 4_000 },
      ttftMs: { p50: 800 },
      totalTokens: { mean: 3_000 },
      successRatio: 0.95,
      scores: { polite: { mean: 0.8 } },
    },
  },
  async ({ output, expected, expect, score }) => {
    const upper: string = output.toUpperCase()
    const known: string = expected.toUpperCase()
    expect(upper).toContain(known)
    score('polite', await judge(output))
  },
)

// As many runs as it takes, and what has to be found.
benchAgent('auto', {
  runs: { max: 50, stop: 'auto' },
  detect: { latencyMs: 0.2, totalTokens: 0.1, successRatio: 0.1, scores: { polite: 0.2 } },
  agent: () => 'done',
})

benchAgent('explained', { profile: { slowerThanMs: 5_000 }, agent: () => 'done' })
benchAgent('explained', { profile: { slowest: 1 }, agent: () => 'done' })
// @ts-expect-error a limit is a number
benchAgent('explained', { profile: { slowerThanMs: '5 s' }, agent: () => 'done' })

benchAgent('misspelled', {
  // @ts-expect-error there is one way to stop
  runs: { max: 50, stop: 'early' },
  // @ts-expect-error what is compared is asked by the names of thresholds
  detect: { workingMs: 0.2 },
  agent: () => 'done',
})

benchAgent.for(models)(
  'refund on $name',
  (model) => ({
    cases: [{ input: 'invoice 17', expected: 17 }],
    agent: async ({ input }) => ({ text: await refundOf(input + model.name) }),
    thresholds: { totalTokens: { mean: model.budget } },
  }),
  ({ output, expected, expect }) => {
    const sum: number = expected + 1
    expect(output.text.length).toBeGreaterThan(sum)
  },
)

benchAgent.each([
  [1, 'a'],
  [2, 'b'],
])('each %i', (count, name) => ({ runs: count + 1, agent: () => name.toUpperCase() }))

// A stream of text reaches the check as text, any other stream as an array.
benchAgent(
  'streams text',
  {
    agent: async function* () {
      yield 'a'
    },
  },
  ({ output }) => output.trim(),
)
benchAgent(
  'streams objects',
  {
    agent: async function* () {
      yield { step: 1 }
    },
  },
  ({ output }) => output.map((part) => part.step + 1),
)
benchAgent('a response', { agent: () => fetch('http://127.0.0.1') }, async ({ output }) => (await output.text()).trim())

// An agent made by a function takes whatever its cases hold.
benchAgent(
  'triage (python)',
  { cases: [{ input: { title: 'db down' }, expected: 'P1' }], agent: commandAgent(['python', 'triage.py']) },
  ({ output, expected, expect }) => expect(output.trim()).toBe(expected.trim()),
)

// Fixtures reach the check and `setup`.
benchAgent.extend<{ port: number }>({ port: 80 })(
  'with fixtures',
  { setup: ({ port }) => port + 1, agent: ({ state }) => state * 2 },
  ({ output, port }) => output + port,
)

benchAgent.skip('a', { agent: () => 1 })
benchAgent.only('b', { agent: () => 1 })
benchAgent.todo('c')
benchAgent.skipIf(true)('d', { agent: () => 1 })
benchAgent.runIf(true).concurrent('e', { agent: () => 1, tags: ['slow'], retry: 1, timeout: 1_000 })

test('a refund stays cheap', async ({ expect, task }) => {
  const result = await measureAgent(task, { runs: 5 }, () => refundOf('invoice 17'))
  expect(result).toMeetThresholds({ totalTokens: { max: 3_500 }, toolCalls: { max: 4 } })
  expect(result).toMatchBaseline()
  await expect(Promise.resolve(result)).resolves.toMatchBaseline()
})

const cases = [{ input: 'x' }]
const length = { cases, agent: async ({ input }: { input: string }) => input.length }
// @ts-expect-error a metric that does not exist
benchAgent('misspelt metric', { ...length, thresholds: { latencyMS: { p95: 1 } } })
// @ts-expect-error a statistic that does not exist
benchAgent('misspelt statistic', { ...length, thresholds: { latencyMs: { p96: 1 } } })
// @ts-expect-error an option that does not exist
benchAgent('misspelt option', { ...length, warmUp: 2 })
// @ts-expect-error a metric that no run can be stopped by
benchAgent('misspelt limit', { ...length, limits: { ttftMs: 1 } })
// @ts-expect-error the agent is missing
benchAgent('no agent', { cases })
// @ts-expect-error input is a string, which has no such method
benchAgent('wrong input', { cases, agent: ({ input }) => input.toFixed(1) })
// @ts-expect-error the output is a number, which has no such method
benchAgent('wrong output', { cases, agent: ({ input }) => input.length }, ({ output }) => output.trim())
// @ts-expect-error what setup returned has no such property
benchAgent('wrong state', { cases, setup: () => ({ a: 1 }), agent: ({ state }) => state.b })
// @ts-expect-error no such fixture
benchAgent('no fixture', { cases, agent: () => 1 }, ({ port }) => port)
// @ts-expect-error a matcher judges a measurement by thresholds that exist
expect({}).toMeetThresholds({ tokens: { max: 1 } })

// A sweep knows what it goes over, and its check what the agent takes and returns.
sweep('over numbers', {
  over: { concurrency: [1, 2, 5] },
  agent: ({ input }) => input,
  repeats: 4,
  thresholds: { efficiencyRatio: { 5: 0.7 }, latencyMs: { p50: 100 } },
})
sweep('over objects', {
  over: { model: models },
  configure: ({ name, budget }) => ({ agent: () => name.repeat(budget) }),
})
sweep(
  'with cases',
  {
    over: { model: models },
    cases: [{ input: 'invoice 17', expected: 17 }],
    configure: (model) => ({ limits: { totalTokens: model.budget } }),
    agent: async ({ input }) => ({ text: await refundOf(input.trim()) }),
  },
  ({ input, output, expected, expect }) =>
    expect(output.text.length + input.length).toBeGreaterThan(expected.valueOf()),
)
sweep.skip('a', { over: { concurrency: [1] }, agent: () => 1 })
sweep.skipIf(true)('b', { over: { concurrency: [1] }, agent: () => 1 })
sweep.todo('c')
// @ts-expect-error there is nothing to go over
sweep('over nothing', { agent: () => 1 })
// @ts-expect-error a value has no such property
sweep('misspelt value', { over: { model: models }, configure: ({ nme }) => ({ agent: () => nme }) })
// @ts-expect-error an option that does not exist
sweep('misspelt option', { over: { concurrency: [1] }, agent: () => 1, warmUp: 2 })
// @ts-expect-error the output is a number, which has no such method
sweep('wrong output', { over: { concurrency: [1] }, agent: () => 1 }, ({ output }) => output.trim())
// @ts-expect-error an efficiency is a number
sweep('wrong efficiency', { over: { concurrency: [1] }, agent: () => 1, thresholds: { efficiencyRatio: { 5: '70%' } } })
// @ts-expect-error no level has a baseline
sweep('with a baseline', { over: { concurrency: [1] }, agent: () => 1, baseline: false })

// A stress suite knows what its agent takes and returns, and the kinds of stress.
stressAgent('under stress', {
  agent: ({ signal }) => refundOf(String(signal.aborted)),
})
stressAgent(
  'with all it may say',
  {
    cases: [{ input: 'invoice 17', expected: 17 }],
    where: ({ input }) => input.startsWith('invoice'),
    concurrency: 2,
    durationMs: 1_000,
    setup: async () => ({ db: await freshDb() }),
    teardown: ({ db }) => db.close(),
    agent: async ({ input, state, signal }) => ({ text: await refund(input, state.db, signal) }),
    limits: { latencyMs: 5_000 },
    spendUsd: 1,
    scenarios: {
      largeInputs: false,
      spike: { slowdownRatio: 20, recoveryMs: 500 },
      rateLimiting: { successRatio: 0.9 },
    },
    thresholds: { resilienceScore: 0.8 },
  },
  ({ output, expected, expect }) => expect(output.text.length).toBeGreaterThan(expected.valueOf()),
)
stressAgent.skip('a', { agent: () => 1 })
stressAgent.only('b', { agent: () => 1 })
// @ts-expect-error the agent is missing
stressAgent('no agent', { durationMs: 1_000 })
// @ts-expect-error a kind of stress that does not exist
stressAgent('misspelt kind', { agent: () => 1, scenarios: { spikes: false } })
// @ts-expect-error a kind of stress is left out by false
stressAgent('left in', { agent: () => 1, scenarios: { spike: true } })
// @ts-expect-error a bound that does not exist
stressAgent('misspelt bound', { agent: () => 1, scenarios: { spike: { recoverMs: 1 } } })
// @ts-expect-error all kinds are judged by one score
stressAgent('thresholds of a scenario', { agent: () => 1, thresholds: { latencyMs: { p95: 1 } } })
// @ts-expect-error each kind of stress has its own load
stressAgent('with a load', { agent: () => 1, load: { concurrency: 2 } })
// @ts-expect-error each kind of stress has its own number of runs
stressAgent('with runs', { agent: () => 1, runs: 5 })
// @ts-expect-error an option that does not exist
stressAgent('misspelt option', { agent: () => 1, warmUp: 2 })
// @ts-expect-error the output is a number, which has no such method
stressAgent('wrong output', { agent: () => 1 }, ({ output }) => output.trim())
