import { describe, expect, test } from 'vitest'
import { sleep, wallClock } from '../../../src/domain/clock.ts'
import type { Agent } from '../../../src/domain/scenario.ts'
import { runScenario } from '../../../src/run/scenario.ts'
import { runSoak, type SoakPlan } from '../../../src/run/study/soak.ts'
import { virtualClock } from '../../virtual-clock.ts'
import { type Described, scenarioSetting } from '../scenario-setting.ts'

const usual: SoakPlan = { cycles: 20, runsPerCycle: 100, boundBytes: 128 }

/** What a soak of `agent` in this process finds. */
function soaked(agent: Agent, plan: Partial<SoakPlan> = {}, described: Described = {}) {
  return runSoak(scenarioSetting(wallClock, agent, described), { ...usual, ...plan })
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

// Collected garbage is that of this process, in which other tests have left theirs: what lies still is no matter of slopes.
describe('memory, with real garbage', () => {
  test('a leak of 1 kB a run is found, and its slope is within 20%', { timeout: 60_000 }, async () => {
    const kept: string[] = []
    const agent: Agent = async ({ index }) => {
      kept.push(Buffer.alloc(1_000, String(index)).toString('latin1'))
      await turn()
    }
    const { soak, result } = await soaked(agent)
    expect(soak.verdict).toBe('leak')
    expect(Math.abs((soak.secondHalf?.slope ?? 0) / 1_000 - 1)).toBeLessThan(0.2)
    expect(soak.cycles).toHaveLength(20)
    expect(soak.growthBytes).toBeGreaterThan(1_900 * 950)
    expect(kept).toHaveLength(2_000)
    expect(result.record.summary.runs).toBe(2_000)
  })

  test('what is garbage is no leak', { timeout: 60_000 }, async () => {
    const agent: Agent = async () => {
      await turn()
      return JSON.parse(JSON.stringify(Array.from({ length: 50 }, (_, step) => ({ step, text: `step ${step}` }))))
    }
    const { soak } = await soaked(agent)
    expect(soak.verdict).toBe('steady')
    expect(Math.abs(soak.secondHalf?.slope ?? Number.NaN)).toBeLessThan(64)
    expect(soak.freedBytes).toBeGreaterThan(20 * 100 * 1_000)
    for (const { heldBytes, rssBytes, usedBytes } of soak.cycles) {
      expect(usedBytes).toBeLessThan(rssBytes)
      expect(heldBytes).toBeGreaterThan(1e6)
    }
  })

  test('what we keep of runs for the report is no leak of the agent’s', { timeout: 60_000 }, async () => {
    const agent: Agent = ({ phase, turn: talk }) => talk('say', () => phase('think', turn))
    const { soak, result } = await soaked(agent)
    expect(soak.verdict).toBe('steady')
    const quarter = Array.from({ length: 500 }, (_, index) => index)
    expect(result.samples.spans.filter(({ kind }) => kind === 'phase').map(({ index }) => index)).toEqual(quarter)
    expect(result.samples.turns.map(({ index }) => index)).toEqual(quarter)
    expect(Math.max(...(result.record.traces ?? []).map(({ index }) => index))).toBe(499)
  })
})

describe('a cycle', () => {
  test.for([
    [1, 3],
    [4, 10],
    [4, 8],
    [7, 3],
  ] as const)('ends with nothing in flight: %i at once, %i runs', async ([concurrency, runs]) => {
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const ends: { inFlight: number; made: number }[] = []
    let [inFlight, made, most] = [0, 0, 0]
    const agent: Agent = async ({ index }) => {
      inFlight += 1
      most = Math.max(most, inFlight)
      await sleep(clock, 10 + (index % 7))
      inFlight -= 1
      made += 1
    }
    const setting = scenarioSetting(clock, agent, { options: { concurrency, runs: 5 * runs } })
    const cycle = { runs, onEnd: () => ends.push({ inFlight, made }) }
    await clock.run(() => runScenario({ ...setting, cycle }))
    expect(ends).toEqual([1, 2, 3, 4, 5].map((nth) => ({ inFlight: 0, made: nth * runs })))
    expect(most).toBe(Math.min(concurrency, runs))
  })

  test('that is cut short is not read, for it has fewer runs', async () => {
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const isEnough = ({ length }: { length: number }) => length >= 250
    const setting = scenarioSetting(clock, () => sleep(clock, 10), { isEnough })
    const { soak, result } = await clock.run(() => runSoak(setting, usual))
    expect(result.samples.length).toBe(250)
    expect(soak).toMatchObject({ cycles: { length: 2 }, verdict: 'unclear' })
  })

  test('goes over all cases', async () => {
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const inputs: unknown[] = []
    const agent: Agent = async ({ input }) => {
      inputs.push(input)
      await sleep(clock, 1)
    }
    const setting = scenarioSetting(clock, agent, { cases: [{ input: 'a' }, { input: 'b' }, { input: 'c' }] })
    const { soak } = await clock.run(() => runSoak(setting, { ...usual, cycles: 2, runsPerCycle: 5 }))
    expect(inputs).toHaveLength(10)
    expect(new Set(inputs)).toEqual(new Set(['a', 'b', 'c']))
    expect(soak.cycles).toHaveLength(2)
  })
})
