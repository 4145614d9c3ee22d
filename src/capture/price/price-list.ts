import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { PriceCalculation } from '@pydantic/genai-prices'
import type { Usage } from '../../domain/usage.ts'
import { parseJson, textAt } from '../provider/json.ts'
import { matchesWholeName, unrevised } from './price-match.ts'

/** What a model call is priced by; of a call that was reported by hand, often only model and usage. */
export interface PricedCall {
  model?: string | undefined
  usage?: Usage | undefined
  /** As in `ModelCall.provider`. */
  provider?: string | undefined
  /** As in `ModelCall.url`. */
  url?: string | undefined
}

/** A price of the list, applied. */
interface ListedCost {
  /** US dollars. */
  usd: number
  /** The list's id of the model. */
  model: string
  /** The list's id of who sells it at this price: `openai`, `azure`, `openrouter`, …. */
  provider: string
}

/** What providers charge by their own price pages, gathered by others. */
export interface PriceList {
  /** The day on which this version of the list was published, as `2026-09-23`; absent when we do not know it. */
  date?: string | undefined
  /** Version of the package that holds the list; absent when it does not say. */
  version?: string | undefined
  /** What `call` costs by the list; absent when the model is not on it, or its input or output tokens are unknown. */
  costOf: (call: PricedCall) => ListedCost | undefined
}

const packageName = '@pydantic/genai-prices'

// The list itself does not say of when it is. https://www.npmjs.com/package/@pydantic/genai-prices?activeTab=versions
const publishedOn = new Map([['0.1.8', '2026-09-23']])

// Who speaks a protocol of their own; OpenAI's is spoken by everybody.
const sellers = new Map([
  ['anthropic', 'anthropic'],
  ['google', 'google'],
  ['bedrock', 'aws'],
])

// Whose models nobody else sells at a price of his own, so that they are known by name behind a gateway, too. Open weights
// are run by anybody: at an address that the list does not know, one's own machine say, they have no list price.
const soleSellers = new Set(['anthropic', 'google', 'openai', 'x-ai'])

let loading: Promise<PriceList> | undefined

/**
 * The list of prices by `@pydantic/genai-prices`, loaded once, when it is first asked for: that takes some 30 ms.
 *
 * @see https://github.com/pydantic/genai-prices
 */
export function loadPriceList(): Promise<PriceList> {
  loading ??= load()
  return loading
}

async function load(): Promise<PriceList> {
  const [prices, version] = await Promise.all([import('@pydantic/genai-prices'), installedVersion()])
  return {
    date: version === undefined ? undefined : publishedOn.get(version),
    version,
    costOf: (call) => costBy(prices, call),
  }
}

async function installedVersion(): Promise<string | undefined> {
  try {
    const entry = createRequire(import.meta.url).resolve(packageName)
    return textAt(parseJson(await readFile(join(entry, '../../package.json'), 'utf8')), 'version')
  } catch {
    return undefined
  }
}

type Prices = Pick<typeof import('@pydantic/genai-prices'), 'calcPrice' | 'findProvider'>

function costBy(prices: Prices, { model, usage, provider, url }: PricedCall): ListedCost | undefined {
  if (model === undefined || usage?.inputTokens === undefined || usage.outputTokens === undefined) return undefined
  for (const name of namesOf(model)) {
    for (const seller of sellersOf(prices, name, provider, url)) {
      const calculation = calculate(prices, name, usage, seller)
      if (calculation !== undefined) return costOf(calculation)
    }
  }
  return undefined
}

// Gateways put the seller before the name, and Google `models/`.
function namesOf(model: string): string[] {
  const last = model.slice(model.lastIndexOf('/') + 1)
  const names = [model, unrevised(model), last, unrevised(last)]
  return [...new Set(names.filter((name) => name !== undefined))]
}

function sellersOf(prices: Prices, name: string, provider = '', url = ''): string[] {
  const known = url === '' ? undefined : prices.findProvider({ providerApiUrl: url })
  if (known !== undefined) return [known.id]
  const byProtocol = sellers.get(provider)
  const byName = prices.findProvider({ modelId: name })?.id
  const found = [byProtocol, byName !== undefined && soleSellers.has(byName) ? byName : undefined]
  return [...new Set(found.filter((seller) => seller !== undefined))]
}

function calculate(prices: Prices, name: string, usage: Usage, seller: string): PriceCalculation | undefined {
  try {
    const calculation = prices.calcPrice(countsOf(usage), name, { providerId: seller, timestamp: today() })
    if (calculation === null) return undefined
    const { model, model_price: price } = calculation
    // A model without these is priced by something that we do not count, or not at all. Embeddings have no output.
    const hasOutput = usage.outputTokens === undefined || usage.outputTokens > 0
    if (price.input_mtok === undefined || (hasOutput && price.output_mtok === undefined)) return undefined
    return [name, hyphenated(name)].some((one) => matchesWholeName(model.match, one)) ? calculation : undefined
  } catch {
    // Counts that contradict one another, such as more cached tokens than there are.
    return undefined
  }
}

function costOf({ total_price: usd, model, provider }: PriceCalculation): ListedCost {
  return { usd, model: model.id, provider: provider.id }
}

// Input includes cached tokens and those written to a cache, output includes reasoning: the list counts as we do.
function countsOf({ inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens }: Usage) {
  return {
    input_tokens: inputTokens,
    cache_read_tokens: cachedTokens,
    cache_write_tokens: cacheWriteTokens,
    output_tokens: outputTokens,
    output_reasoning_tokens: reasoningTokens,
  }
}

// The list matches `-20260131` as `-2026-01-31`, too.
function hyphenated(name: string): string {
  return name.replace(/-(\d{4})(\d{2})(\d{2})(?=-|:|$)/, '-$1-$2-$3')
}

const { timeOrigin } = performance
const now = performance.now.bind(performance)

// Some prices hold from a day on; fake timers of a test must not bring back those of 1970.
function today(): Date {
  return new Date(timeOrigin + now())
}
