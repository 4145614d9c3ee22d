import { describe, expect, test } from 'vitest'
import { toColumns } from '../../src/domain/columns.ts'
import { createSamples, mostRows, type Samples } from '../../src/domain/sample.ts'
import type { ModelCall } from '../../src/domain/span.ts'
import { summarizeTokens } from '../../src/domain/token-summary.ts'
import type { Span } from '../../src/domain/trace.ts'
import { keepOrFold, keepRun } from '../../src/run/keep.ts'
import { runMeasurement } from './run-measurement.ts'

const call: ModelCall = {
  provider: 'openai',
  api: 'chat',
  url: 'https://api.example/v1/chat/completions',
  model: 'gpt-5',
  streamed: true,
  startedAtMs: 5,
  headersAtMs: 6,
  firstContentAtMs: 25,
  firstTextAtMs: 25,
  lastContentAtMs: 65,
  endedAtMs: 105,
  status: 200,
  usage: { inputTokens: 10, outputTokens: 41, cachedTokens: 0, reasoningTokens: 0 },
  toolCalls: 0,
  reasoningStreamed: false,
}

function kept(changes: Parameters<typeof runMeasurement>[0], dueMs = 1_000, originMs = 1_000): Samples {
  const samples = createSamples(1)
  keepRun(samples, runMeasurement({ startedMs: 1_020, endedMs: 1_120, ...changes }), 2, dueMs, originMs)
  return samples
}

test('the times of a run count from the start of the load', () => {
  expect(toColumns(kept({ firstTokenMs: 1_050 }, 1_010))).toMatchObject({
    caseIndex: [2],
    outcome: ['ok'],
    degraded: [false],
    dueAtMs: [10],
    startedAtMs: [20],
    firstTokenAtMs: [50],
    endedAtMs: [120],
  })
})

test('what a run does not know stays unknown', () => {
  const { firstTokenAtMs, values } = toColumns(kept({ values: { inputTokens: 0, outputTokens: undefined } }))
  expect({ firstTokenAtMs, values }).toEqual({ firstTokenAtMs: [null], values: { inputTokens: [0] } })
})

test('scores, turns and problems bear the position of their run', () => {
  const samples = createSamples(2)
  keepRun(samples, runMeasurement(), 0, 0, 0)
  const turn = { name: 'greet', latencyMs: 5, ttftMs: 2 }
  const problem = { class: 'agent' as const, message: 'broken' }
  keepRun(
    samples,
    runMeasurement({ outcome: 'error', scores: new Map([['polite', 0.5]]), turns: [turn], problem }),
    1,
    0,
    0,
  )
  expect(samples.turns).toEqual([{ index: 1, ...turn }])
  expect(samples.problems).toEqual([{ index: 1, caseIndex: 1, outcome: 'error', ...problem }])
  expect(toColumns(samples).scores).toEqual({ polite: [null, 0.5] })
})

describe('of a model call it keeps', () => {
  test('time to first token, time between tokens and output per second', () => {
    expect(kept({ calls: [call] }).calls).toEqual({
      index: [0],
      modelTtftMs: [20],
      interTokenLatencyMs: [1],
      outputTokensPerSecond: [410],
    })
  })

  test('as unknown what was not streamed or not told', () => {
    const { usage: _, firstContentAtMs: __, ...silent } = call
    const { endedAtMs: ___, ...open } = call
    const never = { ...call, endedAtMs: call.startedAtMs }
    expect(kept({ calls: [silent, open, never] }).calls).toEqual({
      index: [0, 0, 0],
      modelTtftMs: [undefined, 20, 20],
      interTokenLatencyMs: [undefined, 1, 1],
      outputTokensPerSecond: [undefined, undefined, undefined],
    })
  })

  test('nothing when it was not answered', () => {
    const { status: _, ...refused } = call
    expect(kept({ calls: [refused, { ...call, status: 503 }] }).calls.index).toEqual([])
  })
})

test('of a run without details it keeps what they come to, and not them', () => {
  const samples = createSamples(1)
  const span: Span = { kind: 'phase', name: 'plan', startedAtMs: 0, endedAtMs: 1 }
  const turn = { name: 'greet', latencyMs: 5 }
  const problem = { class: 'agent' as const, message: 'broken' }
  const run = { calls: [call], spans: [span], turns: [turn], values: { modelCalls: 1 }, problem }
  keepRun(samples, runMeasurement(run), 0, 0, 0, false)
  expect(samples).toMatchObject({ length: 1, calls: { index: [] }, spans: [], turns: [], problems: [problem] })
  expect(toColumns(samples).values).toEqual({ modelCalls: [1] })
  keepRun(samples, runMeasurement(run), 0, 0, 0)
  expect(samples).toMatchObject({ length: 2, calls: { index: [1] }, spans: [{ index: 1 }], turns: [{ index: 1 }] })
})

describe('what runs used', () => {
  const values = { modelCalls: 2, inputTokens: 100, outputTokens: 10 }
  const shares = [{ kind: 'agent' as const, name: 'clerk', modelCalls: 2, use: { inputTokens: 100 } }]

  test('adds up over the timed ones, with details or without', () => {
    const samples = createSamples(4)
    keepRun(samples, runMeasurement({ values, shares }), 0, 0, 0, false)
    keepRun(samples, runMeasurement({ values, shares }), 0, 0, 0)
    keepRun(samples, runMeasurement({ values, shares, outcome: 'error' }), 0, 0, 0)
    keepRun(samples, runMeasurement({}), 0, 0, 0)
    const tokens = summarizeTokens(samples.tokens)
    expect([tokens?.all.runs, tokens?.all.modelCalls, tokens?.all.mean.inputTokens]).toEqual([2, 4, 100])
    expect(tokens?.agents.map(({ name, runs }) => [name, runs])).toEqual([['clerk', 2]])
  })

  test('adds up over those that are not kept one by one, too', () => {
    const samples = createSamples(mostRows)
    samples.length = mostRows
    keepOrFold({ samples, cases: [] }, [runMeasurement({ values, shares }), 0, 0, 0, false], () => {})
    expect(samples.length).toBe(mostRows)
    expect(summarizeTokens(samples.tokens)?.all).toMatchObject({ runs: 1, modelCalls: 2 })
  })
})

test('any number of runs find room', () => {
  const samples = createSamples(1)
  for (let run = 0; run < 500; run++) {
    keepRun(samples, runMeasurement({ startedMs: run, endedMs: run + 1, values: { steps: run } }), run % 3, run, 0)
  }
  const columns = toColumns(samples)
  expect(columns.values.steps).toEqual(Array.from({ length: 500 }, (_, run) => run))
  expect(columns.startedAtMs.at(-1)).toBe(499)
})
