import { describe, expect, test } from 'vitest'
import { fromColumns, toColumns } from '../../src/domain/columns.ts'
import type { Environment } from '../../src/domain/environment.ts'
import { type Plannable, planScenario } from '../../src/domain/plan.ts'
import { ExecutionRecord, Results } from '../../src/domain/record.ts'
import type { Agent, Checked } from '../../src/domain/scenario.ts'
import { summarize } from '../../src/domain/summary.ts'
import type { ScenarioResult } from '../../src/run/conclude.ts'
import { runScenario } from '../../src/run/scenario.ts'
import { virtualClock } from '../virtual-clock.ts'
import { samplesOf } from './given.ts'

const environment: Environment = {
  node: '24.21.0',
  platform: 'linux',
  architecture: 'x64',
  cpuModel: 'AMD EPYC 7763 64-Core Processor',
  cpuCores: 4,
  memoryBytes: 16 * 1024 ** 3,
  ci: true,
  runnerLabel: 'ubuntu24',
  version: '1.0.0',
}
const cases = [
  { name: 'short', input: 1, category: 'simple' },
  { name: 'long', input: 5, category: 'hard', expected: 'done' },
]
const options: Plannable = {
  runs: 8,
  warmup: 2,
  limits: { latencyMs: 4000, totalTokens: 2000, costUsd: undefined },
  thresholds: { latencyMs: { p50: 2000, max: 3000 }, successRatio: 0.5, scores: { polite: { mean: 0.5 } } },
  categories: { hard: { totalTokens: { mean: 5000 } } },
}

/** Runs that end in every way that a script can bring about, and tell all that they can. */
async function scripted(): Promise<ScenarioResult> {
  const clock = virtualClock()
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  async function* speak(ms: number) {
    await wait(ms)
    yield 'do'
    await wait(ms)
    yield 'ne'
  }
  const agent: Agent = async ({ input, index, turn, usage }) => {
    usage({ inputTokens: 100, outputTokens: index === 6 ? 9000 : 20, model: 'gpt-5-mini', toolCalls: 1 })
    await turn('think', () => wait(100 * Number(input)))
    if (index === 3) throw new Error('no seats left')
    if (index === 5) await wait(1e6)
    return speak(50)
  }
  const check = ({ output, expected, index, score }: Checked) => {
    score('polite', Math.abs(index % 2))
    if (expected !== undefined && output !== expected) throw new Error('wrong')
    if (index === 1) throw new Error('not polite')
  }
  return clock.run(() =>
    runScenario({
      plan: planScenario('refund', options, cases),
      agent,
      check,
      about: { agent: 'refunder', model: 'gpt-5-mini', settings: { temperature: 0, tools: ['search'] } },
      identity: { project: 'perf', file: 'test/refund.perf.ts', suite: ['shop'], name: 'refund', id: 'refund' },
      execution: 'one',
      attempt: 0,
      mode: 'live',
      prices: { 'gpt-5-mini': { inputUsdPerMillionTokens: 0.25, outputUsdPerMillionTokens: 2 } },
      environment,
      baseline: { history: [], environmentKey: 'ubuntu24' },
      acceptWorse: false,
      mayWrite: true,
      keepsBaseline: true,
      ledger: { spentBeforeUsd: 0 },
      clock,
    }),
  )
}

/** `value` after it has left the process as text. */
function sent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('ExecutionRecord', async () => {
  const { record, samples } = await scripted()
  const whole: ExecutionRecord = { ...record, samples: toColumns(samples) }

  test('the script has ended in every way that matters', () => {
    expect(record.summary.outcomes).toEqual({ ok: 12, wrong: 1, error: 1, timeout: 1, limit: 1, infrastructure: 0 })
    expect(record.summary.metrics.ttftMs).toBeDefined()
    expect(record.summary.turns).toMatchObject([{ name: 'think' }])
    expect(record.summary.scores.polite).toBeDefined()
    expect(record.verdict.findings.length).toBeGreaterThan(5)
    expect(record.coldStart).toBeDefined()
    expect(record.problems).toHaveLength(4)
  })

  test('a real record comes through JSON and the schema as it was', () => {
    expect(ExecutionRecord.parse(sent(whole))).toEqual(sent(whole))
    expect(ExecutionRecord.parse(sent(record)).samples).toBeUndefined()
  })

  test('what comes out can be summarized again, to the same', () => {
    const read = ExecutionRecord.parse(sent(whole))
    if (read.samples === undefined) throw new Error('expected samples')
    const summary = summarize(fromColumns([read.samples]), read.resources, cases)
    expect({ ...summary, turns: record.summary.turns, tokens: record.summary.tokens }).toEqual(record.summary)
  })

  test('is accepted without JSON between, where unset fields are there', () => {
    expect(ExecutionRecord.safeParse(whole).success).toBe(true)
  })

  test.for<[string, (broken: ExecutionRecord) => unknown]>([
    ['NaN', (one) => ({ ...one, durationMs: Number.NaN })],
    ['Infinity', (one) => ({ ...one, durationMs: Number.POSITIVE_INFINITY })],
    [
      'NaN deep in the summary',
      (one) => ({ ...one, summary: { ...one.summary, scenario: { runsPerSecond: Number.NaN } } }),
    ],
    ['NaN in a column', () => ({ ...whole, samples: { ...toColumns(samplesOf([{}])), endedAtMs: [Number.NaN] } })],
    ['null for a number', (one) => ({ ...one, durationMs: null })],
    ['an unknown key', (one) => ({ ...one, secret: 1 })],
    ['an unknown key deep inside', (one) => ({ ...one, identity: { ...one.identity, secret: 1 } })],
    ['an unknown metric', (one) => ({ ...one, summary: { ...one.summary, scenario: { speed: 1 } } })],
    ['an unknown outcome', (one) => ({ ...one, coldStart: { latencyMs: 1, outcome: 'skipped' } })],
    ['a newer version', (one) => ({ ...one, schemaVersion: 2 })],
    ['no version', ({ schemaVersion: _, ...one }) => one],
    ['half a run', (one) => ({ ...one, summary: { ...one.summary, runs: 1.5 } })],
    ['no runs of an outcome', (one) => ({ ...one, summary: { ...one.summary, outcomes: { ok: 1 } } })],
    ['an unknown code of a check', (one) => ({ ...one, verdict: { ...one.verdict, checks: [{ code: 'mood' }] } })],
    ['nothing', () => undefined],
    ['text', () => 'record'],
  ])('refuses %s', ([, breakIt]) => {
    expect(ExecutionRecord.safeParse(breakIt(record)).success).toBe(false)
  })

  test('every threshold that can be set can be read back', () => {
    const thresholds = {
      latencyMs: { p50: 1, 'p99.9': 2 },
      modelTtftMs: { mean: 3 },
      peakRssBytes: 4,
      scores: { a: { min: 0 } },
    }
    const read = ExecutionRecord.parse(sent({ ...record, plan: { ...record.plan, thresholds } }))
    expect(read.plan.thresholds).toEqual(thresholds)
  })

  test('results are records of one version', () => {
    const results = { schemaVersion: 1, startedAt: record.startedAt, environment, records: [whole, record] }
    expect(Results.parse(sent(results))).toEqual(sent(results))
    expect(Results.safeParse({ ...results, schemaVersion: 0 }).success).toBe(false)
    expect(Results.safeParse({ ...results, records: [{ ...record, attempt: -1 }] }).success).toBe(false)
    expect(Results.parse({ ...results, records: [] }).records).toEqual([])
  })
})
