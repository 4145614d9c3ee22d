import { describe, expect, test } from 'vitest'
import type { ModelCall } from '../../src/domain/span.ts'
import {
  cacheHitRatio,
  fewestCachedTokens,
  sumTokenUse,
  tokenEfficiencyRatio,
  tokenUses,
  wastedTokens,
} from '../../src/domain/token-use.ts'

const call = (rest: Partial<ModelCall>): ModelCall => ({
  provider: 'openai',
  api: 'chat',
  url: '',
  streamed: false,
  startedAtMs: 0,
  endedAtMs: 10,
  status: 200,
  usage: { inputTokens: 5000, outputTokens: 100, cachedTokens: 0 },
  toolCalls: 0,
  resentTokens: 0,
  costUsd: 0.01,
  reasoningStreamed: false,
  ...rest,
})

const waste = (...calls: readonly Partial<ModelCall>[]) => {
  const { resentTokens, failedTokens, repeatedTokens } = sumTokenUse(tokenUses(calls.map(call)))
  return [resentTokens, failedTokens, repeatedTokens]
}

const cut = { failure: { class: 'connection', message: 'cut' } } as const

describe('what is wasted', () => {
  test('is nothing of a call that is the first to say what it says', () => {
    expect(waste({})).toEqual([0, 0, 0])
  })

  test('is what is sent again, less what came from a cache', () => {
    expect(waste({ resentTokens: 4000 })).toEqual([4000, 0, 0])
    const usage = { inputTokens: 5000, outputTokens: 100, cachedTokens: 3968 }
    expect(waste({ resentTokens: 4000, usage })).toEqual([32, 0, 0])
    expect(waste({ resentTokens: 3000, usage })).toEqual([0, 0, 0])
  })

  test('is not what no cache takes', () => {
    expect(waste({ resentTokens: fewestCachedTokens - 1 })).toEqual([0, 0, 0])
    expect(waste({ resentTokens: fewestCachedTokens })).toEqual([1024, 0, 0])
  })

  test('is all of a call that failed, was given up or was made again', () => {
    expect(waste(cut)).toEqual([0, 5100, 0])
    expect(waste({ givenUp: true })).toEqual([0, 5100, 0])
    expect(waste({}, { retryOf: 0 })).toEqual([0, 5100, 0])
  })

  test('is nothing of a request that was refused, for it has no tokens', () => {
    const refused = { status: 429, usage: undefined, failure: { class: 'rateLimit', message: '' } } as const
    expect(waste(refused, { retryOf: 0 })).toEqual([0, 0, 0])
  })

  test('is all of a call that asked only for what it had asked for before', () => {
    const again = { name: 'find', repeated: true }
    expect(waste({ toolCalls: 2, toolUses: [again, again] })).toEqual([0, 0, 5100])
    expect(waste({ toolCalls: 2, toolUses: [again, { name: 'find' }] })).toEqual([0, 0, 0])
    expect(waste({ toolCalls: 2, toolUses: [again] })).toEqual([0, 0, 0])
  })

  test('is counted once', () => {
    const all = { ...cut, resentTokens: 4000, toolCalls: 1, toolUses: [{ name: 'find', repeated: true }] }
    expect(waste(all)).toEqual([0, 5100, 0])
    expect(waste({ ...all, failure: undefined })).toEqual([0, 0, 5100])
  })

  test('is unknown, and not 0, where one call does not tell', () => {
    expect(waste({}, { resentTokens: undefined })[0]).toBeUndefined()
    expect(waste({ resentTokens: 2000, usage: { inputTokens: 5000, outputTokens: 1 } })[0]).toBeUndefined()
    expect(waste({ ...cut, usage: undefined })[1]).toBeUndefined()
    expect(waste({ resentTokens: 10, usage: { inputTokens: 5000, outputTokens: 1 } })).toEqual([0, 0, 0])
  })
})

describe('how well tokens were used', () => {
  const use = {
    inputTokens: 900,
    outputTokens: 100,
    cachedTokens: 450,
    resentTokens: 60,
    failedTokens: 40,
    repeatedTokens: 0,
  }

  test('is the share that was cached, and the share that was not wasted', () => {
    expect([cacheHitRatio(use), wastedTokens(use), tokenEfficiencyRatio(use)]).toEqual([0.5, 100, 0.9])
  })

  test('is unknown where a part is, and where there were no tokens', () => {
    const { cachedTokens: _, failedTokens: __, ...less } = use
    expect([cacheHitRatio(less), wastedTokens(less), tokenEfficiencyRatio(less)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const none = sumTokenUse([])
    expect([cacheHitRatio(none), wastedTokens(none), tokenEfficiencyRatio(none)]).toEqual([undefined, 0, undefined])
  })
})
