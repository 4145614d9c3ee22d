import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients } from '../../fixtures/clients/all.ts'
import type { Ask, ClientFixture } from '../../fixtures/clients/client.ts'
import { type ModelServer, type ServedCall, startModelServer } from '../../fixtures/model-server/server.ts'
import { observe } from '../../src/capture/observe.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { Agent, Run } from '../../src/domain/scenario.ts'
import { interTokenLatencyMs, type ModelCall, modelTtftMs } from '../../src/domain/span.ts'
import { measureRun } from '../../src/measure/run.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { sorted } from '../../src/stats/sorted.ts'
import { runSetting } from '../measure/run-setting.ts'

const timing = { ttftMs: 60, tokenGapMs: 8 }
const runs = 5

let server: ModelServer

beforeAll(async () => {
  // Long enough for a gap to be a gap, and solved without a tool.
  server = await startModelServer({ timing, knobs: 'words=30' })
})
afterAll(() => server.close())

const median = (values: (number | undefined)[]) => quantile(sorted(values.filter((value) => value !== undefined)), 0.5)

const servedTtftMs = ({ firstTokenAtMs = Number.NaN, arrivedAtMs }: ServedCall) => firstTokenAtMs - arrivedAtMs
const servedGapMs = ({ firstTokenAtMs = Number.NaN, lastTokenAtMs = Number.NaN, contentTokens }: ServedCall) =>
  (lastTokenAtMs - firstTokenAtMs) / (contentTokens - 1)

async function callsOf(ask: Ask): Promise<ModelCall[]> {
  const agent: Agent = ({ input, signal }: Run) => ask({ goal: String(input), streamed: true, signal })
  const setting = runSetting(wallClock, agent)
  const calls: ModelCall[] = []
  for (let index = 0; index < runs; index++) {
    const run = await measureRun(setting, { name: 'case', input: `What is 5 + 3? (run-${index})` }, index)
    expect(run.problem).toBeUndefined()
    calls.push(...run.calls)
  }
  setting.inFlight.close()
  return calls
}

const streaming = clients.filter(
  ({ kinds = ['streamed'], keepsScope = true }) => kinds.includes('streamed') && keepsScope,
)

describe.each(streaming.map((client) => [client.name, client] as const))('%s', (_, client: ClientFixture) => {
  test('streams: first token and inter-token latency are those of the server', async () => {
    const ask = await client.make(server)
    const stop = observe()
    server.reset(timing)
    const calls = await callsOf(ask)
    stop()
    expect(calls).toHaveLength(server.log.length)
    const [ttftMs, truthMs] = [median(calls.map(modelTtftMs)), median(server.log.map(servedTtftMs))]
    expect(Math.abs(ttftMs - truthMs)).toBeLessThan(5)
    const texts = server.log.flatMap((call, index) => (call.toolCalls.length === 0 ? [index] : []))
    const gapMs = median(texts.map((index) => calls[index] && interTokenLatencyMs(calls[index])))
    const truthGapMs = median(texts.map((index) => server.log[index] && servedGapMs(server.log[index])))
    expect(Math.abs(gapMs / truthGapMs - 1)).toBeLessThan(0.1)
  })
})
