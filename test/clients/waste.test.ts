import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients } from '../../fixtures/clients/all.ts'
import type { Ask, ClientFixture } from '../../fixtures/clients/client.ts'
import { endlessGoal } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { observe } from '../../src/capture/observe.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import { runSetting } from '../measure/run-setting.ts'

let server: ModelServer
let stop: () => void
beforeAll(async () => {
  server = await startModelServer()
  stop = observe()
})
afterAll(async () => {
  stop()
  await server.close()
})

async function runOf(ask: Ask, goal: string, streamed: boolean, steps = 30): Promise<RunMeasurement> {
  server.reset()
  const setting = runSetting(wallClock, ({ signal }) => ask({ goal, streamed, signal }), { limits: { steps } })
  try {
    return await measureRun(setting, { name: goal, input: undefined }, 0)
  } finally {
    setting.inFlight.close()
  }
}

describe.each(clients.map((client) => [client.name, client] as const))('%s', (_, client: ClientFixture) => {
  let ask: Ask
  beforeAll(async () => {
    ask = await client.make(server)
  })

  const kinds = client.kinds ?? (['plain', 'streamed'] as const)
  test.each(kinds)('%s: what a conversation sends again is what the server counted before', async (kind) => {
    const run = await runOf(ask, 'Refund invoice 17', kind === 'streamed')
    expect(run.problem).toBeUndefined()
    const inputs = server.log.map(({ usage }) => usage?.inputTokens ?? Number.NaN)
    expect(inputs.length).toBeGreaterThan(2)
    expect(run.calls.map(({ resentTokens }) => resentTokens)).toEqual([0, ...inputs.slice(0, -1)])
    expect(run.calls.map(({ leadingTokens }) => leadingTokens)).toEqual([0, ...inputs.slice(0, -1)])
    const names = server.log.flatMap(({ toolCalls }) => toolCalls.map(({ name }) => ({ name })))
    expect(run.calls.flatMap(({ toolUses = [] }) => toolUses)).toEqual(names)
  })

  test.each(kinds)('%s: a tool call that is asked for again is known by its arguments', async (kind) => {
    const run = await runOf(ask, endlessGoal, kind === 'streamed', 4)
    expect(run.outcome).toBe('limit')
    const [first, ...again] = run.calls.slice(0, 4).map(({ toolUses }) => toolUses)
    expect(first).toEqual([{ name: 'check' }])
    expect(again).toEqual(again.map(() => [{ name: 'check', repeated: true }]))
    expect(again.length).toBeGreaterThan(1)
  })
})
