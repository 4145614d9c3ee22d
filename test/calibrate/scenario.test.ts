import { describe, expect, test } from 'vitest'
import { drawing } from '../../calibrate/draw.ts'
import { type Change, drawValues, suite, type Values } from '../../calibrate/scenario.ts'
import { mean } from '../../src/stats/moments.ts'

function drawn(change: Change, shift = 0): Values {
  return drawValues(drawing(1), 20_000, 0.2, shift, change)
}

function location(values: readonly number[][]): number {
  return mean(values.flat())
}

describe('a scenario', () => {
  test('takes longer by the factor of a change, and of its session', () => {
    expect(location(drawn({ time: 1.25 }).workingMs) / location(drawn({}).workingMs)).toBeCloseTo(1.25)
    expect(location(drawn({}, Math.log(1.1)).workingMs) / location(drawn({}).workingMs)).toBeCloseTo(1.1)
  })

  test('takes more tokens by the factor of a change, whatever its session', () => {
    expect(location(drawn({ tokens: 1.4 }).inputTokens) / location(drawn({}).inputTokens)).toBeCloseTo(1.4, 2)
    expect(drawn({}, Math.log(1.1)).inputTokens).toEqual(drawn({}).inputTokens)
  })

  test('fails in one run of twenty, or as a change says', () => {
    expect(1 - location(drawn({}).successRatio)).toBeCloseTo(0.05, 1)
    expect(1 - location(drawn({ failureRatio: 0.45 }).successRatio)).toBeCloseTo(0.45, 1)
  })
})

test('a suite has fifty scenarios, of every noise', () => {
  expect(suite).toHaveLength(50)
  expect([...new Set(suite)]).toEqual([0.1, 0.2, 0.4, 0.8])
})
