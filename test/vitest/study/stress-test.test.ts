import { describe, expect, test } from 'vitest'
import { noFaults } from '../../../src/domain/fault.ts'
import type { StressName } from '../../../src/domain/study/stress.ts'
import { askedStress, type StressOptions } from '../../../src/vitest/study/stress-options.ts'
import { stressLimitMs, unmetFaults } from '../../../src/vitest/study/stress-test.ts'

const agent = () => 1

function limitOf(name: StressName, more: object = {}): number {
  const options = { agent, limits: { latencyMs: 1_000 }, ...more } as unknown as StressOptions
  const scenario = askedStress(options).find((one) => one.name === name)
  if (scenario === undefined) throw new Error(`expected ${name}, got nothing`)
  return stressLimitMs({ options }, scenario)
}

describe('a test of a stress suite may take', () => {
  test('its load and the usual one, and longer the longer they are', () => {
    expect(limitOf('sustained', { durationMs: 10_000 })).toBeGreaterThan(10_000 + 30_000)
    expect(limitOf('sustained', { durationMs: 20_000 }) - limitOf('sustained', { durationMs: 10_000 })).toBe(
      2.5 * (10_000 + 30_000),
    )
  })

  test('longer, the more cases start at one instant', () => {
    const cases = (count: number) => ({ cases: Array.from({ length: count }, (_, input) => ({ input })) })
    expect(limitOf('concurrentRequests', cases(60))).toBe(limitOf('concurrentRequests', cases(1)))
    expect(limitOf('concurrentRequests', cases(600))).toBeGreaterThan(5 * limitOf('concurrentRequests', cases(60)))
  })

  test('as long as it takes where cases are still to be read', () => {
    const cases = { read: () => Promise.resolve([]) }
    expect(limitOf('concurrentRequests', { cases })).toBe(0)
    expect(limitOf('spike', { cases })).toBe(limitOf('spike'))
  })

  test('as many times as the load needs without reading cases that can be read only once', () => {
    let reads = 0
    const cases = (function* () {
      reads++
      yield { input: 1 }
    })()
    limitOf('spike', { cases })
    limitOf('concurrentRequests', { cases })
    expect(reads).toBe(0)
  })
})

describe('stress by faults is none', () => {
  const faults = [{ kind: 'rateLimit', rate: 0.2 }] as const

  test('when no model call met one', () => {
    const met = { calls: 4, injected: noFaults(), past: 0 }
    expect(unmetFaults({ faults }, { faults: met })).toEqual([
      {
        status: 'inconclusive',
        code: 'unknownMetric',
        subject: 'faults',
        message: 'None of 4 model calls met a fault.',
        remedy: 'Raise `durationMs`, for there were too few of them.',
      },
    ])
  })

  test.for([undefined, { calls: 0, injected: noFaults(), past: 3 }])('when no model call was seen: %o', (met) => {
    expect(unmetFaults({ faults }, { faults: met })).toMatchObject([
      { status: 'inconclusive', message: 'No model call was seen that could have met a fault.' },
    ])
  })

  test('and is some when one did, or none were planned', () => {
    const met = { calls: 4, injected: { ...noFaults(), rateLimit: 1 }, past: 0 }
    expect(unmetFaults({ faults }, { faults: met })).toEqual([])
    expect(unmetFaults({}, { faults: undefined })).toEqual([])
  })
})
