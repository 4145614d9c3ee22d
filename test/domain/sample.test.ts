import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addSample,
  columnBytes,
  countOutcomes,
  createSamples,
  isCensored,
  isTimed,
  outcomeAt,
  outcomes,
  runValues,
  type Sample,
  setScore,
  setValue,
  valueAt,
} from '../../src/domain/sample.ts'
import { samplesOf, times } from './given.ts'

const run: Sample = { caseIndex: 2, outcome: 'wrong', degraded: true, dueAtMs: 1, startedAtMs: 2, endedAtMs: 4 }

describe('addSample', () => {
  test('returns the position at which the run can be read', () => {
    const samples = createSamples(8)
    expect(addSample(samples, run)).toBe(0)
    expect(addSample(samples, { ...run, outcome: 'ok', degraded: false, firstTokenAtMs: 3 })).toBe(1)
    expect(samples.length).toBe(2)
    expect(samples.caseIndex[0]).toBe(2)
    expect([outcomeAt(samples, 0), outcomeAt(samples, 1)]).toEqual(['wrong', 'ok'])
    expect([samples.degraded[0], samples.degraded[1]]).toEqual([1, 0])
    expect([samples.dueAtMs[0], samples.startedAtMs[0], samples.endedAtMs[0]]).toEqual([1, 2, 4])
    expect([valueAt(samples.firstTokenAtMs, 0), valueAt(samples.firstTokenAtMs, 1)]).toEqual([undefined, 3])
  })

  test.for([0, 1, 64, 65])('makes room when it runs out, from room for %d', (capacity) => {
    const samples = createSamples(capacity)
    for (let index = 0; index < 300; index++) {
      addSample(samples, { ...run, caseIndex: index, startedAtMs: index, endedAtMs: index + 0.5 })
      if (index % 3 === 0) setValue(samples, index, 'inputTokens', index)
      if (index % 7 === 0) setScore(samples, index, 'polite', index / 300)
    }
    expect(samples.length).toBe(300)
    for (let index = 0; index < 300; index++) {
      expect(samples.caseIndex[index]).toBe(index)
      expect(outcomeAt(samples, index)).toBe('wrong')
      expect(valueAt(samples.endedAtMs, index)).toBe(index + 0.5)
      expect(valueAt(samples.firstTokenAtMs, index)).toBeUndefined()
      expect(valueAt(samples.values.inputTokens, index)).toBe(index % 3 === 0 ? index : undefined)
      expect(valueAt(samples.scores.get('polite'), index)).toBe(index % 7 === 0 ? index / 300 : undefined)
    }
  })
})

describe('valueAt', () => {
  test('what no run knew, this run did not know and no row is there for is absent', () => {
    const samples = samplesOf([{}, { values: { steps: 3 } }])
    expect(valueAt(samples.values.costUsd, 0)).toBeUndefined()
    expect(valueAt(samples.values.steps, 0)).toBeUndefined()
    expect(valueAt(samples.values.steps, 99)).toBeUndefined()
    expect(valueAt(samples.values.steps, 1)).toBe(3)
  })

  test('0 is a value', () => {
    expect(valueAt(samplesOf([{ values: { toolCalls: 0 } }]).values.toolCalls, 0)).toBe(0)
  })

  test('never is NaN', () => {
    const value = fc.option(fc.double(), { nil: undefined })
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.constantFrom(...runValues), value }), { maxLength: 80 }), (runs) => {
        const samples = createSamples(1)
        for (const one of runs) {
          const index = addSample(samples, run)
          if (one.value !== undefined) setValue(samples, index, one.name, one.value)
        }
        for (const name of runValues)
          for (let index = 0; index <= runs.length; index++) expect(valueAt(samples.values[name], index)).not.toBeNaN()
      }),
    )
  })
})

describe('columnBytes', () => {
  test('a run takes 38 bytes, and 8 more for each value and score that runs know', () => {
    const samples = createSamples(1000)
    for (let index = 0; index < 1000; index++) addSample(samples, run)
    expect(columnBytes(samples)).toBe(38 * 1000)
    setValue(samples, 0, 'steps', 1)
    expect(columnBytes(samples)).toBe(46 * 1000)
    setScore(samples, 999, 'polite', 1)
    expect(columnBytes(samples)).toBe(54 * 1000)
  })

  test('a hundred thousand runs of everything stay under 24 MB', () => {
    const samples = createSamples(0)
    for (let index = 0; index < 100_000; index++) addSample(samples, run)
    for (const name of runValues) setValue(samples, 0, name, 1)
    expect(columnBytes(samples)).toBeLessThan(24e6)
  })
})

describe('countOutcomes', () => {
  test('counts every way to end, those that did not happen too', () => {
    const samples = samplesOf(
      (['ok', 'ok', 'wrong', 'timeout', 'infrastructure', 'infrastructure', 'infrastructure'] as const).map(
        (outcome) => ({ outcome }),
      ),
    )
    expect(countOutcomes(samples)).toEqual({ ok: 2, wrong: 1, error: 0, timeout: 1, limit: 0, infrastructure: 3 })
  })

  test('room that is not used is not counted', () => {
    expect(countOutcomes(createSamples(64))).toEqual(Object.fromEntries(outcomes.map((outcome) => [outcome, 0])))
  })

  test('adds up to the number of runs', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...outcomes), { maxLength: 200 }), (given) => {
        const samples = samplesOf(times(given.length, (position) => ({ outcome: given[position] ?? 'ok' })))
        const counts = countOutcomes(samples)
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(given.length)
      }),
    )
  })
})

describe('which runs are timed', () => {
  const samples = samplesOf(outcomes.map((outcome) => ({ outcome })))
  const where = (holds: (index: number) => boolean) => outcomes.filter((_, index) => holds(index))

  test('all but errors and what the infrastructure broke', () => {
    expect(where((index) => isTimed(samples, index))).toEqual(['ok', 'wrong', 'timeout', 'limit'])
  })

  test('those that a limit stopped are lower bounds', () => {
    expect(where((index) => isCensored(samples, index))).toEqual(['timeout', 'limit'])
  })
})
