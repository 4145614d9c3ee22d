import { expect, test } from 'vitest'
import { brokenLimit, defaultLatencyLimitMs } from '../../src/domain/limit.ts'

test('a limit is the highest value allowed: only what passes it breaks it', () => {
  expect(brokenLimit({ totalTokens: 100 }, { totalTokens: 100 })).toBeUndefined()
  expect(brokenLimit({ totalTokens: 100 }, { totalTokens: 101 })).toEqual({
    name: 'totalTokens',
    limit: 100,
    value: 101,
  })
})

test('what is unknown passes no limit, and what has no limit passes none', () => {
  expect(brokenLimit({ costUsd: 0.2 }, {})).toBeUndefined()
  expect(brokenLimit({ costUsd: undefined }, { costUsd: 5 })).toBeUndefined()
  expect(brokenLimit({}, { steps: 1e9 })).toBeUndefined()
})

test('of several broken limits the first that was given is named', () => {
  const spent = { steps: 20, totalTokens: 900 }
  expect(brokenLimit({ totalTokens: 500, steps: 15 }, spent)?.name).toBe('totalTokens')
  expect(brokenLimit({ steps: 15, totalTokens: 500 }, spent)?.name).toBe('steps')
})

test('a limit of 0 allows nothing', () => {
  expect(brokenLimit({ toolCalls: 0 }, { toolCalls: 0 })).toBeUndefined()
  expect(brokenLimit({ toolCalls: 0 }, { toolCalls: 1 })?.name).toBe('toolCalls')
})

test('a run may take a minute when nothing is said', () => {
  expect(defaultLatencyLimitMs).toBe(60_000)
})
