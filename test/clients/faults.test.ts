import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clients } from '../../fixtures/clients/all.ts'
import type { Ask, ClientFixture } from '../../fixtures/clients/client.ts'
import { goals } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { captureFaults } from '../../src/capture/guard.ts'
import { injectFaults } from '../../src/capture/intercept/faults.ts'
import { observe } from '../../src/capture/observe.ts'
import { wallClock } from '../../src/domain/clock.ts'
import { type Fault, type FaultKind, faultKinds } from '../../src/domain/fault.ts'
import type { Agent, Run } from '../../src/domain/scenario.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import { runSetting } from '../measure/run-setting.ts'

/**
 * What a client made of a fault that its first call met.
 *
 * - `retries`: it called again, and the answer was right
 * - `bears`: it got the right answer by the call that met the fault
 * - `fails`: its agent threw, or had nothing to show
 * - `misled`: its agent gave an answer, which was wrong
 * - `hangs`: it waited until the run was stopped
 */
type Reaction = 'retries' | 'bears' | 'fails' | 'misled' | 'hangs'

const when = { calls: [0] }
const faults: Record<FaultKind, Fault> = {
  rateLimit: { kind: 'rateLimit', retryAfterMs: 5, ...when },
  serverError: { kind: 'serverError', status: 503, retryAfterMs: 5, ...when },
  connectionRefused: { kind: 'connectionRefused', ...when },
  connectionReset: { kind: 'connectionReset', ...when },
  slowFirstToken: { kind: 'slowFirstToken', delayMs: 20, ...when },
  stalledStream: { kind: 'stalledStream', stallMs: 20, ...when },
  cutStream: { kind: 'cutStream', ...when },
  malformedChunk: { kind: 'malformedChunk', ...when },
  truncatedJson: { kind: 'truncatedJson', ...when },
  timeout: { kind: 'timeout', ...when },
}

const reactions: Record<string, Record<string, Partial<Record<FaultKind, Reaction>>>> = {}
const [goal] = goals
const { setTimeout: realSetTimeout } = globalThis

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

// Some clients wait for seconds before they try again. Longer timers are those by which they give up.
beforeEach(() => {
  const shortened = (then: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    realSetTimeout(() => then(...given), ms >= 100 && ms <= 20_000 ? 5 : ms)
  globalThis.setTimeout = Object.assign(shortened, realSetTimeout) as typeof setTimeout
})
afterEach(() => {
  globalThis.setTimeout = realSetTimeout
})

async function runWith(ask: Ask, streamed: boolean, fault: Fault): Promise<RunMeasurement> {
  const agent: Agent = ({ input, signal }: Run) => ask({ goal: String(input), streamed, signal })
  const setting = runSetting(wallClock, agent)
  const injected = await injectFaults([fault], 1)
  try {
    const run = measureRun(setting, { name: 'case', input: `${goal?.input} (run-0)` }, 0)
    if (fault.kind === 'timeout') {
      while (injected.injected().timeout === 0) await wallClock.breathe()
      setting.inFlight.stopAll({ outcome: 'timeout', message: 'stopped by the test' })
    }
    const measured = await run
    expect(injected.injected()[fault.kind]).toBe(1)
    expect(injected.calls()).toBe(measured.calls.length)
    return measured
  } finally {
    await injected.stop()
    setting.inFlight.close()
  }
}

function reactionOf({ outcome, output, values }: RunMeasurement): Reaction {
  if (outcome === 'timeout') return 'hangs'
  if (outcome !== 'ok') return 'fails'
  if (!String(output).includes(goal?.expected ?? '?')) return 'misled'
  return (values.retries ?? 0) > 0 ? 'retries' : 'bears'
}

describe.each(clients.map((client) => [client.name, client] as const))('%s', (_, client: ClientFixture) => {
  let ask: Ask
  let stop: () => void
  beforeAll(async () => {
    // Made before anybody watched, and with connections that it keeps.
    ask = await client.make(server)
    stop = observe()
    await ask({ goal: String(goal?.input), streamed: false, signal: new AbortController().signal })
  })
  afterAll(() => stop())

  describe.each(client.kinds ?? (['plain', 'streamed'] as const))('%s', (kind) => {
    test.each(faultKinds)('%s reaches it, is in the record, and is no failure of the infrastructure', async (fault) => {
      server.reset()
      const run = await runWith(ask, kind === 'streamed', faults[fault])
      expect(run.calls.map(({ injected }) => injected)).toEqual([fault, ...run.calls.slice(1).map(() => undefined)])
      expect(run.outcome).not.toBe('infrastructure')
      expect(run.refused).toBeUndefined()
      expect(run.values.modelCalls).toBe(run.calls.length)
      const never = new Set<FaultKind>(['rateLimit', 'serverError', 'connectionRefused', 'connectionReset', 'timeout'])
      expect(server.log).toHaveLength(run.calls.length - (never.has(fault) ? 1 : 0))
      expect(captureFaults()).toEqual({ count: 0 })
      const byKind = reactions[client.name] ?? {}
      reactions[client.name] = { ...byKind, [kind]: { ...byKind[kind], [fault]: reactionOf(run) } }
    })
  })
})

test('the table of what clients make of faults is the one that the README is made of', async () => {
  await expect(`${JSON.stringify(reactions, null, 2)}\n`).toMatchFileSnapshot('../../fixtures/golden/faults.json')
})
