import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wallClock } from '../../src/domain/clock.ts'
import type { Fault } from '../../src/domain/fault.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { scenarioSetting } from './scenario-setting.ts'

let server: Server
let url: string
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const usage = { prompt_tokens: 5, completion_tokens: 2 }
      response.end(JSON.stringify({ model: 'm', choices: [{ message: { role: 'assistant', content: 'ok' } }], usage }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`
})
afterAll(() => server.close())

/** Asks once, and once more where it may. */
async function ask(retries: number): Promise<string> {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (response.ok) return response.text()
  await response.text()
  if (retries > 0) return ask(retries - 1)
  throw new Error(`the model answered ${response.status}`)
}

const everyFourth: Fault[] = [{ kind: 'rateLimit', burst: { everyCalls: 4, calls: 1 } }]

test('an execution meets the faults of its plan, in its measured runs only, and says so', async () => {
  const options = { runs: 8, warmup: 2, faults: everyFourth }
  const { record } = await runScenario(scenarioSetting(wallClock, () => ask(0), { options }))
  expect(record.faults).toMatchObject({ calls: 8, past: 0, injected: { rateLimit: 2, timeout: 0 } })
  expect(record.coldStart).toMatchObject({ outcome: 'ok' })
  expect(record.summary.outcomes).toMatchObject({ ok: 6, error: 2, infrastructure: 0 })
  expect(record.comparability.load).toBe('concurrency 1; 429 to 1 of every 4 calls')
  expect(record.plan).toMatchObject({ faults: everyFourth, faultSeed: 1 })
})

test('a retry is a call of its own', async () => {
  const options = { runs: 9, faults: everyFourth }
  const { record } = await runScenario(scenarioSetting(wallClock, () => ask(1), { options }))
  expect(record.summary.outcomes).toMatchObject({ ok: 9 })
  expect(record.faults).toMatchObject({ calls: 11, injected: { rateLimit: 2 } })
  expect(record.summary.metrics.modelCalls).toMatchObject({ mean: 11 / 9 })
})

test('without a plan nothing is told', async () => {
  const { record } = await runScenario(scenarioSetting(wallClock, () => ask(0), { options: { runs: 2 } }))
  expect(record.faults).toBeUndefined()
  expect(record.plan.faults).toBeUndefined()
})
