import { describe, expect, test } from 'vitest'
import { faultFor } from '../../../../src/domain/fault.ts'
import { levelAt } from '../../../../src/domain/load/level.ts'
import { isOpen, levelsOf } from '../../../../src/domain/load/load.ts'
import { planLoad } from '../../../../src/domain/load/plan-load.ts'
import { type StressName, stressNames } from '../../../../src/domain/study/stress.ts'
import { type StressScenario, stressScenarios } from '../../../../src/run/study/stress/scenarios.ts'

const mebibyte = 2 ** 20
// Three runs in flight are usual.
const scale = { concurrency: 3, durationMs: 10_000 }

function scenario(name: StressName): StressScenario {
  const found = stressScenarios(scale).find((one) => one.name === name)
  if (found === undefined) throw new Error(`expected ${name}, got nothing`)
  return found
}

/** Runs in flight at `atMs`, and for how long runs start. */
function loadOf(name: StressName) {
  const planned = planLoad(scenario(name))
  if (isOpen(planned)) throw new Error('expected a load of so many in flight')
  const { concurrency, durationMs } = planned
  const levels = levelsOf(planned)
  return { durationMs, at: (ms: number) => (levels === undefined ? concurrency : levelAt(levels, ms)) }
}

test('all kinds are there, in their order', () => {
  expect(stressScenarios(scale).map(({ name }) => name)).toEqual(stressNames)
})

describe('the load is what its sentence says', () => {
  test.for([
    [
      'highLoad',
      'Once, twice, five and ten times the usual load, 5 s each.',
      20_000,
      [3, 3, 6, 6, 15, 15, 30, 30],
      [0, 4_999, 5_000, 9_999, 10_000, 14_999, 15_000, 19_999],
    ],
    ['sustained', 'The usual load for 30 s.', 30_000, [3, 3], [0, 29_999]],
    [
      'spike',
      'Ten times the usual load for 5 s, with the usual before and after it.',
      20_000,
      [3, 3, 30, 30, 3, 3],
      [0, 4_999, 5_000, 9_999, 10_000, 19_999],
    ],
    [
      'memoryPressure',
      'The usual load while the process holds 256 MiB more, and makes 64 MiB of garbage a second.',
      10_000,
      [3, 3],
      [0, 9_999],
    ],
    ['concurrentRequests', '60 runs at one instant, three times.', undefined, [60], [0]],
    ['largeInputs', 'Inputs ten times as large, at the usual load.', 10_000, [3, 3], [0, 9_999]],
    [
      'rateLimiting',
      'One model call in five is answered by 429, which asks to wait for 200 ms; waiting is not held against the agent.',
      10_000,
      [3, 3],
      [0, 9_999],
    ],
    [
      'failureRecovery',
      'No model answers but with 503 for 5 s; before and after it all is well.',
      20_000,
      [3, 3],
      [0, 19_999],
    ],
  ] as const)('%s', ([name, sentence, durationMs, levels, instants]) => {
    expect(scenario(name).sentence).toBe(sentence)
    const load = loadOf(name)
    expect(load.durationMs).toBe(durationMs)
    expect(instants.map((ms) => load.at(ms))).toEqual(levels)
  })

  test('steps of a growing load begin where it grows', () => {
    const { steps = [] } = scenario('highLoad')
    const { at } = loadOf('highLoad')
    expect(steps.map(({ fromMs, name }) => [at(fromMs), name])).toEqual([
      [3, 'the usual load'],
      [6, '2 times the usual load'],
      [15, '5 times the usual load'],
      [30, '10 times the usual load'],
    ])
  })

  test('a spike and an outage are the stress, from their beginning to their end', () => {
    expect(scenario('spike').stressed).toEqual({ fromMs: 5_000, toMs: 10_000 })
    expect(scenario('failureRecovery').stressed).toEqual({ fromMs: 5_000, toMs: 10_000 })
    const others = stressScenarios(scale).filter(({ name }) => name !== 'spike' && name !== 'failureRecovery')
    expect(others.filter(({ stressed, bounds }) => stressed !== undefined || bounds.recoveryMs !== undefined)).toEqual(
      [],
    )
  })

  test('what starts at one instant does so three times', () => {
    expect(scenario('concurrentRequests')).toMatchObject({ cycleRuns: 60, runs: 180 })
  })

  test('of memory and of inputs', () => {
    expect(scenario('memoryPressure').ballast).toEqual({
      heldBytes: 256 * mebibyte,
      garbageBytesPerSecond: 64 * mebibyte,
    })
    expect(scenario('largeInputs').inputTimes).toBe(10)
    expect(stressScenarios(scale).filter(({ ballast }) => ballast !== undefined)).toHaveLength(1)
    expect(stressScenarios(scale).filter(({ inputTimes }) => inputTimes !== undefined)).toHaveLength(1)
  })
})

describe('model calls meet the faults that its sentence names', () => {
  const metAt = (name: StressName, index: number, atMs: number) =>
    faultFor(scenario(name).faults ?? [], { index, atMs, provider: 'openai' }, 1)

  test('one in five is limited', () => {
    const met = Array.from({ length: 5_000 }, (_, index) => metAt('rateLimiting', index, index))
    const limited = met.filter((fault) => fault !== undefined)
    expect(limited.length / met.length).toBeCloseTo(0.2, 1)
    expect(new Set(limited.map((fault) => JSON.stringify(fault)))).toEqual(
      new Set([JSON.stringify({ kind: 'rateLimit', retryAfterMs: 200, rate: 0.2 })]),
    )
    expect(scenario('rateLimiting')).toMatchObject({ forgivesWaiting: true, isOutage: false })
  })

  test('all of them in an outage, and none before and after it', () => {
    const { stressed = { fromMs: 0, toMs: 0 } } = scenario('failureRecovery')
    for (const atMs of [stressed.fromMs, 7_000, stressed.toMs - 1])
      expect(metAt('failureRecovery', 3, atMs)).toMatchObject({ kind: 'serverError', status: 503 })
    for (const atMs of [0, stressed.fromMs - 1, stressed.toMs, 19_999])
      expect(metAt('failureRecovery', 3, atMs)).toBeUndefined()
  })

  test('and none elsewhere, and no other kind is an outage', () => {
    const faulty = stressScenarios(scale).filter(({ faults }) => faults !== undefined)
    expect(faulty.map(({ name }) => name)).toEqual(['rateLimiting', 'failureRecovery'])
    const outages = stressScenarios(scale).filter(({ isOutage }) => isOutage)
    expect(outages.map(({ name }) => name)).toEqual(['failureRecovery'])
  })
})

test('the bounds are those of README', () => {
  const rows = stressScenarios(scale).map(({ name, bounds }) => [name, ...Object.values(bounds)])
  expect(rows).toEqual([
    ['highLoad', 0.95, 3],
    ['sustained', 0.95, 1.5],
    ['spike', 0.95, 10, 5_000],
    ['memoryPressure', 0.95, 3],
    ['concurrentRequests', 0.95, 10],
    ['largeInputs', 0.95, 10],
    ['rateLimiting', 0.95, 3],
    ['failureRecovery', 0.95, 3, 10_000],
  ])
})
