import { describe, expect, test } from 'vitest'
import { sleep } from '../../../src/domain/clock.ts'
import type { Agent } from '../../../src/domain/scenario.ts'
import type { Sweep } from '../../../src/domain/study/sweep.ts'
import { turnRunsOf } from '../../../src/run/load/rotation.ts'
import { plannedInTurns, runSweep, type SweepSetting } from '../../../src/run/study/sweep.ts'
import { exponential, random } from '../../../src/stats/random.ts'
import { lockedPerSecond } from '../../compare/study/simulated.ts'
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts'
import { planOf } from '../plans.ts'
import { scenarioSetting } from '../scenario-setting.ts'

type Swept = Awaited<ReturnType<typeof runSweep>>

interface Described {
  agent: (clock: VirtualClock, name: string) => Agent
  levels: { name: string; concurrency?: number }[]
  over?: string
  runs?: number
  warmup?: number
  onEnded?: (name: string) => Promise<void>
}

/** What a sweep on a virtual clock comes to. Breathing takes no time there. */
function swept({ agent, levels, over = 'concurrency', runs = 30, warmup = 0, onEnded }: Described): Promise<Swept> {
  const clock = { ...virtualClock(), breathe: async () => undefined }
  const settings = levels.map(({ name, concurrency }): SweepSetting => {
    const turnRuns = turnRunsOf(runs, 2, concurrency ?? 1)
    const setting = scenarioSetting(clock, agent(clock, name), { execution: name })
    return {
      name,
      concurrency,
      turnRuns,
      setting: { ...setting, plan: plannedInTurns(planOf({ concurrency, warmup }), 2, turnRuns) },
    }
  })
  return clock.run(() => runSweep(over, settings, async (_, name) => onEnded?.(name)))
}

/** Agents that are alone for 20 ms and then wait for a lock that they hold for 5 ms; exponential. */
function locking(seed: number): Described['agent'] {
  const next = random(seed)
  let free = Promise.resolve()
  return (clock) => async () => {
    await sleep(clock, 20 * exponential(next))
    const before = free
    const { promise, resolve } = Promise.withResolvers<void>()
    free = promise
    await before
    await sleep(clock, 5 * exponential(next))
    resolve()
  }
}

const concurrencies = (...all: number[]) => all.map((concurrency) => ({ name: String(concurrency), concurrency }))
const efficiencyOf = ({ levels }: Sweep, concurrency: number) =>
  levels.find((level) => level.concurrency === concurrency)?.efficiency?.ratio

describe('turns', () => {
  test('are as long as it takes to make all runs, and for each in flight to make five', () => {
    expect(turnRunsOf(30, 2, 1)).toBe(15)
    expect(turnRunsOf(31, 2, 1)).toBe(16)
    expect(turnRunsOf(30, 2, 5)).toBe(25)
    expect(turnRunsOf(1000, 2, 5)).toBe(500)
    expect(turnRunsOf(1, 5, 1)).toBe(5)
  })

  test('make the plan that many runs, of each case as many as that takes', () => {
    const plan = planOf({}, [{ input: 1 }, { input: 2 }, { input: 3 }])
    expect(plannedInTurns(plan, 2, 25)).toMatchObject({ totalRuns: 50, runs: 17 })
  })

  test('are taken forth and back, with nothing in flight between them, the warm-up in the first', async () => {
    const seen: string[] = []
    const inFlightAtChange: number[] = []
    let inFlight = 0
    const agent: Described['agent'] = (clock, name) => async () => {
      if (seen.at(-1) !== name) {
        inFlightAtChange.push(inFlight)
        seen.push(name)
      }
      inFlight += 1
      await sleep(clock, 10)
      inFlight -= 1
    }
    const { results } = await swept({ agent, levels: concurrencies(1, 2, 5), warmup: 2 })
    expect(seen).toEqual(['1', '2', '5', '2', '1'])
    expect(inFlightAtChange).toEqual([0, 0, 0, 0, 0])
    expect(results.map(({ samples }) => samples.length)).toEqual([30, 30, 50])
  })

  test('of others are no time of an execution', async () => {
    const agent: Described['agent'] = (clock) => () => sleep(clock, 10)
    const { results } = await swept({ agent, levels: concurrencies(1, 5) })
    expect(results.map(({ record }) => Math.round(record.summary.scenario.runsPerSecond ?? 0))).toEqual([100, 500])
  })

  test('go on when the set-up of one breaks it', async () => {
    const agent: Described['agent'] = (clock) => () => sleep(clock, 10)
    const ended: string[] = []
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const settings = ['good', 'bad', 'fine'].map((name): SweepSetting => {
      const turnRuns = turnRunsOf(10, 2, 1)
      const setup = () => {
        if (name === 'bad') throw new Error('no database')
      }
      const setting = scenarioSetting(clock, agent(clock, name), { execution: name, setup })
      return { name, turnRuns, setting: { ...setting, plan: plannedInTurns(planOf(), 2, turnRuns) } }
    })
    const { results, sweep } = await clock.run(() =>
      runSweep('model', settings, async (_, name) => {
        ended.push(name)
      }),
    )
    expect(results.map(({ record }) => record.summary.runs)).toEqual([10, 0, 10])
    expect(results[1]?.mistake?.message).toContain('no database')
    expect(ended[0]).toBe('bad')
    expect(sweep.levels.map(({ runs }) => runs)).toEqual([10, 0, 10])
  })

  test('are over for all before an error of one is told', async () => {
    const ended: string[] = []
    let runs = 0
    const agent: Described['agent'] = (clock) => async () => {
      runs += 1
      await sleep(clock, 10)
    }
    const onEnded = async (name: string) => {
      ended.push(name)
      if (name === '5') throw new Error('no disk')
    }
    await expect(swept({ agent, levels: concurrencies(1, 2, 5), onEnded })).rejects.toThrow('no disk')
    expect(ended).toEqual(['5', '2', '1'])
    // A turn of each, and the second of the one that broke.
    expect(runs).toBe(15 + 15 + 25 + 25)
  })
})

describe('a sweep over concurrency', () => {
  test('finds what agents lose that share a lock', async () => {
    const all = concurrencies(1, 2, 5, 10, 20)
    const { sweep } = await swept({ agent: locking(1), levels: all, runs: 600 })
    for (const { concurrency } of all) {
      const truth = lockedPerSecond(concurrency) / (concurrency * lockedPerSecond(1))
      expect(Math.abs((efficiencyOf(sweep, concurrency) ?? 0) / truth - 1), `${concurrency}`).toBeLessThan(0.1)
    }
    expect(sweep.law?.contentionRatio).toBeGreaterThan(0.02)
    expect(sweep.leads).toEqual([])
    expect(sweep.levels.map(({ execution }) => execution)).toEqual(['1', '2', '5', '10', '20'])
  })

  test('finds nothing lost where nothing is shared', async () => {
    const { sweep } = await swept({ agent: (clock) => () => sleep(clock, 10), levels: concurrencies(1, 2, 5) })
    expect(sweep.levels.map(({ throughputPerSecond }) => throughputPerSecond)).toEqual([100, 200, 500])
    expect(sweep.levels.map(({ efficiency }) => efficiency?.ratio)).toEqual([1, 1, 1])
  })
})

test('a sweep over something else finds who leads, and no law', async () => {
  const agent: Described['agent'] = (clock, name) => () => sleep(clock, name === 'small' ? 10 : 20)
  const { sweep } = await swept({ agent, over: 'model', levels: [{ name: 'large' }, { name: 'small' }], runs: 10 })
  expect(sweep).toMatchObject({ over: 'model', law: undefined })
  const [success, latency] = sweep.leads
  expect(success).toMatchObject({ metric: 'successRatio', changeRatio: 0, isReal: false })
  expect(latency).toMatchObject({ metric: 'latencyMs', best: 1, next: 0, changeRatio: -0.5, isReal: true })
  expect(sweep.levels.map(({ efficiency }) => efficiency)).toEqual([undefined, undefined])
})
