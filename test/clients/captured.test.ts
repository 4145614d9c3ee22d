import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients } from '../../fixtures/clients/all.ts'
import type { Ask, ClientFixture } from '../../fixtures/clients/client.ts'
import { goals } from '../../fixtures/model-server/goals.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import { callsOutsideRuns } from '../../src/capture/attribution.ts'
import { observeFrameworks } from '../../src/capture/framework/all.ts'
import { captureFaults } from '../../src/capture/guard.ts'
import { observe } from '../../src/capture/observe.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { Agent, Run } from '../../src/domain/scenario.ts'
import type { RunMeasurement } from '../../src/measure/measurement.ts'
import { measureRun } from '../../src/measure/run.ts'
import { runSetting } from '../measure/run-setting.ts'
import { capturedTruth, type RunTruth, servedTruth } from './truth.ts'

/** What was seen of a client, for the table in the README. */
interface Seen {
  package: string | undefined
  kinds: string[]
  calls: boolean
  tokens: boolean
  toolCalls: boolean
  /** Whether every call is in the run that made it; else the execution says that it does not know. */
  ownRun: boolean
  firstToken: boolean
  /** Whether the framework tells of every tool, with its time. */
  toolTimes: boolean
}

const seenOf: Record<string, Seen> = {}
const concurrentRuns = 20
const knobs = 'cached=8,cacheWrite=3,reasoning=5'

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

const goalOf = (index: number) => {
  const goal = goals[index % goals.length]
  if (goal === undefined) throw new Error('expected a goal')
  return goal
}

/** Runs `ask` in 20 runs at once; its client was made before anybody watched. */
async function runsOf(ask: Ask, streamed: boolean, onCallAfterEnd: () => void): Promise<RunMeasurement[]> {
  const agent: Agent = ({ input, signal }: Run) => ask({ goal: String(input), streamed, signal })
  const setting = runSetting(wallClock, agent, { onCallAfterEnd })
  try {
    const indexes = Array.from({ length: concurrentRuns }, (_, index) => index)
    return await Promise.all(
      indexes.map((index) => {
        const input = `${goalOf(index).input} (run-${index})`
        return measureRun(setting, { name: `case ${index}`, input }, index)
      }),
    )
  } finally {
    setting.inFlight.close()
  }
}

describe.each(clients.map((client) => [client.name, client] as const))('%s', (_, client: ClientFixture) => {
  let ask: Ask
  let stop: () => void
  beforeAll(async () => {
    ask = await client.make(server)
    const stops = [observe(), observeFrameworks(import.meta.filename)]
    stop = () => {
      for (const one of stops) one()
    }
  })
  afterAll(() => stop())

  test.each(client.kinds ?? (['plain', 'streamed'] as const))(
    'answers, %s: every call, token and tool call is seen, in the run that it belongs to',
    async (kind) => {
      server.reset({ knobs })
      const faultsBefore = captureFaults().count
      const outsideBefore = callsOutsideRuns()
      let afterEnd = 0
      const runs = await runsOf(ask, kind === 'streamed', () => {
        afterEnd += 1
      })
      for (const [index, run] of runs.entries()) {
        expect(run.problem).toBeUndefined()
        expect(run.output).toContain(goalOf(index).expected)
      }
      const outside = callsOutsideRuns() - outsideBefore
      const seen = runs.reduce((sum, { calls }) => sum + calls.length, 0)
      expect(seen + outside + afterEnd).toBe(server.log.length)
      expect(captureFaults().count).toBe(faultsBefore)
      const captured = runs.map(capturedTruth)
      const served = runs.map((_, index) => servedTruth(server, index))
      noteSeen(client, kind, runs, captured, served)
      if (client.keepsScope ?? true) {
        expect(outside).toBe(0)
        expect(captured).toEqual(served)
      } else {
        // Nobody can tell whose they are, but it is known that they are mixed up: the execution then says so and guesses nothing.
        expect(captured).not.toEqual(served)
        expect(afterEnd).toBeGreaterThan(0)
      }
    },
  )
})

test('the table of what is seen is the one that the README is made of', async () => {
  await expect(`${JSON.stringify(seenOf, null, 2)}\n`).toMatchFileSnapshot('../../fixtures/golden/captured.json')
})

function noteSeen(
  client: ClientFixture,
  kind: string,
  runs: readonly RunMeasurement[],
  captured: readonly RunTruth[],
  served: readonly RunTruth[],
): void {
  const before = seenOf[client.name]
  const total = (truths: readonly RunTruth[], field: keyof RunTruth) =>
    truths.reduce((sum, truth) => sum + (truth[field] ?? Number.NaN), 0)
  const same = (...fields: (keyof RunTruth)[]) => fields.every((one) => total(captured, one) === total(served, one))
  const calls = runs.flatMap((run) => run.calls)
  const toolSpans = runs.map(({ spans }) =>
    spans.filter((span) => span.kind === 'tool' && span.endedAtMs !== undefined),
  )
  const ownRun = (before?.ownRun ?? true) && captured.every((run, index) => run.calls === served[index]?.calls)
  seenOf[client.name] = {
    package: client.package,
    kinds: [...(before?.kinds ?? []), kind],
    calls: (before?.calls ?? true) && same('calls'),
    tokens: (before?.tokens ?? true) && same('inputTokens', 'outputTokens', 'cachedTokens', 'reasoningTokens'),
    toolCalls: (before?.toolCalls ?? true) && same('toolCalls'),
    ownRun,
    // What is not known to be of its run is forgotten by the execution.
    firstToken:
      ownRun &&
      (before?.firstToken ?? true) &&
      (kind === 'plain' || calls.every((call) => call.firstContentAtMs !== undefined)),
    toolTimes:
      ownRun &&
      (before?.toolTimes ?? true) &&
      toolSpans.every((spans, index) => spans.length === served[index]?.toolCalls),
  }
}
