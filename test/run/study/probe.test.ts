import { describe, expect, test } from 'vitest'
import { startModelServer } from '../../../fixtures/model-server/server.ts'
import { sleep, wallClock } from '../../../src/domain/clock.ts'
import type { Agent } from '../../../src/domain/scenario.ts'
import type { Objective, ProbeRequest } from '../../../src/domain/study/breaking-point.ts'
import { type MadeProbe, makeProbe } from '../../../src/run/study/probe.ts'
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts'
import { type Described, scenarioSetting } from '../scenario-setting.ts'
import { slotted, type Work } from './slotted-agent.ts'

interface Probing extends Described {
  slots?: number
  workMs?: Work
  failed?: (position: number) => boolean
  objectives?: readonly Objective[]
  agent?: (clock: VirtualClock) => Agent
}

/** The probe that `request` asks for, with one slot of 100 ms unless `probing` says otherwise. */
function probed(request: Partial<ProbeRequest> & Pick<ProbeRequest, 'load' | 'runs'>, probing: Probing = {}) {
  const { slots = 1, workMs = () => 100, failed, objectives = [], agent, ...described } = probing
  const clock = { ...virtualClock(), breathe: async () => undefined }
  const own = agent?.(clock) ?? slotted(clock, slots, workMs, failed)
  const setting = scenarioSetting(clock, own, described)
  const whole = { leaveOut: 0, isHopeless: () => false, ...request }
  return clock.run((): Promise<MadeProbe> => makeProbe(setting, objectives, whole, 1))
}

async function startedServer() {
  const server = await startModelServer({ timing: { ttftMs: 2 } })
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() }
}

const p50: Objective = { metric: 'responseTimeMs', statistic: 'p50', bound: 150 }
const average: Objective = { metric: 'responseTimeMs', statistic: 'mean', bound: 150 }

describe('a probe of a closed load', () => {
  test('tells runs, throughput of the middle, and who is in flight', async () => {
    const { probe, result } = await probed({ load: { concurrency: 4 }, runs: 50 }, { slots: 2 })
    expect(probe).toMatchObject({ load: { concurrency: 4 }, runs: 50, endedEarly: false })
    expect(probe.failures).toEqual({ error: 0, timeout: 0, dropped: 0 })
    // Two end every 100 ms: from the 11th end, at 600 ms, to the 40th, at 2 s.
    expect(probe.throughputPerSecond).toBeCloseTo(29 / 1.4, 6)
    // The first four at once, then two for two that ended: the last two start when 46 have ended.
    expect(probe.durationMs).toBe(2_300)
    expect(probe.inFlight).toHaveLength(24)
    expect(new Set(probe.inFlight)).toEqual(new Set([4]))
    expect(result.samples.length).toBe(50)
  })

  test('is made over all cases, as often as it says and not once more', async () => {
    const inputs: unknown[] = []
    const agent: Probing['agent'] = (clock) => async (run) => {
      inputs.push(run.input)
      await sleep(clock, 10)
    }
    const cases = [{ input: 'a' }, { input: 'b' }, { input: 'c' }]
    const { probe } = await probed({ load: { concurrency: 1 }, runs: 7 }, { agent, cases })
    expect(probe.runs).toBe(7)
    expect(inputs).toHaveLength(7)
    expect(new Set(inputs)).toEqual(new Set(['a', 'b', 'c']))
  })

  test('takes throughput by ends, though checks end in another order', async () => {
    const agent: Probing['agent'] = (clock) => (run) => sleep(clock, 100).then(() => run.index)
    const clocks: VirtualClock[] = []
    const given: Probing = {
      agent: (clock) => {
        clocks.push(clock)
        return agent(clock)
      },
      // Half of them are judged for long.
      check: ({ output }) => sleep(clocks[0] as VirtualClock, Number(output) % 2 === 0 ? 2_000 : 1),
    }
    const { probe, result } = await probed({ load: { ratePerSecond: 10 }, runs: 60 }, given)
    const ends = [...result.samples.endedAtMs.subarray(0, 60)]
    const ordered = ends.toSorted((a, b) => a - b)
    expect(ends).not.toEqual(ordered)
    expect(probe.throughputPerSecond).toBeCloseTo((36 - 1) / (((ordered[47] ?? 0) - (ordered[12] ?? 0)) / 1000), 6)
    const starts = [...result.samples.dueAtMs.subarray(0, 60)].sort((a, b) => a - b)
    const [first = 0, last = 0] = [starts[0], starts.at(-1)]
    const inFlight = Array.from({ length: 24 }, (_, instant) => {
      const atMs = first + ((last - first) * (instant + 1)) / 24
      return starts.filter((due) => due <= atMs).length - ends.filter((end) => end <= atMs).length
    })
    expect(probe.inFlight).toEqual(inFlight)
  })

  test('has no throughput where no time lies between', async () => {
    const { probe } = await probed({ load: { concurrency: 1 }, runs: 1 })
    expect(probe.throughputPerSecond).toBeUndefined()
    expect(probe.durationMs).toBe(0)
  })
})

describe('a probe of an open load', () => {
  test('starts runs at random instants, the same for the same seed', async () => {
    const open = () => probed({ load: { ratePerSecond: 5 }, runs: 200 }, { slots: 10 })
    const [one, other] = [await open(), await open()]
    expect(one.probe.durationMs).toBeGreaterThan(32_000)
    expect(one.probe.durationMs).toBeLessThan(48_000)
    expect(one.probe.durationMs).toBe(other.probe.durationMs)
    expect(one.probe.throughputPerSecond).toBeCloseTo(5, -1)
    const gaps = one.result.samples.dueAtMs.subarray(0, 200).map((due, at, all) => due - (all[at - 1] ?? due))
    expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(50)
  })

  test('shows runs in flight that become more and more, from the first that is judged to the last', async () => {
    const { probe, result } = await probed({ load: { ratePerSecond: 20 }, runs: 200, leaveOut: 40 })
    const { dueAtMs, endedAtMs } = result.samples
    const due = [...dueAtMs.subarray(0, 200)].sort((a, b) => a - b)
    const atMs = (due[40] ?? 0) + ((due[199] ?? 0) - (due[40] ?? 0)) / 24
    const came = due.filter((ms) => ms <= atMs).length
    expect(probe.inFlight[0]).toBe(came - [...endedAtMs.subarray(0, 200)].filter((ms) => ms <= atMs).length)
    expect(probe.inFlight.at(-1)).toBeGreaterThan(80)
    expect(probe.inFlight.toSorted((a, b) => a - b)).toEqual(probe.inFlight)
  })

  test('counts the time of waiting from when runs were due', async () => {
    const late: Objective = { metric: 'responseTimeMs', statistic: 'p90', bound: 150 }
    const { probe } = await probed({ load: { ratePerSecond: 20 }, runs: 200 }, { objectives: [late] })
    expect(probe.objectives[0]?.value).toBeGreaterThan(5_000)
  })
})

describe('objectives are told', () => {
  test('by their values and how many are over', async () => {
    const { probe } = await probed(
      { load: { concurrency: 1 }, runs: 10 },
      { objectives: [p50, { ...average, bound: 200 }], workMs: (position) => (position < 3 ? 200 : 100) },
    )
    const [middle, mean] = probe.objectives
    expect(middle).toMatchObject({ n: 10, over: 3, value: 100 })
    expect(mean).toMatchObject({ n: 10, over: 0, value: 130 })
    // Of 200, 200, 200 and seven of 100, by hand.
    expect(mean?.deviation).toBeCloseTo(Math.sqrt((3 * 70 ** 2 + 7 * 30 ** 2) / 9), 6)
  })

  test('without the runs that are left out, by when they were due', async () => {
    const agent: Probing['agent'] =
      (clock) =>
      ({ index }) =>
        sleep(clock, index === 0 ? 1_000 : 100)
    const { probe } = await probed(
      { load: { concurrency: 2 }, runs: 12, leaveOut: 2 },
      { agent, objectives: [average, { metric: 'failureRatio', bound: 0.1 }] },
    )
    // The first ends as one of the last, and is left out all the same.
    expect(probe.objectives[0]).toMatchObject({ n: 10, over: 0, value: 100 })
    expect(probe.objectives[1]).toMatchObject({ n: 10, over: 0, value: 0 })
    expect(probe.runs).toBe(12)
  })

  test('of failures by their share of those that are judged', async () => {
    const { probe } = await probed(
      { load: { concurrency: 1 }, runs: 20, leaveOut: 4 },
      { objectives: [{ metric: 'failureRatio', bound: 0.1 }, p50], failed: (position) => position < 8 },
    )
    expect(probe.objectives[0]).toEqual({ n: 16, over: 4, value: 0.25 })
    // Runs that failed have no time.
    expect(probe.objectives[1]?.n).toBe(12)
    expect(probe.failures).toEqual({ error: 8, timeout: 0, dropped: 0 })
    expect(probe.throughputPerSecond).toBeLessThan(10)
  })

  test('of model calls by all calls of the runs that are judged', async () => {
    await using server = await startedServer()
    const ask = async () => {
      const body = JSON.stringify({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'What is 5 + 3?' }] })
      await (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body })).text()
    }
    const agent = async () => {
      await ask()
      await ask()
    }
    const objectives = [{ metric: 'outputTokensPerSecond', statistic: 'mean', bound: 0 }] as const
    const request = { load: { concurrency: 2 }, runs: 6, leaveOut: 2, isHopeless: () => false }
    const { probe, result } = await makeProbe(scenarioSetting(wallClock, agent, {}), objectives, request, 1)
    const due = [...result.samples.dueAtMs.subarray(0, 6)].sort((a, b) => a - b)
    const { index, outputTokensPerSecond } = result.samples.calls
    const judged = outputTokensPerSecond.filter(
      (_, call) => (result.samples.dueAtMs[index[call] ?? 0] ?? 0) > (due[1] ?? 0),
    )
    expect(judged).toHaveLength(8)
    expect(probe.objectives[0]).toMatchObject({ n: 8, over: 8 })
    expect(probe.objectives[0]?.value).toBeCloseTo(judged.reduce<number>((sum, one) => sum + (one ?? 0), 0) / 8, 6)
  })

  test('as unknown where every run failed', async () => {
    const { probe } = await probed({ load: { concurrency: 1 }, runs: 5 }, { objectives: [p50], failed: () => true })
    expect(probe.objectives).toEqual([{ n: 0, over: 0, value: undefined, deviation: undefined }])
  })
})

test('failures are told by kind: what passed a limit is no error', async () => {
  const { probe } = await probed(
    { load: { concurrency: 1 }, runs: 10 },
    {
      options: { limits: { latencyMs: 150 } },
      workMs: (position) => (position < 2 ? 1_000 : 10),
      failed: (position) => position >= 7,
      slots: 10,
    },
  )
  expect(probe.failures).toEqual({ error: 3, timeout: 2, dropped: 0 })
})

test('a wrong answer is no good one', async () => {
  const check = () => {
    throw new Error('wrong')
  }
  const { probe } = await probed({ load: { concurrency: 1 }, runs: 5 }, { check })
  expect(probe.failures).toEqual({ error: 5, timeout: 0, dropped: 0 })
  expect(probe.throughputPerSecond).toBe(0)
})

describe('a probe that is hopeless', () => {
  test('starts no further run, and tells what was judged until then', async () => {
    const told: Parameters<ProbeRequest['isHopeless']>[0][] = []
    const isHopeless: ProbeRequest['isHopeless'] = (soFar) => {
      told.push(structuredClone(soFar))
      return soFar.failures.error > 12
    }
    const { probe } = await probed(
      { load: { concurrency: 1 }, runs: 100, leaveOut: 5, isHopeless },
      { objectives: [{ ...p50, bound: 50 }], failed: (position) => position % 2 === 1 },
    )
    expect(probe).toMatchObject({ runs: 30, endedEarly: true, failures: { error: 15 } })
    expect(told.map(({ failures }) => failures.error)).toEqual([5, 10, 15])
    expect(told.map(({ objectives }) => objectives[0])).toEqual([
      { n: 2, over: 2 },
      { n: 7, over: 7 },
      { n: 12, over: 12 },
    ])
  })

  test('is not ended early when all of its runs were made', async () => {
    const isHopeless: ProbeRequest['isHopeless'] = ({ failures }) => failures.error >= 20
    const { probe } = await probed({ load: { concurrency: 1 }, runs: 20, isHopeless }, { failed: () => true })
    expect(probe).toMatchObject({ runs: 20, endedEarly: false })
  })
})
