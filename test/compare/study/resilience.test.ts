import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcomeOf, type Stressed, stressChecks, usualOf } from '../../../src/compare/study/resilience.ts'
import type { StressOutcome, UsualRuns } from '../../../src/domain/study/stress.ts'
import { type GivenRun, samplesOf, times } from '../../domain/given.ts'

// Usually 100 ms, and two model calls.
const usual: UsualRuns = { concurrency: 2, runs: 40, p50Ms: 80, p95Ms: 100, modelCalls: 2 }
const bounds = { successRatio: 0.95, slowdownRatio: 3 }

/** What `runs` came to under stress. */
function outcome(runs: readonly GivenRun[], more: Partial<Stressed> = {}): StressOutcome {
  const stressed = { scenario: 'spike', sentence: 'Much.', execution: 'e1', bounds, isOutage: false } as const
  return outcomeOf({ ...stressed, samples: samplesOf(runs), ...more }, usual)
}

/** Runs one after the other from `fromMs`, each as long as said. */
function inTurn(fromMs: number, latenciesMs: readonly number[], more: Partial<GivenRun> = {}): GivenRun[] {
  let atMs = fromMs
  return latenciesMs.map((latencyMs) => {
    const startedAtMs = atMs
    atMs += latencyMs
    return { ...more, startedAtMs, endedAtMs: atMs }
  })
}

const lasting = (latencyMs: number, more: Partial<GivenRun> = {}): GivenRun => ({ ...more, endedAtMs: latencyMs })

describe('the usual runs', () => {
  test('are the good ones, with the model calls of all', () => {
    // 1 to 101 ms, whose median is the 51st and whose p95 the 96th of them.
    const good = times(101, (position) => lasting(position + 1, { values: { modelCalls: 2 } }))
    const bad = times(3, () => lasting(9_000, { outcome: 'wrong', values: { modelCalls: 36 } }))
    expect(usualOf(samplesOf([...bad, ...good]), 4)).toEqual({
      concurrency: 4,
      runs: 104,
      p50Ms: 51,
      p95Ms: 96,
      modelCalls: (101 * 2 + 3 * 36) / 104,
    })
  })

  test('have no model calls where none was seen', () => {
    expect(usualOf(samplesOf([{}]), 1)).toEqual({ concurrency: 1, runs: 1, p50Ms: 100, p95Ms: 100 })
  })

  test.for([[], [{ outcome: 'wrong' }, { outcome: 'error' }]] as GivenRun[][])(
    'are absent without a good one',
    (runs) => {
      expect(usualOf(samplesOf(runs), 1)).toBeUndefined()
    },
  )
})

describe('success', () => {
  test('is the share of good runs', () => {
    const runs = (['ok', 'ok', 'wrong', 'error', 'timeout', 'limit', 'infrastructure', 'ok'] as const).map((one) => ({
      outcome: one,
    }))
    expect(outcome(runs)).toMatchObject({ runs: 8, successRatio: 3 / 8 })
  })

  test('does not count what an outage meets, in part or whole', () => {
    const stressed = { fromMs: 1_000, toMs: 2_000 }
    const runs: GivenRun[] = [
      { startedAtMs: 0, endedAtMs: 1_000 },
      { startedAtMs: 900, endedAtMs: 1_001, outcome: 'error' },
      { startedAtMs: 1_200, endedAtMs: 1_300, outcome: 'error' },
      { startedAtMs: 1_999, endedAtMs: 2_400, outcome: 'error' },
      { startedAtMs: 2_000, endedAtMs: 2_100, outcome: 'wrong' },
    ]
    expect(outcome(runs, { stressed, isOutage: true })).toMatchObject({ runs: 5, successRatio: 1 / 2 })
    expect(outcome(runs, { stressed })).toMatchObject({ runs: 5, successRatio: 1 / 5 })
    expect(outcome(runs, { isOutage: true })).toMatchObject({ successRatio: 1 / 5 })
  })

  test('is unknown when an outage met all of them', () => {
    const [run] = inTurn(1_200, [100])
    const met = outcome(run === undefined ? [] : [run], { stressed: { fromMs: 1_000, toMs: 2_000 }, isOutage: true })
    expect(met.successRatio).toBeUndefined()
    expect(met).toMatchObject({ runs: 1, score: 0 })
    expect(stressChecks(met).map(({ message }) => message)).toEqual([
      'There is no run of which 95.0% could be good: the stress met all of them.',
    ])
  })
})

describe('the slow-down', () => {
  test('is p95 over p95, of runs that answered or were stopped', () => {
    // 10, 20, … 1,010 ms: p95 is the 96th.
    const runs = times(101, (position) =>
      lasting((position + 1) * 10, { outcome: (['ok', 'wrong', 'timeout', 'limit'] as const)[position % 4] ?? 'ok' }),
    )
    const untimed = times(50, (position) => lasting(90_000, { outcome: position % 2 ? 'error' : 'infrastructure' }))
    expect(outcome([...untimed, ...runs]).slowdownRatio).toBe(9.6)
  })

  test('is unknown when no run is timed', () => {
    expect(outcome([{ outcome: 'error' }]).slowdownRatio).toBeUndefined()
  })

  test('is without the waiting that was asked for, where that is forgiven', () => {
    const runs = [lasting(500, { values: { waitingMs: 350 } })]
    expect(outcome(runs).slowdownRatio).toBe(5)
    expect(outcome(runs, { forgivesWaiting: true }).slowdownRatio).toBe(1.5)
    expect(outcome([lasting(500)], { forgivesWaiting: true }).slowdownRatio).toBe(5)
  })
})

describe('the recovery', () => {
  const stressed = { fromMs: 1_000, toMs: 2_000 }
  const ending = { ...bounds, recoveryMs: 500 }
  const recovery = (runs: readonly GivenRun[]) => {
    const { recovered, recoveryMs } = outcome(runs, { stressed, bounds: ending })
    return { recovered, recoveryMs }
  }
  const watched = (runs: readonly GivenRun[]) => {
    const { watchedMs, score } = outcome(runs, { stressed, bounds: ending })
    return { watchedMs, score }
  }
  const never = { recovered: false, recoveryMs: undefined }

  test('is at once when a run ends well with the stress', () => {
    expect(recovery(inTurn(1_900, [100, 100, 100]))).toEqual({ recovered: true, recoveryMs: 0 })
  })

  test('is when the first of three usual runs in a row ended', () => {
    expect(recovery(inTurn(2_000, [80, 90, 201, 200, 150, 100, 100]))).toEqual({ recovered: true, recoveryMs: 571 })
  })

  test('is not while runs fail', () => {
    const runs = [
      ...inTurn(2_000, [100, 100]),
      ...inTurn(2_200, [100], { outcome: 'error' }),
      ...inTurn(2_300, [100, 100, 100]),
    ]
    expect(recovery(runs)).toEqual({ recovered: true, recoveryMs: 400 })
  })

  test('goes by when runs end, whatever their order', () => {
    const runs = [...inTurn(2_300, [100, 100, 100]).reverse(), ...inTurn(1_500, [700], { outcome: 'wrong' })]
    expect(recovery(runs)).toEqual({ recovered: true, recoveryMs: 400 })
  })

  test('does not count what ends under stress', () => {
    expect(recovery([...inTurn(1_500, [100, 100, 100]), ...inTurn(1_900, [201, 201, 201])])).toEqual(never)
  })

  test('is never when there are no three of them', () => {
    expect(recovery(inTurn(2_000, [100, 100, 300, 100, 100, 300]))).toEqual(never)
    expect(
      recovery(
        inTurn(
          2_000,
          times(9, () => 100),
          { outcome: 'error' },
        ),
      ),
    ).toEqual(never)
  })

  test('takes all runs that there are where they are fewer', () => {
    expect(recovery(inTurn(2_000, [150, 100]))).toEqual({ recovered: true, recoveryMs: 150 })
    expect(recovery(inTurn(2_000, [150, 300]))).toEqual(never)
    expect(recovery(inTurn(0, [1_999]))).toEqual(never)
  })

  test('that never was is told with how long it was watched, and counts only when that is long enough', () => {
    expect(watched(inTurn(2_000, [300, 300]))).toEqual({ watchedMs: 600, score: 0 })
    expect(watched(inTurn(2_000, [300]))).toMatchObject({ watchedMs: 300 })
    expect(watched(inTurn(2_000, [300])).score).toBeGreaterThan(0)
    expect(watched(inTurn(2_000, [100, 100, 100])).watchedMs).toBeUndefined()
  })

  test('is none where nothing ends', () => {
    const runs = inTurn(2_000, [100, 100, 100])
    expect(outcome(runs, { bounds: ending })).not.toHaveProperty('recovered')
    expect(outcome(runs, { stressed })).not.toHaveProperty('recovered')
  })
})

test('amplification is model calls of a run over the usual, where both are known', () => {
  const calling = (modelCalls: number): GivenRun => ({ values: { modelCalls } })
  expect(outcome([calling(2), calling(12), {}]).amplificationRatio).toBe(3.5)
  expect(outcome([{}]).amplificationRatio).toBeUndefined()
  const samples = samplesOf([calling(2)])
  const stressed = { scenario: 'spike', sentence: '', execution: '', bounds, isOutage: false, samples } as const
  expect(outcomeOf(stressed, { ...usual, modelCalls: undefined }).amplificationRatio).toBeUndefined()
  expect(outcomeOf(stressed, { ...usual, modelCalls: 0 }).amplificationRatio).toBeUndefined()
})

describe('the step that breaks', () => {
  const steps = [
    { fromMs: 0, name: 'once' },
    { fromMs: 1_000, name: 'twice' },
    { fromMs: 2_000, name: 'five times' },
  ]
  const breaksAt = (runs: readonly GivenRun[]) => outcome(runs, { steps }).breaksAt

  test('is the first whose own runs are too slow or not good', () => {
    const slow = inTurn(1_000, [301])
    const bad = inTurn(2_000, [100], { outcome: 'wrong' })
    expect(breaksAt([...inTurn(0, [100]), ...slow, ...bad])).toBe('twice')
    expect(breaksAt([...inTurn(0, [100]), ...inTurn(1_000, [300]), ...bad])).toBe('five times')
    expect(breaksAt([...bad, ...inTurn(999, [301])])).toBe('once')
  })

  test('is none where all hold, had no run, or there are no steps', () => {
    expect(breaksAt(inTurn(0, [100, 300]))).toBeUndefined()
    expect(outcome(inTurn(0, [900])).breaksAt).toBeUndefined()
  })
})

describe('the score', () => {
  const stressed = { fromMs: 0, toMs: 1_000 }
  const ending = { ...bounds, recoveryMs: 500 }

  test('is the share of good runs, where that is all', () => {
    expect(outcome([{}, {}, { outcome: 'wrong' }, {}]).score).toBe(0.75)
  })

  test('falls by how far the slow-down is over its bound, and not below it', () => {
    expect(outcome([lasting(300)]).score).toBe(1)
    expect(outcome([lasting(600)]).score).toBe(0.5)
    expect(outcome([{ outcome: 'error' }]).score).toBe(0)
    const stressed = { scenario: 'spike', sentence: '', execution: '', bounds, isOutage: false } as const
    const instant = outcomeOf({ ...stressed, samples: samplesOf([lasting(1)]) }, { ...usual, p95Ms: 0 })
    expect(instant.slowdownRatio).toBeUndefined()
    expect(instant.score).toBe(1)
  })

  test('falls by how far the recovery is over its bound, to nothing when there is none', () => {
    const score = (latencies: number[]) => outcome(inTurn(1_000, latencies), { stressed, bounds: ending }).score
    expect(score([200, 200, 200])).toBe(1)
    expect(score([299, 299, 102, 100, 100])).toBeCloseTo(500 / 700, 12)
    expect(score([299, 299, 299])).toBe(0)
  })

  test('is the product of all three', () => {
    // Three quarters good, six times as slow where three is allowed, and as usual after 1,000 ms where 500 are.
    const runs = [
      ...inTurn(0, [600, 600]),
      ...inTurn(1_200, [700, 100, 100, 100]),
      ...inTurn(0, [600, 600], { outcome: 'wrong' }),
    ]
    const result = outcome(runs, { stressed, bounds: ending })
    expect(result).toMatchObject({ successRatio: 6 / 8, recoveryMs: 1_000 })
    expect(result.slowdownRatio).toBeCloseTo(6.65, 12)
    expect(result.score).toBeCloseTo((6 / 8) * (3 / 6.65) * (500 / 1_000), 12)
  })

  test('is from 0 to 1, whatever comes, and 1 where every bound is kept and every run good', () => {
    const run = fc.record({
      startedAtMs: fc.double({ min: 0, max: 3_000, noNaN: true }),
      latencyMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
      outcome: fc.constantFrom('ok', 'wrong', 'error', 'timeout', 'limit', 'infrastructure'),
    })
    const shapes = fc.record({ isOutage: fc.boolean(), ends: fc.boolean() })
    fc.assert(
      fc.property(fc.array(run, { maxLength: 30 }), shapes, (given, { isOutage, ends }) => {
        const runs = given.map(({ latencyMs, ...one }) => ({ ...one, endedAtMs: one.startedAtMs + latencyMs }))
        const result = outcome(runs, { isOutage, ...(ends ? { stressed, bounds: ending } : {}) })
        expect(result.score).toBeGreaterThanOrEqual(0)
        expect(result.score).toBeLessThanOrEqual(1)
        if (stressChecks(result).length === 0 && result.successRatio === 1) expect(result.score).toBe(1)
        // What was not watched for long enough breaks nothing.
        const broken = stressChecks(result).filter(({ status }) => status === 'fail')
        if (result.score === 1) expect(broken).toEqual([])
      }),
    )
  })
})
