import { describe, expect, test } from 'vitest'
import { evidenceOf, noiseOf, type Pair } from '../../src/compare/evidence.ts'
import { lineOf } from '../../src/domain/baseline.ts'
import { times } from '../domain/given.ts'

const rule = { falseAlarmRate: 0.01, smallestEffectRatio: 0.1, powerRatio: 0.9 }
const line = (n: number, location: number, within?: number, between?: number) => ({ n, location, within, between })

/** `values` of one case held against those of `executions` past executions. */
function pairOf(values: number[], past: number[], executions = 1): Pair {
  return {
    metric: 'totalTokens',
    candidate: lineOf('totalTokens', [values]),
    baseline: lineOf('totalTokens', [past]),
    values: [values],
    past: [past],
    executions,
  }
}

function evidence(pair: Pair) {
  const noise = noiseOf(pair)
  if (noise === undefined) throw new Error('expected noise')
  return evidenceOf(pair, noise, rule)
}

describe('noiseOf', () => {
  const pair = (candidate: Pair['candidate'], baseline: Pair['baseline'], executions = 0): Pair => ({
    metric: 'totalTokens',
    candidate,
    baseline,
    values: [],
    past: [],
    executions,
  })

  test('is the spread of both sides, each by its number of runs', () => {
    const noise = noiseOf(pair(line(20, 1, 0.2), line(100, 1, 0.3)))
    expect(noise?.runs).toBeCloseTo(Math.sqrt(0.04 / 20 + 0.09 / 100), 12)
    expect(noise?.total).toBe(noise?.runs)
  })

  test('a single run is taken to spread as the other side', () => {
    expect(noiseOf(pair(line(1, 1), line(25, 1, 0.5)))?.runs).toBeCloseTo(Math.sqrt(0.25 + 0.01), 12)
    expect(noiseOf(pair(line(25, 1, 0.5), line(1, 1)))?.runs).toBeCloseTo(Math.sqrt(0.25 + 0.01), 12)
    expect(noiseOf(pair(line(1, 1), line(1, 1)))).toBeUndefined()
  })

  test('what a committed line says executions differ by is added', () => {
    expect(noiseOf(pair(line(20, 1, 0.2), line(20, 1, 0.2, 0.1)))?.total).toBeCloseTo(Math.sqrt(0.004 + 0.01 * 2), 12)
  })

  test('locations of past executions that differ no more than their runs make them add nothing', () => {
    // Five executions of 20 runs: their locations differ by 0.2 / √20.
    const sampling = 0.2 / Math.sqrt(20)
    const noise = (between: number) => noiseOf(pair(line(20, 1, 0.2), line(100, 1, 0.2, between), 5))
    expect(noise(sampling)?.total).toBe(noise(0)?.runs)
    expect(noise(0.1)?.total).toBeCloseTo(Math.sqrt(0.002 + 0.0004 + (0.01 - 0.002) * (1 + 1 / 5)), 12)
  })
})

describe('evidenceOf', () => {
  // Python: scipy.stats.mannwhitneyu(values, past, alternative='greater', method='exact').pvalue, 'less'
  test('where past values are known it is that of the rank test', () => {
    const past = times(12, (position) => 100 + position * 3)
    const values = times(6, (position) => 111.5 + position * 5.5)
    const { worse, better } = evidence(pairOf(values, past))
    expect(worse).toBeCloseTo(0.075253178194, 10)
    expect(better).toBeCloseTo(0.937675070028, 10)
  })

  test('that holds for what several past executions differ by as well: both must be past chance', () => {
    const past = times(40, (position) => 100 + position * 3)
    const pair = {
      ...pairOf(
        times(20, (position) => 190 + position * 3.1),
        past,
        2,
      ),
    }
    const apart = { ...pair, baseline: { ...pair.baseline, between: 0.5 } }
    expect(evidence(pair).worse).toBeLessThan(0.01)
    expect(evidence(apart).worse).toBeGreaterThan(0.1)
    expect(evidence(apart).detectableRatio).toBeGreaterThan(evidence(pair).detectableRatio ?? Number.NaN)
  })

  // Python: scipy.stats.ttest_ind(numpy.log([220, 240]), numpy.log(past), alternative='greater').pvalue
  test('of runs too few for ranks it is that of Student’s test', () => {
    const past = [100, 110, 95, 105]
    const { worse, better } = evidence(pairOf([220, 240], past))
    expect(worse).toBeCloseTo(0.000_059_187_756, 12)
    expect(worse + better).toBeCloseTo(1, 12)
  })

  test('where only a line is known it is the tail of the shift over its standard error', () => {
    const pair = {
      ...pairOf(
        times(20, (position) => 120 + position),
        times(20, (position) => 100 + position),
      ),
      past: [],
    }
    const noise = noiseOf(pair)
    if (noise === undefined) throw new Error('expected noise')
    const z = Math.log(pair.candidate.location / pair.baseline.location) / noise.total
    // Abramowitz & Stegun 26.2.12, good to 1 / z² for such a z
    const tail = Math.exp((-z * z) / 2) / (z * Math.sqrt(2 * Math.PI))
    expect(z).toBeGreaterThan(5)
    expect(evidence(pair).worse / tail).toBeCloseTo(1, 1)
  })
})

describe('what could be seen', () => {
  const quiet = times(20, (position) => 1000 + position / 100)

  test('is a little over the smallest effect where runs hardly vary', () => {
    const { detectableRatio } = evidence(pairOf(quiet, quiet))
    expect(detectableRatio).toBeGreaterThan(0.1)
    expect(detectableRatio).toBeLessThan(0.1001)
  })

  test('gets smaller with more runs', () => {
    const wild = (count: number) => times(count, (position) => 500 + ((position * 37) % 101) * 10)
    const seen = [5, 20, 80].map((count) => evidence(pairOf(wild(count), wild(400))).detectableRatio ?? Number.NaN)
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
  })

  test('is unknown from 0, of which there is no share', () => {
    const pair: Pair = {
      ...pairOf(
        [0, 1, 0, 1],
        times(20, () => 0),
      ),
      metric: 'toolCalls',
    }
    expect(evidence(pair).detectableRatio).toBeUndefined()
  })
})
