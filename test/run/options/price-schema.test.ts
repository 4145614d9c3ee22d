import { describe, expect, test } from 'vitest'
import { PricesSchema } from '../../../src/run/options/price-schema.ts'
import { mistakesIn } from '../../../src/run/options/validation.ts'

const rates = { inputUsdPerMillionTokens: 1.25, outputUsdPerMillionTokens: 10 }

function mistakes(price: unknown): string[] {
  return mistakesIn(PricesSchema, { m: price }, 'prices').map(
    ({ path, expected, got, remedy }) => `${path}: ${expected}, got ${got}${remedy === undefined ? '' : `. ${remedy}`}`,
  )
}

describe('prices', () => {
  test('may have every rate, and tiers with some of them', () => {
    const all = {
      ...rates,
      cachedInputUsdPerMillionTokens: 0.125,
      cacheWriteUsdPerMillionTokens: 0,
      reasoningUsdPerMillionTokens: 12,
      tiers: [
        { aboveInputTokens: 200_000, inputUsdPerMillionTokens: 2.5 },
        { aboveInputTokens: 400_000, outputUsdPerMillionTokens: 20, cachedInputUsdPerMillionTokens: 1 },
      ],
    }
    expect(mistakes(all)).toEqual([])
    expect(mistakes(rates)).toEqual([])
    expect(mistakes({ ...rates, tiers: undefined, reasoningUsdPerMillionTokens: undefined })).toEqual([])
  })

  test.each<[string, object, string]>([
    ['below 0', { cacheWriteUsdPerMillionTokens: -1 }, 'prices.m.cacheWriteUsdPerMillionTokens: at least 0, got -1'],
    [
      'that are texts',
      { reasoningUsdPerMillionTokens: '$1' },
      'prices.m.reasoningUsdPerMillionTokens: a number, got "$1"',
    ],
    [
      'with a misspelt name',
      { cachedWriteUsdPerMillionTokens: 1 },
      'prices.m.cachedWriteUsdPerMillionTokens: an option, got a name that is none. Did you mean `cacheWriteUsdPerMillionTokens`?',
    ],
    [
      'with one tier',
      { tiers: { aboveInputTokens: 1 } },
      'prices.m.tiers: an array, got an object with aboveInputTokens',
    ],
    [
      'with a tier from nowhere',
      { tiers: [{ inputUsdPerMillionTokens: 2 }] },
      'prices.m.tiers[0].aboveInputTokens: a number, got undefined',
    ],
    [
      'with a tier of everything',
      { tiers: [{ aboveInputTokens: 0, inputUsdPerMillionTokens: 2 }] },
      'prices.m.tiers[0].aboveInputTokens: above 0, got 0',
    ],
    [
      'with a tier that says nothing',
      { tiers: [{ aboveInputTokens: 200_000 }] },
      'prices.m.tiers[0]: a tier with a rate: inputUsdPerMillionTokens, outputUsdPerMillionTokens, cachedInputUsdPerMillionTokens, cacheWriteUsdPerMillionTokens, reasoningUsdPerMillionTokens, got an object with aboveInputTokens',
    ],
    [
      'with a misspelt name in a tier',
      { tiers: [{ aboveInputTokens: 200_000, inputUsdPerMillionToken: 2 }] },
      'prices.m.tiers[0].inputUsdPerMillionToken: an option, got a name that is none.',
    ],
  ])('%s are a mistake', (_, price, mistake) => {
    expect(mistakes({ ...rates, ...price })).toEqual([expect.stringContaining(mistake)])
  })

  test('with tiers in another order are a mistake', () => {
    const tiers = [400_000, 200_000].map((aboveInputTokens) => ({ aboveInputTokens, inputUsdPerMillionTokens: 2 }))
    expect(mistakes({ ...rates, tiers })).toEqual([
      'prices.m.tiers: a list of tiers from the lowest aboveInputTokens to the highest, got an array of 2',
    ])
  })
})
