import { describe, expect, test } from 'vitest'
import { standardError } from '../../../src/compare/evidence/evidence.ts'
import { executionLocation, layoutOf } from '../../../src/compare/evidence/layout.ts'
import { type Noise, noiseOf, noiseOfLines, noiseOfPairs } from '../../../src/compare/evidence/noise.ts'
import { lineOf } from '../../../src/domain/baseline.ts'
import { mean, standardDeviation } from '../../../src/stats/moments.ts'
import { times } from '../../domain/given.ts'
import { type Draw, drawing } from '../given.ts'

type Execution = number[][]

function noise(values: Execution, past: Execution[], metric: 'totalTokens' | 'workingMs' = 'totalTokens'): Noise {
  const layout = layoutOf(metric, values, past)
  const found = layout === undefined ? undefined : noiseOf(metric, layout, undefined)
  if (found === undefined) throw new Error('expected noise')
  return found
}

/** An execution of `cases` cases of `runs` runs each, whose cases differ by far more than their runs. */
const execution = (draw: Draw, cases: number, runs: number, sigma = 0.2): Execution =>
  times(cases, (position) => draw.runs(runs, sigma, 1 + position))

describe('the noise of a candidate and its past', () => {
  test('is of runs around their case in their execution, whatever cases and executions differ by', () => {
    const draw = drawing(1)
    const past = times(8, (position) => execution(draw, 5, 20).map((one) => one.map((value) => value * (1 + position))))
    const { values } = noise(execution(draw, 5, 20), past)
    expect(Math.sqrt(values.variance)).toBeCloseTo(0.2, 1)
    // 12 of 20 values are kept
    expect(values.degrees).toBe(9 * 5 * 11)
  })

  test('counts each case the same, and each execution', () => {
    const draw = drawing(2)
    const past = times(3, () => execution(draw, 4, 10))
    const { candidateWeight, baselineWeight, executions } = noise(execution(draw, 4, 5), past)
    expect(candidateWeight).toBeCloseTo(1 / 20, 12)
    expect(baselineWeight).toBeCloseTo(1 / 120, 12)
    expect(executions).toBe(3)
  })

  // Python: r = X - X.mean(1, keepdims=True) - X.mean(0) + X.mean(); (r ** 2).sum() / (3 * 2)
  test('with one run of each case is what is left after what an execution and a case share', () => {
    const rows = [
      [2, 5, 11],
      [0, 8, 8],
      [3, 6, 10],
      [1, 5, 9],
    ].map((row) => row.map((value) => [Math.exp(value)]))
    const [candidate = [], ...past] = rows
    const { values } = noise(candidate, past)
    expect(values).toEqual({ variance: expect.closeTo(2.111_111_111_111, 10), degrees: 6 })
  })

  test('is unknown with one value on each side, for nothing tells of it', () => {
    const layout = layoutOf('totalTokens', [[1]], [[[2]]])
    expect(layout === undefined ? 'no layout' : noiseOf('totalTokens', layout, undefined)).toBeUndefined()
  })

  test('a single run is taken to vary as the past does', () => {
    const draw = drawing(3)
    const { values, candidateWeight } = noise([[1000]], [[draw.runs(20, 0.2)]])
    expect(values.degrees).toBe(11)
    expect(candidateWeight).toBe(1)
  })

  test('is 0 where no run varies', () => {
    expect(noise([[7, 7]], [[[5, 5, 5]], [[5]]]).values.variance).toBe(0)
  })

  test('knows what executions differ by although no run of them varies', () => {
    const { values, drift } = noise([[5, 5]], [[[5, 5]], [[6, 6]], [[5, 5]]])
    expect(values.variance).toBe(0)
    expect(drift.variance).toBeGreaterThan(0)
  })
})

describe('how much neighbours are alike', () => {
  /** Runs of which each takes `share` from the one before. */
  function chain(draw: Draw, count: number, share: number): number[] {
    let state = draw.normal()
    return times(count, () => {
      state = share * state + Math.sqrt(1 - share * share) * draw.normal()
      return Math.exp(0.2 * state)
    })
  }
  const effect = (share: number, executions: number, runs = 50) => {
    const draw = drawing(4)
    const past = times(executions, () => [chain(draw, runs, share)])
    return noise([chain(draw, runs, share)], past).designEffect
  }

  test('is guessed before there is anything to tell it from: an autocorrelation of .1', () => {
    expect(noise([[1, 2, 3]], [[[1, 2, 3]]]).designEffect).toBeCloseTo(1.1 / 0.9, 12)
  })

  test('is learnt from many', () => {
    expect(effect(0, 40)).toBeLessThan(1.1)
    expect(effect(0.4, 40)).toBeGreaterThan(2)
    expect(effect(0.4, 40)).toBeLessThan(2.5)
  })

  test('is never below 1: no variance is made smaller', () => {
    expect(effect(-0.5, 40)).toBe(1)
  })

  test('is seen across cases, which take turns', () => {
    const draw = drawing(5)
    const turns = () => {
      const runs = chain(draw, 100, 0.6)
      return times(5, (position) => runs.filter((_, index) => index % 5 === position))
    }
    const { designEffect } = noise(
      turns(),
      times(20, () => turns()),
    )
    expect(designEffect).toBeGreaterThan(3)
  })
})

describe('the standard error of a shift', () => {
  /** What a thousand shifts vary by, beside the mean of what was expected of them. */
  function simulated(cases: number, runs: number, executions: number): { seen: number; expected: number } {
    const draw = drawing(cases * 100 + runs * 10 + executions)
    const shifts: number[] = []
    const errors: number[] = []
    for (let sample = 0; sample < 1000; sample++) {
      const layout = layoutOf(
        'totalTokens',
        execution(draw, cases, runs),
        times(executions, () => execution(draw, cases, runs)),
      )
      const found = layout === undefined ? undefined : noiseOf('totalTokens', layout, undefined)
      if (layout === undefined || found === undefined) throw new Error('expected noise')
      shifts.push(executionLocation(layout.candidate, true) ?? Number.NaN)
      errors.push(standardError({ ...found, designEffect: 1 }, true).error ** 2)
    }
    return { seen: standardDeviation(shifts) ?? Number.NaN, expected: Math.sqrt(mean(errors)) }
  }

  // A thousand shifts tell their deviation to 2.2%. That of five values of which three are kept is a little large.
  test.for([
    [1, 20, 10],
    [1, 20, 1],
    [1, 5, 10],
    [1, 3, 1],
    [10, 5, 3],
    [10, 1, 5],
    [10, 1, 1],
  ] as const)('is what shifts vary by: %d cases × %d runs against %d executions', ([cases, runs, executions]) => {
    const { seen, expected } = simulated(cases, runs, executions)
    expect(expected / seen).toBeGreaterThan(0.93)
    expect(expected / seen).toBeLessThan(1.13)
  })
})

describe('the noise of a committed line', () => {
  const line = (n: number, within?: number) => ({ n, location: 1000, within })
  const runs = (count: number) => [times(count, (position) => 1000 + position)]

  test('is the spread of both sides, each by its degrees of freedom', () => {
    const found = noiseOfLines('totalTokens', line(20, 0.2), line(100, 0.3), runs(20), undefined)
    expect(found).toMatchObject({ candidateWeight: 1 / 20, baselineWeight: 1 / 100, executions: 1 })
    // 12 of 20 values are kept, and 60 of 100
    expect(found?.values.degrees).toBe(11 + 59)
    expect(found?.values.variance).toBeCloseTo((11 * 0.2 ** 2 + 59 * 0.3 ** 2) / 70, 12)
  })

  test('has a degree of freedom less for each case', () => {
    const cases = times(10, () => [1000, 1001])
    expect(noiseOfLines('totalTokens', line(20, 0.2), line(20, 0.2), cases, undefined)?.values.degrees).toBe(20)
  })

  test('with one run of each case holds what cases differ by, too', () => {
    const cases = times(10, (position) => [1000 + position])
    const known = lineOf('totalTokens', cases)
    expect(noiseOfLines('totalTokens', known, known, cases, undefined)?.values.degrees).toBe(18)
  })

  test('of a single run is that of the other side', () => {
    expect(noiseOfLines('totalTokens', line(1), line(25, 0.5), runs(1), undefined)?.values.variance).toBe(0.25)
    expect(noiseOfLines('totalTokens', line(25, 0.5), line(1), runs(25), undefined)?.values.variance).toBe(0.25)
    expect(noiseOfLines('totalTokens', line(1), line(1), runs(1), undefined)).toBeUndefined()
  })

  test('of what may be 0 is a share of the baseline, whatever it is of its own line', () => {
    const half = { n: 20, location: 0.5, within: 1 }
    const values = [times(20, (position) => position % 2)]
    const found = (location: number) =>
      noiseOfLines('toolCalls', half, { n: 20, location, within: 0 }, values, undefined)?.values.variance
    expect(found(0)).toBeCloseTo(0.5 ** 2 / 2, 12)
    expect(
      noiseOfLines('scores.polite', half, { n: 20, location: 0.25, within: 0 }, values, undefined)?.values,
    ).toEqual({
      variance: expect.closeTo(2 ** 2 / 2, 12),
      degrees: 38,
    })
  })

  test('supposes that neighbours are a little alike', () => {
    expect(noiseOfLines('totalTokens', line(9, 0.1), line(9, 0.1), runs(9), undefined)?.designEffect).toBeCloseTo(
      1.1 / 0.9,
      12,
    )
  })
})

describe('the noise of pairs', () => {
  test('is of their differences alone: no baseline, no drift', () => {
    const found = noiseOfPairs([times(20, (position) => Math.sin(position))], true)
    expect(found).toMatchObject({ baselineWeight: 0, candidateWeight: 1 / 20, drift: { variance: 0 } })
  })

  test('with one pair of each case is the plain one of all, as their location is', () => {
    const differences = times(20, (position) => [position === 7 ? 5 : Math.sin(position) / 100])
    const found = noiseOfPairs(differences, true)
    expect(found?.values.variance).toBeCloseTo((standardDeviation(differences.flat()) ?? 0) ** 2, 12)
    expect(found?.values.degrees).toBe(19)
  })

  test('is unknown of one pair', () => {
    expect(noiseOfPairs([[0.1]], true)).toBeUndefined()
    expect(noiseOfPairs([[0.1], []], true)).toBeUndefined()
  })
})
