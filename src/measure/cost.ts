import type { ReportedUsage } from '../domain/scenario.ts'
import { isAnswered, isUntold, type ModelCall } from '../domain/span.ts'
import { sumKnown } from '../domain/usage.ts'
import { coveredCalls } from './call-values.ts'
import { type Charged, costOf, hasPrice, type ListPrice, listPriceOf, type Pricing, reportedUsd } from './pricing.ts'

/** What model calls cost, and by which prices. */
export interface Costs {
  /** US dollars, of what came to an end; absent when tokens or the price of one of them are unknown, 0 when none was answered. */
  spentUsd?: number | undefined
  /** Calls that came to no end: what they cost is known to nobody. */
  untold: number
  /** Models without a price, each once. */
  unpriced: string[]
  /** How models were priced that the user's own prices do not name, each once. */
  priced: ListPrice[]
}

/** What `calls` cost, with what was `reported` by hand: that stands in for calls that did not tell their tokens. */
export function costsOf(calls: readonly ModelCall[], reported: readonly ReportedUsage[], pricing: Pricing): Costs {
  const covered = coveredCalls({ calls, reported })
  const answered = calls.filter((call) => isAnswered(call) && !covered.has(call))
  // What was reported with its cost needs no price.
  const unpaid = reported.filter(({ costUsd }) => costUsd === undefined)
  const charged = uniqueModels([...answered, ...unpaid])
  return {
    spentUsd: sumKnown([
      0,
      ...answered.filter((call) => !isUntold(call)).map((call) => costOf(call, pricing)?.usd),
      ...reported.map((used) => reportedUsd(used, pricing)),
    ]),
    untold: calls.filter(isUntold).length,
    unpriced: charged.filter((one) => !hasPrice(one, pricing)).map(({ model }) => model),
    priced: charged.map((one) => listPriceOf(one, pricing)).filter((price) => price !== undefined),
  }
}

/** Of each model, the first that was asked for it. */
function uniqueModels(charged: readonly Omit<Charged, 'usage'>[]): (Omit<Charged, 'usage'> & { model: string })[] {
  const found = new Map<string, Omit<Charged, 'usage'> & { model: string }>()
  for (const { model, provider, url } of charged)
    if (model !== undefined && !found.has(model)) found.set(model, { model, provider, url })
  return [...found.values()]
}
