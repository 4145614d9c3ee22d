import { describe, expect, test } from 'vitest'
import type { TestCase } from 'vitest/node'
import { sleep } from '../../../src/domain/clock.ts'
import { toColumns } from '../../../src/domain/columns.ts'
import { addSample, createSamples } from '../../../src/domain/sample.ts'
import { type Progress, startProgress } from '../../../src/vitest/session/progress.ts'
import type { PlanArtifact, SamplesArtifact } from '../../../src/vitest/transport.ts'
import { type VirtualClock, virtualClock } from '../../virtual-clock.ts'

// The reporter hands Vitest's own object through; only its id is read here.
const refund = { id: 'refund' } as TestCase
const plan: PlanArtifact = {
  type: 'bench-agent:plan',
  name: 'refund',
  pid: 1,
  cases: ['a', 'b'],
  order: [0, 1],
  runs: 20,
  warmup: 2,
  totalRuns: 40,
  mayStop: false,
  concurrency: 1,
  usdPerRun: 0.005,
  msPerRun: 500,
  capUsd: 1.2,
}

function block(from: number): SamplesArtifact {
  const samples = createSamples(1)
  addSample(samples, { caseIndex: 0, outcome: 'ok', degraded: false, dueAtMs: 0, startedAtMs: 0, endedAtMs: 840 })
  return { type: 'bench-agent:samples', name: 'refund', execution: 'x', from, columns: toColumns(samples) }
}

function follow(work: (progress: Progress, clock: VirtualClock) => Promise<void>): Promise<string[]> {
  const clock = virtualClock()
  const lines: string[] = []
  const progress = startProgress((line) => lines.push(line), { clock, lineEveryMs: 10_000 })
  return clock.run(async () => {
    await work(progress, clock)
    await sleep(clock, 1)
    progress.close()
    return lines
  })
}

describe('the progress of a scenario', () => {
  test('begins with its plan and what it will cost', async () => {
    const lines = await follow(async (progress) => progress.plan(refund, plan))
    expect(lines).toEqual([
      'refund: 2 cases × 20 runs + 2 warm-up = 42 runs, about 21 s, estimated $0.21 (from its baseline; $0.51 if a worsening has to be confirmed), cap $1.20',
    ])
  })

  test('of a scenario that is short and free is not announced', async () => {
    const { usdPerRun: _, capUsd: __, ...free } = plan
    expect(await follow(async (progress) => progress.plan(refund, { ...free, msPerRun: 10 }))).toEqual([])
  })

  test('is told at most once in ten seconds', async () => {
    const lines = await follow(async (progress, clock) => {
      progress.plan(refund, plan)
      for (let second = 0; second < 24; second++) {
        await sleep(clock, 1_000)
        progress.samples(refund, block(second))
      }
    })
    expect(lines.slice(1)).toEqual([
      'refund  10/40 runs  p50 840 ms  about 30 s left',
      'refund  20/40 runs  p50 840 ms  about 20 s left',
    ])
  })

  test('has a heartbeat when nothing is heard for half a minute, until the scenario ends', async () => {
    const lines = await follow(async (progress, clock) => {
      progress.plan(refund, plan)
      await sleep(clock, 65_000)
      progress.ended(refund)
      await sleep(clock, 65_000)
    })
    expect(lines.slice(1)).toEqual([
      'refund  0/40 runs  still running after 30 s  no run ended for 30 s',
      'refund  0/40 runs  still running after 60 s  no run ended for 60 s',
    ])
  })
})
