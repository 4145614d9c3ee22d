import { describe, expect, test } from 'vitest'
import { jsonl } from '../../../src/index.ts'
import { mistakeInSweep, sweepLimitMs } from '../../../src/vitest/study/sweep-test.ts'

const limitOf = (options: object) => sweepLimitMs('refund', options as never)
const mistakeIn = (options: object) => mistakeInSweep('refund', options as never)?.message
const agent = () => 1
// Each run at its limit, with three calls of hooks.
const limits = { limits: { latencyMs: 1_000 }, hookTimeoutMs: 1_000, warmup: 0 }

describe('the longest that a sweep may take', () => {
  test('is that of all of its levels', () => {
    const one = limitOf({ ...limits, agent, over: { concurrency: [1] } })
    const five = limitOf({ ...limits, agent, over: { concurrency: [5] } })
    expect(one).toBeGreaterThanOrEqual(30 * 4_000)
    expect(limitOf({ ...limits, agent, over: { concurrency: [1, 5] } })).toBe(one + five)
  })

  test('is longer for more turns of many at once, and for more cases', () => {
    const over = { concurrency: [20] }
    const two = limitOf({ ...limits, agent, over })
    expect(limitOf({ ...limits, agent, over, repeats: 4 })).toBeGreaterThan(1.5 * two)
    const cases = Array.from({ length: 300 }, (_, input) => ({ input }))
    const all = limitOf({ ...limits, agent, cases, over: { caseCount: [300] } })
    expect(all).toBeGreaterThanOrEqual(300 * 4_000)
  })

  test('is unknown while the cases of one level are still to be read', () => {
    const configure = (from: string) => ({ agent, cases: from === 'file' ? jsonl('./cases.jsonl') : [{ input: 1 }] })
    expect(limitOf({ ...limits, over: { from: ['list', 'list too'] }, configure })).toBeGreaterThan(0)
    expect(limitOf({ ...limits, over: { from: ['list', 'file'] }, configure })).toBe(0)
  })
})

describe('what is wrong with a sweep', () => {
  test('is nothing', () => {
    expect(mistakeIn({ agent, over: { concurrency: [1, 2] }, repeats: 3, thresholds: { successRatio: 1 } })).toBe(
      undefined,
    )
    expect(mistakeIn({ over: { model: ['a', 'b'] }, configure: () => ({ agent }) })).toBe(undefined)
  })

  test('is told of its own options before those of its levels', () => {
    expect(mistakeIn({ over: { model: [] }, configure: () => ({ agent }) })).toContain('the options of "refund"')
  })

  test('is told of the level whose options are wrong', () => {
    const configure = (model: string) => (model === 'a' ? { agent } : { agent: model })
    const told = mistakeIn({ over: { model: ['a', 'b'] }, configure })
    expect(told).toContain('the options of "refund · model b"')
    expect(told).toContain('Expected agent to be a function, got "b".')
    expect(mistakeIn({ over: { concurrency: [1] } })).toContain('Expected agent to be a function')
  })

  test('is an error of its own where `configure` throws one', () => {
    const configure = () => {
      throw new TypeError('no such model')
    }
    expect(() => mistakeIn({ over: { model: ['a'] }, configure })).toThrow('no such model')
  })
})
