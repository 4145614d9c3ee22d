import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { reachGoal } from '../../fixtures/agents/reach-goal.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { sleep, wallClock } from '../../src/domain/clock.ts'
import { type Observation, type ObserveOptions, observe } from '../../src/run/observation.ts'
import { runNode } from '../measure/child.ts'

const prices = { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } }

let server: ModelServer
let client: OpenAI
let observation: Observation | undefined

beforeAll(async () => {
  server = await startModelServer()
  client = new OpenAI({ apiKey: 'any', baseURL: server.baseUrl })
})
afterEach(() => {
  observation?.stop()
  server.reset()
})
afterAll(() => server.close())

function observing(options?: ObserveOptions): Observation {
  observation = observe(options)
  return observation
}

describe('an observed run resolves with', () => {
  test('what the work returned', async () => {
    const { run } = observing()
    expect(await run('sync', () => 5)).toBe(5)
    expect(await run('async', async () => 'done')).toBe('done')
    expect(await run('nothing', () => undefined)).toBeUndefined()
  })

  test('what its stream said', async () => {
    const { run } = observing()
    const text = await run('stream', async function* () {
      yield 'Hel'
      yield 'lo'
    })
    expect(text).toBe('Hello')
    const response = await run('response', () => fetch(`${server.url}/log`))
    expect(await response.json()).toEqual([])
  })

  test('what the work returned although it left a model call open', async () => {
    const { run, summary } = observing()
    const found = await run('careless', async () => {
      const messages = [{ role: 'user' as const, content: 'What is 5 + 3?' }]
      const request = { model: 'gpt-5-mini', messages, stream: true as const }
      const stream = await client.chat.completions.create(request, { headers: { 'x-model-server': 'hold' } })
      await stream[Symbol.asyncIterator]().next()
      return 'done'
    })
    expect(found).toBe('done')
    expect(summary().outcomes.error).toBe(1)
  })
})

describe('an observed run rejects with', () => {
  const broken = new RangeError('no such invoice')

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw broken
      },
    ],
    ['rejects', () => Promise.reject(broken)],
    [
      'breaks in its stream',
      async function* () {
        yield 'half'
        throw broken
      },
    ],
  ])('the very error of a work that %s', async (_, work) => {
    const { run, summary } = observing()
    await expect(run('refund', work)).rejects.toBe(broken)
    expect(summary().outcomes).toMatchObject({ ok: 0, error: 1 })
  })

  test('whatever was thrown, undefined too', async () => {
    const { run } = observing()
    const thrown = await run('odd', () => Promise.reject(undefined)).then(
      () => 'resolved',
      (error: unknown) => [error],
    )
    expect(thrown).toEqual([undefined])
  })

  test('the limit that stopped it, and its work is told by the signal', async () => {
    const { run, summary } = observing({ limits: { latencyMs: 40, steps: 2 } })
    let reason: unknown
    const hanging = run('hanging', ({ signal }) => {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
          reject(signal.reason)
        })
      })
    })
    await expect(hanging).rejects.toThrow('latency passed its limit of 40 ms')
    expect(reason).toMatchObject({ name: 'TimeoutError' })
    const greedy = run('greedy', ({ usage }) => {
      for (let step = 0; step < 3; step++) usage({ inputTokens: 1 })
      return sleep(wallClock, 5)
    })
    await expect(greedy).rejects.toThrow('steps reached 3, over its limit of 2')
    expect(summary().outcomes).toMatchObject({ timeout: 1, limit: 1 })
  })
})

describe('the summary', () => {
  test('has each kind of run as a case', async () => {
    const { run, summary } = observing()
    await run('quick', () => sleep(wallClock, 1))
    await run('slow', () => sleep(wallClock, 30))
    await run('quick', () => sleep(wallClock, 1))
    const { runs, cases, metrics } = summary()
    expect(runs).toBe(3)
    expect(cases.map(({ name, outcomes, metrics }) => [name, outcomes.ok, metrics.latencyMs?.n])).toEqual([
      ['quick', 2, 2],
      ['slow', 1, 1],
    ])
    expect(cases[1]?.metrics.latencyMs?.mean).toBeGreaterThanOrEqual(29)
    expect(metrics.latencyMs?.min).toBeLessThan(29)
  })

  test('tells what model calls the work made, at once and one by one', async () => {
    const { run, summary } = observing({ prices })
    await Promise.all([
      run('invoice', ({ signal }) => reachGoal(client, 'What is the total of invoices 3, 5 and 8?', { signal })),
      run('invoice', ({ signal }) => reachGoal(client, 'Refund invoice 17', { signal, streamed: true })),
    ])
    const { metrics, scenario } = summary()
    const sum = (field: 'inputTokens' | 'outputTokens') =>
      server.log.reduce((total, call) => total + (call.usage?.[field] ?? 0), 0)
    expect(metrics.modelCalls).toMatchObject({ n: 2, mean: server.log.length / 2 })
    expect(metrics.inputTokens?.mean).toBe(sum('inputTokens') / 2)
    expect(metrics.costUsd?.mean).toBeCloseTo((sum('inputTokens') * 0.25 + sum('outputTokens') * 2) / 2e6, 12)
    expect(scenario.successRatio).toBe(1)
  })

  test('has no more runs than are kept', async () => {
    const { run, summary } = observing({ runsKept: 3 })
    for (let index = 0; index < 5; index++) expect(await run('loop', () => index)).toBe(index)
    expect(summary().runs).toBe(3)
  })

  test('is there before the first run, and grows', async () => {
    const { run, summary } = observing()
    expect(summary()).toMatchObject({ runs: 0, metrics: {}, cases: [] })
    await run('first', () => undefined)
    expect(summary().runs).toBe(1)
  })
})

test('the work is given a run like any agent', async () => {
  const { run, summary } = observing()
  await run('chat', async ({ name, input, state, turn, usage }) => {
    expect([name, input, state]).toEqual(['chat', undefined, undefined])
    await turn('greet', () => sleep(wallClock, 5))
    usage({ inputTokens: 40, outputTokens: 2 })
  })
  expect(summary()).toMatchObject({ turns: [{ name: 'greet' }], metrics: { totalTokens: { mean: 42 } } })
})

describe('when it ends', () => {
  test('it tells what there was, with the highest resident set', async () => {
    const { run, stop } = observing()
    await run('last', () => undefined)
    const summary = stop()
    expect(summary.runs).toBe(1)
    expect(summary.scenario.peakRssBytes).toBeGreaterThan(2 ** 24)
  })

  test('model calls are not watched any more', async () => {
    const { run, stop, summary } = observing()
    stop()
    await run('after', () => reachGoal(client, 'What is 5 + 3?'))
    expect(summary().metrics.modelCalls).toBeUndefined()
  })

  test('or is forgotten, it does not keep the process alive', async () => {
    const startedMs = wallClock.nowMs()
    expect(await runNode('../run/forgetful-application.ts')).toMatchObject({ code: 0, stdout: 'done 1\n', stderr: '' })
    expect(wallClock.nowMs() - startedMs).toBeLessThan(8_000)
  })
})
