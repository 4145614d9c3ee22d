import { describe, expect, test } from 'vitest'
import { emptyTokenTally, mergeTokens, summarizeTokens, tallyTokens } from '../../src/domain/token-summary.ts'
import type { TokenUse } from '../../src/domain/token-use.ts'

const use = (inputTokens: number, cachedTokens?: number, resentTokens?: number): TokenUse => ({
  inputTokens,
  outputTokens: 100,
  cachedTokens,
  resentTokens,
  failedTokens: 0,
  repeatedTokens: 0,
})
const share = (name: string, of: TokenUse) => ({ kind: 'agent', name, modelCalls: 2, use: of }) as const

describe('what the runs used', () => {
  test('is a mean of the runs, and ratios are of all tokens together', () => {
    const tally = emptyTokenTally()
    tallyTokens(tally, use(900, 0, 500), 3, [share('a', use(900, 0, 500))])
    tallyTokens(tally, use(100, 100, 0), 1, [])
    expect(summarizeTokens(tally)).toEqual({
      all: {
        name: 'all',
        runs: 2,
        modelCalls: 4,
        mean: {
          inputTokens: 500,
          outputTokens: 100,
          cachedTokens: 50,
          resentTokens: 250,
          failedTokens: 0,
          repeatedTokens: 0,
          wastedTokens: 250,
        },
        cacheHitRatio: 0.1,
        tokenEfficiencyRatio: 1 - 500 / 1200,
      },
      steps: [],
      phases: [],
      agents: [
        expect.objectContaining({ name: 'a', runs: 1, modelCalls: 2, cacheHitRatio: 0, tokenEfficiencyRatio: 0.5 }),
      ],
    })
  })

  test('is of the runs that know it, and unknown where none does', () => {
    const tally = emptyTokenTally()
    tallyTokens(tally, use(900), 1, [])
    expect(summarizeTokens(tally)?.all).toEqual({
      name: 'all',
      runs: 1,
      modelCalls: 1,
      mean: { inputTokens: 900, outputTokens: 100, failedTokens: 0, repeatedTokens: 0 },
    })
    tallyTokens(tally, use(100, 50, 0), 1, [])
    expect(summarizeTokens(tally)?.all).toMatchObject({
      mean: { inputTokens: 500, cachedTokens: 50, wastedTokens: 0 },
      cacheHitRatio: 0.5,
      tokenEfficiencyRatio: 1,
    })
  })

  test('is told of a hundred parts of a kind at most', () => {
    const tally = emptyTokenTally()
    for (let run = 0; run < 150; run++) tallyTokens(tally, use(1), 1, [share(`agent ${run}`, use(1))])
    expect(summarizeTokens(tally)?.agents).toHaveLength(100)
    expect(summarizeTokens(tally)?.all.runs).toBe(150)
  })

  test('of several executions is what it would be of one', () => {
    const uses: [TokenUse, string][] = [
      [use(900, 0, 500), 'a'],
      [use(100, 100, 0), 'b'],
      [use(500, 100, 40), 'a'],
      [use(70), 'a'],
    ]
    const summaryOf = (some: typeof uses) => {
      const tally = emptyTokenTally()
      for (const [one, name] of some) tallyTokens(tally, one, 2, [share(name, one)])
      return summarizeTokens(tally)
    }
    const whole = summaryOf(uses)
    expect(whole?.all.missing).toEqual({ cachedTokens: 1, resentTokens: 1, wastedTokens: 1 })
    // What one knows only in part has ratios by the mean of its runs.
    const merged = mergeTokens([
      summaryOf(uses.slice(0, 2)),
      undefined,
      summaryOf(uses.slice(2, 3)),
      summaryOf(uses.slice(3)),
    ])
    expect(merged).toEqual({
      ...whole,
      all: { ...whole?.all, tokenEfficiencyRatio: expect.closeTo(1 - 540 / 1800, 12) },
    })
    expect(mergeTokens([undefined])).toBeUndefined()
  })

  test('is nothing without a model call', () => {
    expect(summarizeTokens(emptyTokenTally())).toBeUndefined()
  })
})
