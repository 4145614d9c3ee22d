import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  distributionOfFold,
  emptyFold,
  type Fold,
  foldRuns,
  forgetFoldedCalls,
  mergeGroups,
} from '../../../src/domain/fold/fold.ts'
import {
  addSample,
  createSamples,
  type Outcome,
  outcomes,
  type Samples,
  setScore,
  setValue,
} from '../../../src/domain/sample.ts'
import { type Summary, summarize } from '../../../src/domain/summary.ts'
import { random } from '../../../src/stats/random.ts'

const cases = [
  { name: 'a', input: 1, category: 'simple' },
  { name: 'b', input: 2, category: 'hard' },
  { name: 'c', input: 3, category: 'hard' },
]

/** Runs that differ in every way. */
function drawn(count: number, seed: number): Samples {
  const next = random(seed)
  const samples = createSamples(count)
  for (let run = 0; run < count; run++) {
    const outcome: Outcome = outcomes[next() < 0.8 ? 0 : Math.floor(next() * outcomes.length)] ?? 'ok'
    const startedAtMs = run * 3
    const index = addSample(samples, {
      caseIndex: run % cases.length,
      outcome,
      degraded: next() < 0.1,
      dueAtMs: startedAtMs - next(),
      startedAtMs,
      endedAtMs: startedAtMs + Math.exp(3 + 2 * next()),
    })
    if (next() < 0.9) setValue(samples, index, 'outputTokens', Math.floor(next() * 500))
    if (next() < 0.5) setValue(samples, index, 'waitingMs', next() * 2)
    if (next() < 0.7) setScore(samples, index, 'polite', next())
    samples.calls.index.push(index)
    samples.calls.modelTtftMs.push(next() < 0.5 ? 100 * next() : undefined)
    samples.calls.interTokenLatencyMs.push(next())
    samples.calls.outputTokensPerSecond.push(undefined)
  }
  return samples
}

function folded(...parts: Samples[]): Fold {
  const fold = emptyFold(cases)
  for (const part of parts) foldRuns(fold, part, cases)
  return fold
}

const resources = { durationMs: 1_000 }

/** `summary` by its plain numbers, for what a histogram may be off by. */
function numbersOf(summary: Summary): number[] {
  const found: number[] = []
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'number' && !path.includes('.histogram') && !path.includes('.intervals')) found.push(value)
    else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value)) walk(part, `${path}.${name}`)
  }
  walk({ ...summary, turns: [], phases: [], tools: [] }, '')
  return found
}

describe('a fold', () => {
  test('comes to the same as its rows, within what a histogram is off by', () => {
    const samples = drawn(3_000, 1)
    const byRows = summarize(samples, resources, cases)
    const byFold = summarize({ ...samples, all: folded(samples).counts }, resources, cases, folded(samples))
    expect(byFold.outcomes).toEqual(byRows.outcomes)
    expect(byFold.degraded).toBe(byRows.degraded)
    const [rows, fold] = [numbersOf(byRows), numbersOf(byFold)]
    expect(fold).toHaveLength(rows.length)
    expect(rows.length).toBeGreaterThan(300)
    for (const [at, value] of rows.entries())
      expect(Math.abs((fold[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(0.0005 * Math.abs(value) + 1e-9)
  })

  test('tells intervals and bins near those of its rows', () => {
    const samples = drawn(20_000, 2)
    const { latencyMs: rows } = summarize(samples, resources, cases).metrics
    const fold = distributionOfFold(
      folded(samples).all.metrics.latencyMs ?? { histogram: never(), missing: 0, censored: 0 },
    )
    if (rows === undefined || fold === undefined) throw new Error('expected latencies')
    for (const name of ['p50', 'p95'] as const) {
      expect(fold.intervals[name]?.low).toBeCloseTo(rows.intervals[name]?.low ?? Number.NaN, 0)
      expect(fold.intervals[name]?.high).toBeCloseTo(rows.intervals[name]?.high ?? Number.NaN, 0)
    }
    expect(fold.histogram.counts.reduce((sum, one) => sum + one, 0)).toBe(fold.n)
    for (const [bin, count] of rows.histogram.counts.entries())
      expect(Math.abs((fold.histogram.counts[bin] ?? 0) - count)).toBeLessThan(60)
  })

  test('of parts is the fold of the whole, in whatever order they are merged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 1e6 }),
        (sizes, seed) => {
          const parts = sizes.map((size, at) => drawn(size, seed + at))
          const whole = folded(...parts)
          const merged = folded()
          for (const part of parts.toReversed()) mergeGroups(merged.all, folded(part).all)
          expect(merged.all.outcomes).toEqual(whole.all.outcomes)
          for (const [name, one] of Object.entries(whole.all.metrics)) {
            const other = merged.all.metrics[name as keyof typeof merged.all.metrics]
            expect([other?.missing, other?.censored, other?.censoredFrom]).toEqual([
              one.missing,
              one.censored,
              one.censoredFrom,
            ])
            expect(other && distributionOfFold(other)?.p95).toBe(distributionOfFold(one)?.p95)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  test('forgets what model calls told, and nothing else', () => {
    const fold = folded(drawn(100, 3))
    forgetFoldedCalls(fold)
    expect(Object.keys(fold.all.metrics).sort()).toEqual(['latencyMs', 'responseTimeMs'])
    expect(Object.keys(fold.cases[1]?.metrics ?? {}).sort()).toEqual(['latencyMs', 'responseTimeMs'])
  })

  test('keeps no histograms of each of many cases', () => {
    expect(emptyFold(Array.from({ length: 21 }, () => ({}))).cases).toEqual([])
    expect(emptyFold(Array.from({ length: 20 }, () => ({}))).cases).toHaveLength(20)
  })
})

function never(): never {
  throw new Error('expected a fold of latencies')
}
