import type { ModelCall } from '../domain/span.ts'
import type { Usage } from '../domain/usage.ts'
import { costOf, type Pricing } from './pricing.ts'

const pricings = new WeakMap<ModelCall, Pricing>()

/** Notes by which prices `calls` were priced. */
export function keepPricing(calls: readonly ModelCall[], pricing: Pricing): void {
  for (const call of calls) pricings.set(call, pricing)
}

/** What `call` would cost in US dollars if it had used `usage`; absent when its model has no price. */
export function usdIfUsed(call: ModelCall, usage: Usage): number | undefined {
  const pricing = pricings.get(call)
  return pricing === undefined ? undefined : costOf({ ...call, usage }, pricing)?.usd
}
