import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { loadPriceList, type PricedCall, type PriceList } from '../../../src/capture/price/price-list.ts'

const openai = 'https://api.openai.com/v1/chat/completions'
const anthropic = 'https://api.anthropic.com/v1/messages'
const google = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent'
const local = 'http://127.0.0.1:8080/v1/chat/completions'
const usage = { inputTokens: 1_000_000, outputTokens: 0 }

let list: PriceList
beforeAll(async () => {
  list = await loadPriceList()
})

test('embeddings have a price for their input, and no output', () => {
  // Oracle: https://platform.openai.com/docs/pricing, text-embedding-3-small at $0.02 a million tokens.
  const call = { model: 'text-embedding-3-small', usage, url: openai, provider: 'openai' }
  expect(list.costOf(call)?.usd).toBeCloseTo(0.02, 12)
  expect(list.costOf({ ...call, usage: { inputTokens: 1, outputTokens: 5 } })).toBeUndefined()
})

function matched(model: string, url = local, provider = 'openai'): string | undefined {
  return list.costOf({ model, usage, url, provider })?.model
}

describe('the cost by the list', () => {
  const short = { inputTokens: 100_000, cachedTokens: 40_000, outputTokens: 2_000, reasoningTokens: 1_000 }
  const written = { ...short, cacheWriteTokens: 10_000 }
  const long = { inputTokens: 250_000, cachedTokens: 100_000, outputTokens: 2_000 }
  const longWritten = { ...long, cacheWriteTokens: 50_000 }

  // Oracle: the providers' price pages of autumn 2026, in US dollars a million tokens, and the sum by hand, in millionths.
  // https://platform.openai.com/docs/pricing, https://www.anthropic.com/pricing#api, https://ai.google.dev/pricing
  test.each<[string, string, PricedCall['usage'], number]>([
    // 60,000 × 2.50 + 40,000 × 1.25 + 2,000 × 10
    ['gpt-4o', openai, short, 220_000],
    // 60,000 × 0.15 + 40,000 × 0.075 + 2,000 × 0.60
    ['gpt-4o-mini', openai, short, 13_200],
    // 60,000 × 1.25 + 40,000 × 0.125 + 2,000 × 10
    ['gpt-5', openai, short, 100_000],
    // 60,000 × 0.25 + 40,000 × 0.025 + 2,000 × 2
    ['gpt-5-mini', openai, short, 20_000],
    // 60,000 × 2 + 40,000 × 0.50 + 2,000 × 8
    ['o3', openai, short, 156_000],
    // 50,000 × 3 + 40,000 × 0.30 + 10,000 × 3.75 + 2,000 × 15
    ['claude-sonnet-4-5', anthropic, written, 229_500],
    // 50,000 × 1 + 40,000 × 0.10 + 10,000 × 1.25 + 2,000 × 5
    ['claude-haiku-4-5', anthropic, written, 76_500],
    // 50,000 × 5 + 40,000 × 0.50 + 10,000 × 6.25 + 2,000 × 25
    ['claude-opus-4-5', anthropic, written, 382_500],
    // 60,000 × 1.25 + 40,000 × 0.125 + 2,000 × 10
    ['gemini-2.5-pro', google, short, 100_000],
    // 60,000 × 0.30 + 40,000 × 0.03 + 2,000 × 2.50
    ['gemini-2.5-flash', google, short, 24_200],
    // Above 200,000 tokens, for all of them: 150,000 × 2.50 + 100,000 × 0.25 + 2,000 × 15
    ['gemini-2.5-pro', google, long, 430_000],
    // Above 200,000 tokens, for all of them: 100,000 × 6 + 100,000 × 0.60 + 50,000 × 7.50 + 2,000 × 22.50
    ['claude-sonnet-4-5', anthropic, longWritten, 1_080_000],
  ])('of %s at %s is that of the price page', (model, url, tokens, microUsd) => {
    const cost = list.costOf({ model, url, usage: tokens })
    expect(cost?.model).toBe(model)
    expect((cost?.usd ?? 0) * 1e6).toBeCloseTo(microUsd, 6)
  })

  test('is unknown, never 0, for what is unknown', () => {
    expect(list.costOf({ model: 'nobody-knows', usage, url: openai })).toBeUndefined()
    expect(list.costOf({ usage, url: openai })).toBeUndefined()
    expect(list.costOf({ model: 'gpt-5', url: openai })).toBeUndefined()
    expect(list.costOf({ model: 'gpt-5', usage: { inputTokens: 1 }, url: openai })).toBeUndefined()
    expect(list.costOf({ model: 'gpt-5', usage: { outputTokens: 1 }, url: openai })).toBeUndefined()
    // Priced by the hour, and without a price.
    expect(matched('whisper-1', openai)).toBeUndefined()
    expect(matched('gemma-4-31b-it', google)).toBeUndefined()
    const contradictory = { inputTokens: 10, cachedTokens: 20, outputTokens: 1 }
    expect(list.costOf({ model: 'gpt-5', usage: contradictory, url: openai })).toBeUndefined()
  })

  test('does not go back to 1970 with the clock of a test', () => {
    vi.useFakeTimers({ now: 0, toFake: ['Date'] })
    try {
      // It was $10 before 10 June 2025.
      expect(list.costOf({ model: 'o3', usage, url: openai })?.usd).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the model that is matched', () => {
  test.each([
    ['gpt-5-mini', 'gpt-5-mini'],
    ['gpt-5-mini-2025-08-07', 'gpt-5-mini'],
    ['gpt-5-mini-2031-01-31', 'gpt-5-mini'],
    ['GPT-5-mini', 'gpt-5-mini'],
    ['openai/gpt-5-mini', 'gpt-5-mini'],
    ['claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    ['claude-sonnet-4@20250514', 'claude-sonnet-4-0'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro'],
    ['gemini-2.5-flash-001', 'gemini-2.5-flash'],
    ['grok-4', 'grok-4-0709'],
  ])('of %s is %s, behind a gateway too', (model, id) => {
    expect(matched(model)).toBe(id)
  })

  test.each(['claude-sonnet-5-5', 'gemini-1.5-flash-8b', 'gemini-3.8-flash-tts', 'claude-opus-4-6-fast', 'gpt-5-', ''])(
    'of %s is none, though the list takes it for another',
    (model) => {
      expect(matched(model)).toBeUndefined()
    },
  )

  test.each(['mistral-nemo', 'deepseek-reasoner', 'gpt-oss:20b', 'llama3.2', 'mistralai/mistral-7b'])(
    'of %s, which anybody may run, is none at an unknown address',
    (model) => {
      expect(matched(model)).toBeUndefined()
      expect(matched(model, 'http://127.0.0.1:11434/api/chat', 'ollama')).toBeUndefined()
    },
  )

  test('is that of who sells it at the address, and no other', () => {
    const seller = (model: string, url: string) => list.costOf({ model, usage, url })?.provider
    expect(matched('mistral-nemo', 'https://api.mistral.ai/v1/chat/completions')).toBe('mistral-nemo')
    expect(seller('gpt-5', 'https://mine.openai.azure.com/openai/deployments/x/chat/completions')).toBe('azure')
    expect(seller('openai/gpt-5', 'https://openrouter.ai/api/v1/chat/completions')).toBe('openrouter')
    expect(seller('gpt-5', 'https://api.groq.com/openai/v1/chat/completions')).toBeUndefined()
    expect(seller('ft:gpt-4o-2024-08-06:org::abc', openai)).toBe('openai')
  })

  test('is that of who speaks the protocol where the address tells nothing', () => {
    const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
    const url = 'https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/model/x/converse'
    expect(list.costOf({ model, usage, url, provider: 'bedrock' })?.provider).toBe('aws')
    expect(list.costOf({ model: 'claude-sonnet-4-5', usage })?.provider).toBe('anthropic')
  })
})

test('the list tells its version and the day on which it was published', () => {
  const packageFile = new URL('../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url)
  expect(list.version).toBe(JSON.parse(readFileSync(packageFile, 'utf8')).version)
  // Fails when the package is updated: its day belongs into `publishedOn`.
  expect(list.date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
})

test('the list is loaded once', () => {
  expect(loadPriceList()).toBe(loadPriceList())
})
