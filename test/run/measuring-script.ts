import OpenAI from 'openai'
import { reachGoal } from '../../fixtures/agents/reach-goal.ts'
import { startModelServer } from '../../fixtures/model-server/server.ts'
import { measure } from '../../src/run/measure.ts'

// A script that measures an agent without any test runner, and prints its record. Which agent, its first argument says.

const [scenario] = process.argv.slice(2)

if (scenario === 'model') {
  const server = await startModelServer()
  const client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl })
  const record = await measure(
    {
      name: 'shop',
      cases: [
        { input: 'What is 5 + 3?', expected: '8' },
        { input: 'Refund invoice 17', expected: 'R-17', category: 'refund' },
      ],
      runs: 3,
      warmup: 1,
      setup: ({ name }) => ({ asked: name }),
      thresholds: { steps: { max: 5 }, scores: { brief: { min: 1 } } },
      prices: { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } },
    },
    ({ input, signal }) => reachGoal(client, input, { signal, streamed: true }),
    ({ output, expected, state, input, score }) => {
      if (state.asked !== input) throw new Error(`expected the state of ${input}, got that of ${state.asked}`)
      if (!output.includes(expected)) throw new Error(`expected ${expected} in ${output}`)
      score('brief', output.length < 500 ? 1 : 0)
    },
  )
  const answered = server.log.filter((call) => call.status === 200).length
  await server.close()
  console.log(JSON.stringify({ record, answered }))
} else if (scenario === 'strays') {
  const strays: (() => unknown)[] = [
    () => 'done',
    () =>
      new Promise(() => {
        setTimeout(() => {
          throw new Error('thrown in a timer')
        }, 5)
      }),
    () => {
      void Promise.reject(new Error('rejected unseen'))
      return new Promise((resolve) => setTimeout(resolve, 40))
    },
    () => process.exit(9),
    () => new Promise(() => setTimeout(() => process.exit(9), 5)),
    () => new Promise(() => undefined),
  ]
  const record = await measure({ runs: 12, warmup: 0, concurrency: 6, limits: { latencyMs: 300 } }, ({ index }) =>
    strays[index % strays.length]?.(),
  )
  console.log(JSON.stringify({ record }))
}
