import { describe, expect, test } from 'vitest'
import { emptyTally, type Tally, tallyRun, tallySpend } from '../../src/run/tally.ts'
import { runMeasurement } from './run-measurement.ts'

function tallyOf(...runs: Parameters<typeof runMeasurement>[0][]): Tally {
  const tally = emptyTally()
  for (const run of runs) tallyRun(tally, runMeasurement(run))
  return tally
}

test('no runs add up to nothing', () => {
  expect(tallyOf()).toEqual({
    models: new Set(),
    unpriced: new Set(),
    listPrices: new Map(),
    estimated: 0,
    realtimeCalls: 0,
    untold: 0,
    spentUsd: 0,
    unknownCosts: 0,
    openStreams: 0,
    unanswered: { runs: 0, failure: '' },
    repeatedTools: new Map(),
    abandoned: 0,
    runsWithCalls: 0,
    unknownTokens: 0,
  })
})

test('models are named once, with and without a price', () => {
  const tally = tallyOf({ models: ['a', 'b'], unpriced: ['b'] }, { models: ['b', 'c'], unpriced: ['b', 'c'] })
  expect([...tally.models]).toEqual(['a', 'b', 'c'])
  expect([...tally.unpriced]).toEqual(['b', 'c'])
})

describe('what was spent', () => {
  test('is what agents and judges cost', () => {
    expect(tallyOf({ spentUsd: 0.25, beside: { modelCalls: 1, costUsd: 0.5 } }, { spentUsd: 1 })).toMatchObject({
      spentUsd: 1.75,
      unknownCosts: 0,
    })
  })

  test('counts the runs whose agent or judge cost nobody knows what', () => {
    const tally = tallyOf(
      { spentUsd: undefined, beside: { modelCalls: 1, costUsd: 0.5 } },
      { spentUsd: 1, beside: { modelCalls: 1 } },
      { spentUsd: 0.5 },
    )
    expect(tally).toMatchObject({ spentUsd: 2, unknownCosts: 2 })
  })
})

test('runs that misbehaved are counted, not what they did', () => {
  const tally = tallyOf({ openStreams: 3 }, { openStreams: 1 }, { abandoned: true }, {})
  expect(tally).toMatchObject({ openStreams: 2, abandoned: 1 })
})

describe('runs with model calls', () => {
  test('are those whose number of calls is known', () => {
    expect(tallyOf({ values: { modelCalls: 0 } }, { values: { modelCalls: 2 } }, {}).runsWithCalls).toBe(2)
  })

  test('have unknown tokens when they were answered and nobody told', () => {
    const told = { modelCalls: 1, outputTokens: 5 }
    const untold = { modelCalls: 1 }
    expect(
      tallyOf(
        { values: told },
        { values: untold },
        { values: untold, outcome: 'wrong' },
        { values: untold, outcome: 'timeout' },
        { values: untold, outcome: 'infrastructure' },
        { values: {} },
      ).unknownTokens,
    ).toBe(2)
  })
})

test('tools that were asked for again are counted by name, with the runs and the most of one run', () => {
  const call = (...toolUses: { name: string; repeated?: boolean }[]) => ({
    provider: 'openai',
    api: 'chat',
    url: '',
    streamed: false,
    startedAtMs: 0,
    reasoningStreamed: false,
    toolUses,
  })
  const [first, again] = [{ name: 'find' }, { name: 'find', repeated: true }]
  const { repeatedTools } = tallyOf(
    { calls: [call(first), call(again, { name: 'look', repeated: true }), call(again)] },
    { calls: [call(first), call(again)] },
    { calls: [call(first)] },
  )
  expect(Object.fromEntries(repeatedTools)).toEqual({
    find: { times: 3, runs: 2, most: 2 },
    look: { times: 1, runs: 1, most: 1 },
  })
})

test('the first refusal is kept, with what was thrown', () => {
  const url = 'https://api.example/v1/chat/completions'
  const tally = tallyOf(
    {},
    {
      outcome: 'error',
      refused: { status: 401, url },
      problem: { class: 'provider', message: '401 Incorrect API key' },
    },
    { outcome: 'error', refused: { status: 404, url }, problem: { class: 'provider', message: '404 no such model' } },
  )
  expect(tally.refused).toEqual({ status: 401, url, message: '401 Incorrect API key' })
})

test('a run of the warm-up counts with its money, models and refusal, and with nothing else', () => {
  const tally = emptyTally()
  const refused = { status: 403, url: 'https://api.example/v1/responses' }
  const values = { modelCalls: 1 }
  tallySpend(
    tally,
    runMeasurement({ spentUsd: 1, models: ['a'], values, openStreams: 1, abandoned: true, refused, outcome: 'error' }),
  )
  expect(tally).toEqual({ ...emptyTally(), spentUsd: 1, models: new Set(['a']), refused: { ...refused, message: '' } })
})
