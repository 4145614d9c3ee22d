import { describe, expect, test } from 'vitest'
import { blockedEventLoop } from '../../fixtures/agents/faults/blocked-event-loop.ts'
import { cachePrefix } from '../../fixtures/agents/faults/cache-prefix.ts'
import { coldConnections } from '../../fixtures/agents/faults/cold-connections.ts'
import type { FaultFixture, FixtureAgent } from '../../fixtures/agents/faults/fault.ts'
import { retries } from '../../fixtures/agents/faults/retries.ts'
import { sequentialTools } from '../../fixtures/agents/faults/sequential-tools.ts'
import { slowTool } from '../../fixtures/agents/faults/slow-tool.ts'
import { toolResults } from '../../fixtures/agents/faults/tool-results.ts'
import { type ModelServer, startModelServer } from '../../fixtures/model-server/server.ts'
import type { Advice, AdviceRule } from '../../src/domain/advice.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { ExecutionRecord } from '../../src/domain/record.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { scenarioSetting } from '../run/scenario-setting.ts'

const prices = {
  'gpt-5-mini': {
    inputUsdPerMillionTokens: 0.25,
    cachedInputUsdPerMillionTokens: 0.025,
    outputUsdPerMillionTokens: 2,
  },
}

async function measured(
  { goal, expected }: FaultFixture,
  agentOf: (served: ModelServer) => FixtureAgent,
  concurrency: number,
): Promise<ExecutionRecord> {
  const server = await startModelServer({ timing: { ttftMs: 40, tokenGapMs: 1 } })
  try {
    const agent = agentOf(server)
    const { record } = await runScenario(
      scenarioSetting(wallClock, (run) => agent({ input: String(run.input), signal: run.signal }), {
        options: { runs, warmup: 2, concurrency },
        cases: [{ input: goal }],
        prices,
        from: import.meta.filename,
        check: ({ output }) => expect(output).toContain(expected),
      }),
    )
    expect(record.summary.outcomes.ok).toBe(runs)
    return record
  } finally {
    await server.close()
  }
}

const mostAttempts = 3
const runs = 12

/** Both agents, measured while the machine was theirs: the truth is a difference of times, and others' work is in it. */
async function undisturbed(
  fixture: FaultFixture,
  concurrency: number,
): Promise<Record<'faulty' | 'mended', ExecutionRecord>> {
  for (let attempt = 1; ; attempt++) {
    const faulty = await measured(fixture, fixture.faulty, concurrency)
    const mended = await measured(fixture, fixture.mended, concurrency)
    // An agent that blocks the event loop while others run disturbs those by itself.
    const calm = concurrency === 1 ? [faulty, mended] : [mended]
    if (attempt === mostAttempts || calm.every(({ summary }) => summary.degraded <= 2)) return { faulty, mended }
  }
}

/** What a run really saves when the fault is mended, in the unit that the rule tells. */
const truths = {
  savedMs: ({ summary }: ExecutionRecord) => summary.metrics.latencyMs?.p50 ?? Number.NaN,
  savedTokens: ({ summary }: ExecutionRecord) => summary.metrics.inputTokens?.mean ?? Number.NaN,
  // What comes from the cache is input that is not computed once more.
  cachedTokens: ({ summary }: ExecutionRecord) => -(summary.metrics.cachedTokens?.mean ?? Number.NaN),
  savedUsd: ({ summary }: ExecutionRecord) => summary.metrics.costUsd?.mean ?? Number.NaN,
}

interface Expected {
  fixture: FaultFixture
  concurrency?: number
  place: Advice['place']
  effort: Advice['effort']
  /** Each impact with the truth that it is held against, and how far off it may be. */
  impact: { [I in keyof Advice['impact']]: readonly [truth: keyof typeof truths, tolerance: number] }
}

const lookup = { kind: 'tool', name: 'lookup' } as const
const step1 = { kind: 'step', name: 'step 1' } as const
const call1 = { kind: 'modelCall', name: 'model call 1' } as const

const faults: Record<AdviceRule, Expected> = {
  sequentialTools: {
    fixture: sequentialTools,
    place: [call1, lookup],
    effort: 'small',
    impact: { savedMs: ['savedMs', 0.2] },
  },
  coldConnections: {
    fixture: coldConnections,
    place: [{ kind: 'modelCall', name: expect.stringMatching(/^model calls to localhost:\d+$/) }],
    effort: 'small',
    impact: { savedMs: ['savedMs', 0.2] },
  },
  retries: {
    fixture: retries,
    place: [{ kind: 'modelCall', name: expect.stringMatching(/^model call [24]$/) }],
    effort: 'medium',
    impact: { savedMs: ['savedMs', 0.2] },
  },
  cachePrefix: {
    fixture: cachePrefix,
    place: [call1],
    effort: 'small',
    impact: { savedTokens: ['cachedTokens', 0.15], savedUsd: ['savedUsd', 0.15] },
  },
  toolResults: {
    fixture: toolResults,
    place: [lookup],
    effort: 'medium',
    impact: { savedTokens: ['savedTokens', 0.1], savedUsd: ['savedUsd', 0.1] },
  },
  slowTool: {
    fixture: slowTool,
    place: [step1, lookup],
    effort: 'medium',
    impact: { savedMs: ['savedMs', 0.2] },
  },
  blockedEventLoop: {
    fixture: blockedEventLoop,
    concurrency: 4,
    place: [step1, lookup],
    effort: 'large',
    impact: { savedMs: ['savedMs', 0.5] },
  },
}

describe.each(Object.entries(faults))('%s', (rule, { fixture, concurrency = 1, place, effort, impact }) => {
  test('is told of an agent that has the fault, where it lies and with what it costs, and of the mended one nothing', {
    timeout: 300_000,
  }, async () => {
    const { faulty, mended } = await undisturbed(fixture, concurrency)
    expect(mended.advice).toBeUndefined()
    expect(faulty.advice).toMatchObject([{ rule, place, effort }])
    for (const [name, [truth, tolerance]] of Object.entries(impact)) {
      const told = faulty.advice?.[0]?.impact[name as keyof Advice['impact']] ?? Number.NaN
      const saved = truths[truth](faulty) - truths[truth](mended)
      expect(saved).toBeGreaterThan(0)
      expect(Math.abs(told / saved - 1), `${name}: told ${told}, saved ${saved}`).toBeLessThan(tolerance)
    }
  })
})
