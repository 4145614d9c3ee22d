import { describe, expect, test } from 'vitest'
import { sleep } from '../../src/domain/clock.ts'
import type { BreakingPointSearch } from '../../src/domain/study/breaking-point.ts'
import { currentBelongings } from '../../src/measure/current-belongings.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { searchWithAgent } from '../../src/run/study/search-breaking-point.ts'
import { virtualClock } from '../virtual-clock.ts'
import { scenarioSetting } from './scenario-setting.ts'

const key = {}

/** An agent that keeps something open, and what became of that. */
function keeper() {
  const clock = { ...virtualClock(), breathe: async () => undefined }
  const told: string[] = []
  const open = () => {
    told.push('opened')
    return {
      close: async () => void told.push('closed'),
      connections: () => ({ opened: 1, reused: 2, waited: 0, mostOpen: 1 }),
    }
  }
  const agent = async () => {
    currentBelongings().keep(key, open)
    await sleep(clock, 1_000)
    if (told.length > 1) throw new Error('it was closed while it was needed')
  }
  return { clock, told, agent }
}

describe('what an agent keeps open', () => {
  test('lasts for all runs of an execution, and ends with it; the record tells how it was used', async () => {
    const { clock, told, agent } = keeper()
    const setting = scenarioSetting(clock, agent, { options: { runs: 3, warmup: 1 } })
    const { record } = await clock.run(() => runScenario(setting))
    expect(told).toEqual(['opened', 'closed'])
    expect(record.summary.outcomes.ok).toBe(3)
    expect(record.connections).toEqual({ opened: 1, reused: 2, waited: 0, mostOpen: 1 })
    expect(record.resources.childPeakRssBytes).toBeUndefined()
  })

  test('ends with an execution that a mistake of the user ended', async () => {
    const { clock, told, agent } = keeper()
    const setup = ({ index }: { index: number }) => {
      if (index === 1) throw new Error('no database')
    }
    const { mistake } = await clock.run(() =>
      runScenario(scenarioSetting(clock, agent, { options: { runs: 3 }, setup })),
    )
    expect(mistake?.message).toContain('no database')
    expect(told).toEqual(['opened', 'closed'])
  })

  test('lasts for all probes of a search, of which only the first warms up', { timeout: 60_000 }, async () => {
    const { clock, told, agent } = keeper()
    const search: BreakingPointSearch = {
      objectives: [{ metric: 'responseTimeMs', statistic: 'p95', bound: 3_000 }],
      maxConcurrency: 64,
      maxRuns: 5_000,
    }
    let probes = 0
    await clock.run(() =>
      searchWithAgent(scenarioSetting(clock, agent, {}), search, async ({ failures }) => {
        expect(failures.error).toBe(0)
        return ++probes === 2
      }),
    )
    expect(probes).toBe(2)
    expect(told).toEqual(['opened', 'closed'])
  })
})
