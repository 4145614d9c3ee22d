import { describe, expect, test } from 'vitest'
import { costUsd } from '../../../src/capture/price/price.ts'
import type { PriceList } from '../../../src/capture/price/price-list.ts'
import type { Prices } from '../../../src/domain/price.ts'

const prices: Prices = {
  'gpt-5': { inputUsdPerMillionTokens: 1.25, cachedInputUsdPerMillionTokens: 0.125, outputUsdPerMillionTokens: 10 },
  'gpt-5-2026-01-01': { inputUsdPerMillionTokens: 2, outputUsdPerMillionTokens: 20 },
  claude: {
    inputUsdPerMillionTokens: 3,
    outputUsdPerMillionTokens: 15,
    cachedInputUsdPerMillionTokens: 0.3,
    cacheWriteUsdPerMillionTokens: 3.75,
  },
  sonar: { inputUsdPerMillionTokens: 2, outputUsdPerMillionTokens: 8, reasoningUsdPerMillionTokens: 3 },
  tiered: {
    inputUsdPerMillionTokens: 1,
    outputUsdPerMillionTokens: 10,
    cachedInputUsdPerMillionTokens: 0.1,
    tiers: [
      { aboveInputTokens: 200_000, inputUsdPerMillionTokens: 2, outputUsdPerMillionTokens: undefined },
      {
        aboveInputTokens: 400_000,
        outputUsdPerMillionTokens: 20,
        cachedInputUsdPerMillionTokens: 0.4,
        inputUsdPerMillionTokens: 2,
      },
    ],
  },
  'o3-pro': { inputUsdPerMillionTokens: 20, outputUsdPerMillionTokens: 80 },
}
const usage = { inputTokens: 100_000, cachedTokens: 40_000, outputTokens: 2_000, reasoningTokens: 1_500 }

describe('costUsd', () => {
  test('cached tokens cost the cached price, reasoning is part of the output', () => {
    // Oracle, by hand: 60,000 × 1.25 + 40,000 × 0.125 + 2,000 × 10 = 100,000 millionths
    expect(costUsd({ model: 'gpt-5', usage }, prices)).toEqual({ usd: 0.1, model: 'gpt-5' })
  })

  test('cached tokens cost the input price when they have none of their own', () => {
    // Oracle, by hand: 100,000 × 20 + 2,000 × 80 = 2,160,000 millionths
    expect(costUsd({ model: 'o3-pro', usage }, prices)).toEqual({ usd: 2.16, model: 'o3-pro' })
  })

  test('tokens that are not known to be cached cost the input price', () => {
    // Oracle, by hand: 100,000 × 1.25 + 2,000 × 10 = 145,000 millionths
    const unknownCache = { inputTokens: 100_000, outputTokens: 2_000 }
    expect(costUsd({ model: 'gpt-5', usage: unknownCache }, prices)?.usd).toBe(0.145)
  })

  test('tokens written to a cache cost the cache write price, else the input price', () => {
    const written = { inputTokens: 100_000, cachedTokens: 40_000, cacheWriteTokens: 10_000, outputTokens: 2_000 }
    // Oracle, by hand: 50,000 × 3 + 40,000 × 0.3 + 10,000 × 3.75 + 2,000 × 15 = 229,500 millionths
    expect(costUsd({ model: 'claude', usage: written }, prices)?.usd).toBe(0.2295)
    // Oracle, by hand: 60,000 × 1.25 + 40,000 × 0.125 + 2,000 × 10 = 100,000 millionths
    expect(costUsd({ model: 'gpt-5', usage: written }, prices)?.usd).toBe(0.1)
  })

  test('reasoning costs its own price when it has one', () => {
    // Oracle, by hand: 60,000 × 2 + 40,000 × 2 + 500 × 8 + 1,500 × 3 = 208,500 millionths
    expect(costUsd({ model: 'sonar', usage }, prices)?.usd).toBe(0.2085)
  })

  test('the last tier that a prompt exceeds holds for all of its tokens, and leaves what it does not name', () => {
    const cost = (inputTokens: number) =>
      costUsd({ model: 'tiered', usage: { inputTokens, cachedTokens: 100_000, outputTokens: 1_000 } }, prices)?.usd
    // Oracle, by hand, in millionths: 100,000 × 1 + 100,000 × 0.1 + 1,000 × 10 = 120,000
    expect(cost(200_000)).toBe(0.12)
    // 100,001 × 2 + 100,000 × 0.1 + 1,000 × 10 = 220,002
    expect(cost(200_001)).toBe(0.220002)
    // 400,000 × 2 + 100,000 × 0.4 + 1,000 × 20 = 860,000
    expect(cost(500_000)).toBe(0.86)
  })

  test('counts that contradict one another cost an unknown sum', () => {
    const contradictory = { inputTokens: 10, cachedTokens: 8, cacheWriteTokens: 8, outputTokens: 1 }
    expect(costUsd({ model: 'gpt-5', usage: contradictory }, prices)).toBeUndefined()
    const reasoned = { inputTokens: 10, outputTokens: 1, reasoningTokens: 2 }
    expect(costUsd({ model: 'sonar', usage: reasoned }, prices)).toBeUndefined()
    // Where reasoning has no price, its count decides nothing.
    expect(costUsd({ model: 'gpt-5', usage: reasoned }, prices)?.usd).toBe(22.5e-6)
  })

  test.each([
    ['gpt-5-2025-08-07', 'gpt-5'],
    ['gpt-5-20250807', 'gpt-5'],
    ['gpt-5-2026-01-01', 'gpt-5-2026-01-01'],
  ])('%s has the price of %s', (model, matched) => {
    expect(costUsd({ model, usage }, prices)?.model).toBe(matched)
  })

  test.each(['gpt-5-mini', 'gpt', 'toString', 'gpt-5-2025-08', '-2025-08-07'])('%s has no price', (model) => {
    expect(costUsd({ model, usage }, prices)).toBeUndefined()
  })

  test('what is unknown costs an unknown sum, never 0', () => {
    expect(costUsd({ usage }, prices)).toBeUndefined()
    expect(costUsd({ model: 'gpt-5' }, prices)).toBeUndefined()
    expect(costUsd({ model: 'gpt-5', usage: { inputTokens: 10 } }, prices)).toBeUndefined()
    expect(costUsd({ model: 'gpt-5', usage: { outputTokens: 10 } }, prices)).toBeUndefined()
    expect(costUsd({ model: 'gpt-5', usage }, {})).toBeUndefined()
  })

  test('no tokens cost nothing', () => {
    expect(costUsd({ model: 'gpt-5', usage: { inputTokens: 0, outputTokens: 0 } }, prices)?.usd).toBe(0)
  })

  test('the own price goes before the one of the list, and the list is asked for what has none', () => {
    const list: PriceList = {
      costOf: ({ model }) => (model === 'nobody' ? undefined : { usd: 7, model: 'listed', provider: 'them' }),
    }
    expect(costUsd({ model: 'gpt-5', usage }, prices, list)).toEqual({ usd: 0.1, model: 'gpt-5' })
    expect(costUsd({ model: 'other', usage }, prices, list)).toEqual({
      usd: 7,
      model: 'listed',
      listed: { provider: 'them' },
    })
    expect(costUsd({ model: 'nobody', usage }, prices, list)).toBeUndefined()
    // What the own price cannot tell, the list's must not.
    expect(costUsd({ model: 'gpt-5', usage: { outputTokens: 1 } }, prices, list)).toBeUndefined()
  })
})
