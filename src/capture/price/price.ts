import type { Price, Prices, PriceTier, Rates } from '../../domain/price.ts'
import type { Usage } from '../../domain/usage.ts'
import type { PricedCall, PriceList } from './price-list.ts'

/** What a model call cost. */
export interface Cost {
  /** US dollars. */
  usd: number
  /** The model id whose price it is: one of the user's own prices, or of the list. */
  model: string
  /** Whose price it is by the list's own name for them, such as `openai`; absent when the price is the user's own. */
  listed?: { provider: string } | undefined
}

const dateSuffix = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/

/**
 * What `call` costs: by `prices`, under the model's own id or its id without a date, else by `list`. Absent when neither
 * knows the model, when its input or output tokens are unknown, or when its counts contradict one another.
 *
 * (input − cached − written to a cache) × input price + cached × cached price + written × cache write price
 * + (output − reasoning) × output price + reasoning × reasoning price, prices per million tokens. Tokens that are not known
 * to come from a cache, or to go into one, cost the input price.
 */
export function costUsd(call: PricedCall, prices: Prices, list?: PriceList): Cost | undefined {
  const { model, usage } = call
  const own = model === undefined ? undefined : findPrice(model, prices)
  if (own !== undefined) {
    const usd = usage === undefined ? undefined : priced(usage, own.price)
    return usd === undefined ? undefined : { usd, model: own.model }
  }
  const found = list?.costOf(call)
  return found === undefined ? undefined : { usd: found.usd, model: found.model, listed: { provider: found.provider } }
}

function findPrice(model: string, prices: Prices): { model: string; price: Price } | undefined {
  for (const id of [model, model.replace(dateSuffix, '')]) {
    const price = Object.hasOwn(prices, id) ? prices[id] : undefined
    if (price !== undefined) return { model: id, price }
  }
  return undefined
}

function priced(usage: Usage, price: Price): number | undefined {
  const { inputTokens, outputTokens, cachedTokens = 0, cacheWriteTokens = 0 } = usage
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const rates = ratesOf(price, inputTokens)
  const { inputUsdPerMillionTokens: input, outputUsdPerMillionTokens: output } = rates
  const { cachedInputUsdPerMillionTokens: cached = input, cacheWriteUsdPerMillionTokens: written = input } = rates
  const { reasoningUsdPerMillionTokens: reasoning } = rates
  const reasoningTokens = reasoning === undefined ? 0 : (usage.reasoningTokens ?? 0)
  const freshTokens = inputTokens - cachedTokens - cacheWriteTokens
  const answerTokens = outputTokens - reasoningTokens
  if (freshTokens < 0 || answerTokens < 0) return undefined
  const microUsd =
    freshTokens * input +
    cachedTokens * cached +
    cacheWriteTokens * written +
    answerTokens * output +
    reasoningTokens * (reasoning ?? output)
  return microUsd / 1e6
}

function ratesOf({ tiers = [], ...rates }: Price, inputTokens: number): Rates {
  const tier = tiers.findLast(({ aboveInputTokens }) => inputTokens > aboveInputTokens)
  return tier === undefined ? rates : { ...rates, ...named(tier) }
}

// A rate that a tier gives as undefined is one that it does not name.
function named(tier: PriceTier): Partial<Rates> {
  return Object.fromEntries(Object.entries(tier).filter(([, rate]) => rate !== undefined))
}
