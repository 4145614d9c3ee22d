import type { Price, Prices } from '../domain/price.ts'
import type { ModelCall } from '../domain/span.ts'

const dateSuffix = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/

/**
 * What `call` costs in USD, and the model id in `prices` that was matched: the model itself, else the model without its
 * date. Absent when the model, its input or its output tokens are unknown.
 *
 * (input − cached) × input price + cached × cached price + output × output price, prices per million tokens. Tokens that
 * are not known to come from the cache cost the input price.
 */
export function costUsd(
  { model, usage }: Pick<ModelCall, 'model' | 'usage'>,
  prices: Prices,
): { usd: number; model: string } | undefined {
  const match = model === undefined ? undefined : findPrice(model, prices)
  if (match === undefined || usage?.inputTokens === undefined || usage.outputTokens === undefined) return undefined
  const { inputUsdPerMillionTokens, outputUsdPerMillionTokens, cachedInputUsdPerMillionTokens } = match.price
  const cachedTokens = usage.cachedTokens ?? 0
  const microUsd =
    (usage.inputTokens - cachedTokens) * inputUsdPerMillionTokens +
    cachedTokens * (cachedInputUsdPerMillionTokens ?? inputUsdPerMillionTokens) +
    usage.outputTokens * outputUsdPerMillionTokens
  return { usd: microUsd / 1e6, model: match.model }
}

function findPrice(model: string, prices: Prices): { model: string; price: Price } | undefined {
  for (const id of [model, model.replace(dateSuffix, '')]) {
    const price = Object.hasOwn(prices, id) ? prices[id] : undefined
    if (price !== undefined) return { model: id, price }
  }
  return undefined
}
