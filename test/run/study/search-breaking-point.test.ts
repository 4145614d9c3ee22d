import { describe, expect, test } from 'vitest'
import { drawing } from '../../../calibrate/draw.ts'
import { probeQueue } from '../../../calibrate/queue-probe.ts'
import type { BreakingPointSearch, Probe } from '../../../src/domain/study/breaking-point.ts'
import { findBreakingPoint } from '../../../src/run/study/breaking-point.ts'
import { searchWithAgent } from '../../../src/run/study/search-breaking-point.ts'
import { virtualClock } from '../../virtual-clock.ts'
import { scenarioSetting } from '../scenario-setting.ts'
import { slotted } from './slotted-agent.ts'

describe('a search', () => {
  const slots = 5
  const search: BreakingPointSearch = {
    objectives: [{ metric: 'responseTimeMs', statistic: 'p95', bound: 4_000 }],
    maxConcurrency: 64,
    maxRuns: 10_000,
  }
  // Log-normal with mean 1 s.
  const cv = 0.3
  const sigma = Math.sqrt(Math.log1p(cv ** 2))

  test('comes to what the search alone finds on the same queue, within 10%', { timeout: 60_000 }, async () => {
    const draw = drawing(2)
    const pure = await findBreakingPoint(
      { ...search, objectives: [{ metric: 'responseTimeMs', statistic: 'p95', bound: 4 }] },
      async (request) => probeQueue({ slots, cv }, { q: 0.95, bound: 4 }, request, draw),
    )
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const { normal } = drawing(1)
    const agent = slotted(clock, slots, () => 1_000 * Math.exp(sigma * normal() - sigma ** 2 / 2))
    const probes: Probe[] = []
    const executions = new Set<string>()
    const found = await clock.run(() =>
      searchWithAgent(scenarioSetting(clock, agent, { options: { warmup: 1 } }), search, async (probe, result) => {
        probes.push(probe)
        executions.add(result.record.execution)
        expect(result.record.coldStart === undefined).toBe(probes.length > 1)
        return false
      }),
    )
    if (pure.answer !== 'found' || found.answer.answer !== 'found') throw new Error('expected both to find a load')
    expect(Math.abs(found.answer.sustainedPerSecond / pure.sustainedPerSecond - 1)).toBeLessThan(0.1)
    expect(found.answer.interval.low).toBeLessThan(slots)
    // Of each probe the study keeps what it came to.
    expect(found.objectives).toEqual(search.objectives)
    expect(executions.size).toBe(probes.length)
    expect(found.probes.map(({ load, runs }) => ({ load, runs }))).toEqual(
      probes.map(({ load, runs }) => ({ load, runs })),
    )
    expect(found.probes.map(({ values }) => values)).toEqual(
      probes.map(({ objectives }) => objectives.map(({ value }) => value ?? null)),
    )
    expect(found.probes.map(({ mostInFlight }) => mostInFlight)).toEqual(
      probes.map(({ inFlight }) => Math.max(...inFlight)),
    )
    const open = found.probes.filter(({ load }) => 'ratePerSecond' in load)
    expect(open.some(({ broken }) => broken === undefined)).toBe(true)
  })

  test('is ended by what is thrown when it is told of a probe', async () => {
    const clock = { ...virtualClock(), breathe: async () => undefined }
    const setting = scenarioSetting(
      clock,
      slotted(clock, 1, () => 10),
      {},
    )
    let told = 0
    const searching = clock.run(() =>
      searchWithAgent(setting, search, async () => {
        told += 1
        throw new Error('the key is wrong')
      }),
    )
    await expect(searching).rejects.toThrow('the key is wrong')
    expect(told).toBe(1)
  })
})

const searchOfTest = {
  objectives: [{ metric: 'responseTimeMs', statistic: 'p95', bound: 3_000 }],
  maxConcurrency: 64,
  maxRuns: 5_000,
} as const

test('a cap on spending that is reached ends the search, and keeps what was probed', async () => {
  const clock = { ...virtualClock(), breathe: async () => undefined }
  const agent = slotted(clock, 4, () => 1_000)
  const setting = scenarioSetting(clock, agent, { options: { warmup: 0 } })
  const probes: Probe[] = []
  const found = await clock.run(() =>
    searchWithAgent(setting, searchOfTest, async (probe) => {
      probes.push(probe)
      return probes.length === 2
    }),
  )
  expect(found.answer).toEqual({ answer: 'refused', reason: 'cap', cap: 'cost' })
  expect(found.probes).toHaveLength(2)
})
