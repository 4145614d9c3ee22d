import { type Cost, costUsd } from '../capture/price/price.ts'
import type { PricedCall, PriceList } from '../capture/price/price-list.ts'
import type { Prices } from '../domain/price.ts'
import type { ReportedUsage } from '../domain/scenario.ts'

/** The user's prices, and the public list for models that they do not name. */
export interface Pricing {
  prices: Prices
  /** Absent when nobody needed it. */
  list?: PriceList | undefined
}

/** Something that a model charges for. */
export type Charged = PricedCall

/** How a model was priced that the user's own prices do not name. */
export interface ListPrice {
  /** As its answer names it. */
  model: string
  /** The entry of the list that was taken for it. */
  matched: string
  /** Who sells it at that price. */
  seller: string
  /** The day of the list, as `YYYY-MM-DD`; absent when it is not known. */
  listDate?: string | undefined
  /** Version of the package that holds the list; absent when it does not say. */
  listVersion?: string | undefined
}

const noTokens = { inputTokens: 0, outputTokens: 0 }

/** `prices`, with the public list when one of `models` is not among them: it is large, so that it is read only then. */
export function pricingFor(models: readonly (string | undefined)[], prices: Prices): Pricing | Promise<Pricing> {
  const covered = models.every((model) => model === undefined || hasPrice({ model }, { prices }))
  return covered ? { prices } : withList(prices)
}

async function withList(prices: Prices): Promise<Pricing> {
  const { loadPriceList } = await import('../capture/price/price-list.ts')
  return { prices, list: await loadPriceList() }
}

/** What `charged` costs, and by which price; absent when its model or its tokens are unknown. */
export function costOf(charged: Charged, { prices, list }: Pricing): Cost | undefined {
  return costUsd(charged, prices, list)
}

/** Whether there is a price for the model of `charged`, whatever its tokens. */
export function hasPrice(charged: Omit<Charged, 'usage'>, pricing: Pricing): boolean {
  return costOf({ ...charged, usage: noTokens }, pricing) !== undefined
}

/** The entry of the public list that the model of `charged` is priced by; absent when that is one of the user's own, or none. */
export function listPriceOf(
  charged: Omit<Charged, 'usage'> & { model: string },
  pricing: Pricing,
): ListPrice | undefined {
  const cost = costOf({ ...charged, usage: noTokens }, pricing)
  if (cost?.listed === undefined) return undefined
  const { date: listDate, version: listVersion } = pricing.list ?? {}
  return { model: charged.model, matched: cost.model, seller: cost.listed.provider, listDate, listVersion }
}

/** What a report by hand costs in US dollars: what it says itself, else by its model; absent when unknown. */
export function reportedUsd(used: ReportedUsage, pricing: Pricing): number | undefined {
  return used.costUsd ?? costOf({ model: used.model, usage: used }, pricing)?.usd
}
