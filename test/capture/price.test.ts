import { describe, expect, test } from 'vitest'
import { costUsd } from '../../src/capture/price.ts'
import type { Prices } from '../../src/domain/price.ts'

const prices: Prices = {
  'gpt-5': { inputUsdPerMillionTokens: 1.25, cachedInputUsdPerMillionTokens: 0.125, outputUsdPerMillionTokens: 10 },
  'gpt-5-2026-01-01': { inputUsdPerMillionTokens: 2, outputUsdPerMillionTokens: 20 },
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
})
