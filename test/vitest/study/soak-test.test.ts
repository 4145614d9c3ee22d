import { describe, expect, test } from 'vitest'
import type { UntypedOptions } from '../../../src/vitest/scenario-test.ts'
import { mistakeInSoak, soakLimitMs } from '../../../src/vitest/study/soak-test.ts'

const agent = () => 1

describe('the options of a soak', () => {
  test.for([
    {},
    { cycles: 2, runsPerCycle: 1 },
    { concurrency: 4, thresholds: { leakBytesPerRun: 0, latencyMs: { p50: 100 }, successRatio: 0.9 } },
    { thresholds: {}, limits: { latencyMs: 5 }, warmup: 3 },
  ])('are right: %o', (options) => {
    expect(mistakeInSoak('long', { agent, ...options } as UntypedOptions)).toBeUndefined()
  })

  test.for([
    [{ cycles: 1 }, 'Expected cycles to be at least 2, got 1.'],
    [{ cycles: 2.5 }, 'Expected cycles to be a whole number, got 2.5.'],
    [{ runsPerCycle: 0 }, 'Expected runsPerCycle to be at least 1, got 0.'],
    [{ thresholds: { leakBytesPerRun: -1 } }, 'Expected thresholds.leakBytesPerRun to be at least 0, got -1.'],
    [{ thresholds: { latencyMS: { p50: 1 } } }, 'latencyMS'],
    [{ warmUp: 1 }, 'warmUp'],
    ...['load', 'runs', 'runsPerSecond'].map(
      (name) =>
        [
          { [name]: 1 },
          `Expected ${name} to be absent in a soak, got a value. Say \`cycles\` and \`runsPerCycle\`.`,
        ] as const,
    ),
    ...['baseline', 'detect', 'categories', 'inconclusive', 'profile'].map(
      (name) => [{ [name]: 1 }, `Expected ${name} to be absent in a soak, got a value.`] as const,
    ),
  ] as const)('are wrong: %o', ([options, message]) => {
    const mistake = mistakeInSoak('long', { agent, ...options } as UntypedOptions)
    expect(mistake?.code).toBe('BENCH_AGENT_OPTIONS')
    expect(mistake?.message).toContain('"long"')
    expect(mistake?.message).toContain(message)
  })

  test('are told all at once', () => {
    const message = mistakeInSoak('long', { agent, cycles: 0, runs: 5 } as UntypedOptions)?.message ?? ''
    expect(message).toMatch(/cycles to be at least 2[\s\S]*runs to be absent/)
  })
})

test('a soak may take longer, the more runs it makes', () => {
  const limitOf = (cycles: number, runsPerCycle: number) =>
    soakLimitMs('long', { agent, limits: { latencyMs: 1_000 }, cycles, runsPerCycle } as UntypedOptions)
  expect(limitOf(10, 10)).toBeGreaterThan(100 * 1_000)
  expect(limitOf(20, 10)).toBeGreaterThan(1.8 * limitOf(10, 10))
  expect(limitOf(10, 20)).toBeGreaterThan(1.8 * limitOf(10, 10))
})
