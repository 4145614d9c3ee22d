import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients } from '../../fixtures/clients/all.ts'
import type { Ask, ClientFixture } from '../../fixtures/clients/client.ts'
import { goals } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { heldCall, recordCall } from '../../src/capture/cassette/record-call.ts'
import { type ReplaySource, replayCalls } from '../../src/capture/cassette/replay.ts'
import { tapeOf } from '../../src/capture/cassette/tape.ts'
import { captureFaults } from '../../src/capture/guard.ts'
import { observe } from '../../src/capture/observe.ts'
import type { WireCall } from '../../src/capture/wire-call.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { RecordedRun } from '../../src/domain/recording.ts'
import type { Agent, Run } from '../../src/domain/scenario.ts'
import { interTokenLatencyMs, modelTtftMs } from '../../src/domain/span.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import { runSetting } from '../measure/run-setting.ts'

type Kind = 'plain' | 'streamed'

const [goal] = goals
const timing = { ttftMs: 100, tokenGapMs: 10 }
// What runs are that nobody replays: the same tokens, steps and tool calls, and that no model was called.
const reached: Record<string, Record<string, boolean>> = {}

let server: ModelServer
let stop: () => void

/** One client, made before anybody watched, with what it did live. */
interface Recorded {
  client: ClientFixture
  ask: Ask
  kind: Kind
  live: RunMeasurement
  recording: RecordedRun
}

const recorded: Recorded[] = []
const kindsOf = ({ kinds = ['plain', 'streamed'] }: ClientFixture) => kinds

async function runOnce(ask: Ask, kind: Kind, onCalls?: (calls: readonly WireCall[]) => void): Promise<RunMeasurement> {
  const agent: Agent = ({ input, signal }: Run) => ask({ goal: String(input), streamed: kind === 'streamed', signal })
  const setting = runSetting(wallClock, agent, { onCalls: (_, calls) => onCalls?.(calls) })
  try {
    return await measureRun(setting, { name: 'case', input: goal?.input }, 0)
  } finally {
    setting.inFlight.close()
  }
}

async function replayed({ ask, kind, recording }: Recorded, source: Partial<ReplaySource> = {}) {
  const misses: string[] = []
  const tape = tapeOf(recording, [])
  const replay = await replayCalls({
    tapeFor: () => tape,
    onMiss: (_, { key }) => misses.push(key),
    factor: 0,
    secrets: [],
    ...source,
  })
  try {
    return { run: await runOnce(ask, kind), misses, past: replay.past() }
  } finally {
    await replay.stop()
  }
}

const told = ({ outcome, output, values, calls }: RunMeasurement) => ({
  outcome,
  output,
  inputTokens: values.inputTokens,
  outputTokens: values.outputTokens,
  cachedTokens: values.cachedTokens,
  reasoningTokens: values.reasoningTokens,
  steps: values.steps,
  toolCalls: values.toolCalls,
  models: calls.map(({ model }) => model),
})

beforeAll(async () => {
  server = await startModelServer({ timing })
  const made = await Promise.all(clients.map(async (client) => ({ client, ask: await client.make(server) })))
  stop = observe()
  for (const { client, ask } of made)
    for (const kind of kindsOf(client)) {
      server.reset()
      const held: WireCall[] = []
      const live = await runOnce(ask, kind, (calls) => held.push(...calls.map(heldCall)))
      const recording = await Promise.all(held.map((wire) => recordCall(wire, { secrets: [] })))
      recorded.push({ client, ask, kind, live, recording })
    }
  await server.close()
}, 240_000)
afterAll(() => stop())

describe.each(clients.flatMap((client) => kindsOf(client).map((kind) => [client.name, kind] as const)))(
  '%s, %s',
  (name, kind) => {
    const one = (): Recorded => {
      const found = recorded.find(({ client, kind: other }) => client.name === name && other === kind)
      if (found === undefined) throw new Error(`nothing was recorded of ${name}, ${kind}`)
      return found
    }

    test('with the server stopped, it comes to the same tokens, steps and tool calls', async () => {
      const { live } = one()
      const { run, misses, past } = await replayed(one())
      const isSame = JSON.stringify(told(run)) === JSON.stringify(told(live))
      reached[name] = { ...reached[name], [kind]: isSame && past === 0 }
      expect(told(run)).toEqual(told(live))
      expect(live.outcome).toBe('ok')
      expect(misses).toEqual([])
      expect(past).toBe(0)
      expect(captureFaults()).toEqual({ count: 0 })
    })

    test('at the recorded pace, it comes to the same', async () => {
      const { live } = one()
      const { run } = await replayed(one(), { factor: 1 })
      expect(told(run)).toEqual(told(live))
      paces.push({ live: pacesOf(live), replayed: pacesOf(run) })
    })

    test('a request that was never recorded fails at once, and is not repeated', async () => {
      const { run, misses } = await replayed(one(), { tapeFor: () => tapeOf([], []) })
      expect(misses).toHaveLength(1)
      expect(run.calls).toHaveLength(1)
      expect(run.calls[0]?.status).toBe(406)
      expect(run.endedMs - run.startedMs).toBeLessThan(1_000)
    })
  },
)

interface Paces {
  ttftMs: number[]
  gapMs: number[]
}

const paces: { live: Paces; replayed: Paces }[] = []

function pacesOf({ calls }: RunMeasurement): Paces {
  return {
    ttftMs: calls.flatMap((call) => modelTtftMs(call) ?? []),
    gapMs: calls.flatMap((call) => interTokenLatencyMs(call) ?? []),
  }
}

const medianOf = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

test('the recorded pace is that of the live calls, by the median over all clients', () => {
  for (const name of ['ttftMs', 'gapMs'] as const) {
    const live = medianOf(paces.flatMap((one) => one.live[name]))
    const again = medianOf(paces.flatMap((one) => one.replayed[name]))
    expect(live).toBeGreaterThan(5)
    expect(Math.abs(again / live - 1), `${name}: ${live} live, ${again} replayed`).toBeLessThan(0.1)
  }
})

test('the table of the clients that a replay reaches is the one that the README is made of', async () => {
  await expect(`${JSON.stringify(reached, null, 2)}\n`).toMatchFileSnapshot('../../fixtures/golden/replay.json')
})
