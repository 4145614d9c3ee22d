import { describe, expect, test } from 'vitest'
import { evidence } from '../../../src/compare/assess.ts'
import { contestOf } from '../../../src/compare/evidence/contest.ts'
import { beyondDrift, evidenceOf, shiftProbability, standardError } from '../../../src/compare/evidence/evidence.ts'
import type { Layout } from '../../../src/compare/evidence/layout.ts'
import type { Noise } from '../../../src/compare/evidence/noise.ts'
import type { BaselineMetric } from '../../../src/domain/finding.ts'
import { times } from '../../domain/given.ts'
import { type Draw, drawing, historyOf, pastExecution, same } from '../given.ts'

/** 20 runs against 100 with a deviation of .2, a design effect of 1.5, and a drift of 3% over five executions. */
const noise: Noise = {
  values: { variance: 0.2 ** 2, degrees: 100 },
  designEffect: 1.5,
  candidateWeight: 1 / 20,
  baselineWeight: 1 / 100,
  drift: { variance: 0.03 ** 2, degrees: 10 },
  executions: 5,
}
const still: Noise = { ...noise, drift: { variance: 0, degrees: 10 } }

describe('the standard error of a shift', () => {
  // (.04 · 1.5 · (1/20 + 1/100) + .0009 · (1 + 1/5))^½, and Satterthwaite's (a + b)² / (a²/100 + b²/10)
  test('is of the runs of both sides, and of what the candidate and the mean of the past have drifted', () => {
    const { error, degrees } = standardError(noise, true)
    expect(error).toBeCloseTo(0.068_410_525_506, 12)
    expect(degrees).toBeCloseTo(88.947_368_421, 9)
  })

  test('without drift is of the runs alone', () => {
    const { error, degrees } = standardError(noise, false)
    expect(error).toBeCloseTo(Math.sqrt(0.04 * 1.5 * 0.06), 12)
    expect(degrees).toBeCloseTo(100, 9)
  })

  test('of what never varies is 0', () => {
    const steady = { ...still, values: { variance: 0, degrees: 7 } }
    expect(standardError(steady, true)).toEqual({ error: 0, degrees: 7 })
  })

  test('of drift that few executions show has few degrees of freedom', () => {
    const wild = { ...noise, drift: { variance: 1, degrees: 2 } }
    expect(standardError(wild, true).degrees).toBeCloseTo(2, 1)
  })
})

describe('the location test', () => {
  // Python: scipy.stats.t.sf(.2 / .068410525506, 88.947368421)
  test('is Student’s of the shift over its standard error', () => {
    expect(shiftProbability(0.2, noise)).toBeCloseTo(0.002_194_399_685_7, 12)
    expect(shiftProbability(-0.2, noise)).toBeCloseTo(1 - 0.002_194_399_685_7, 12)
    expect(shiftProbability(0, noise)).toBe(0.5)
  })

  test('a large shift counts whatever the drift is: the runs alone have to rule it out', () => {
    const drifting = { ...noise, drift: { variance: 0.1 ** 2, degrees: 10 } }
    const beyond = beyondDrift(drifting)
    expect(beyond).toBe(Math.log(1.6))
    expect(shiftProbability(beyond - 0.01, drifting)).toBeGreaterThan(1e-4)
    expect(shiftProbability(beyond, drifting)).toBeLessThan(1e-6)
    expect(shiftProbability(Math.log(2), drifting)).toBe(shiftProbability(Math.log(2), still))
  })

  test('what drifts by more is given four standard deviations', () => {
    const drifting = { ...noise, executions: 10, drift: { variance: 0.3 ** 2, degrees: 10 } }
    const beyond = beyondDrift(drifting)
    expect(beyond).toBeCloseTo(4 * 0.3 * Math.sqrt(1.1), 12)
    expect(shiftProbability(Math.log(2), drifting)).toBeGreaterThan(0.01)
    expect(shiftProbability(beyond, drifting)).toBe(shiftProbability(beyond, { ...still, executions: 10 }))
  })

  test('a large shift of few wild runs is none', () => {
    const wild = { ...noise, values: { variance: 1, degrees: 4 }, candidateWeight: 1 / 2 }
    expect(shiftProbability(Math.log(2), wild)).toBeGreaterThan(0.1)
  })

  test('where nothing varies a shift is certain, and none is none', () => {
    const steady = { ...still, values: { variance: 0, degrees: 7 } }
    expect(shiftProbability(0.01, steady)).toBe(0)
    expect(shiftProbability(0, steady)).toBe(1)
    expect(shiftProbability(-0.01, steady)).toBe(1)
  })
})

describe('joined with ranks', () => {
  const past = times(40, (position) => -1 + 0.05 * position)
  const own = times(20, (position) => -0.087 + 0.07 * position)
  const layout: Layout = { logarithmic: true, candidate: [own], past: [[past]] }
  const certain = { ...still, values: { variance: 1e-12, degrees: 100 } }

  // Python: p = scipy.stats.mannwhitneyu(own, past, alternative='greater', method='exact').pvalue;
  // scipy.stats.norm.sf(scipy.stats.norm.isf(p) / 1.5 ** .5)
  test('p is that of the ranks where the location is surer, less what neighbours share', () => {
    expect(evidenceOf(0.5, { ...certain, designEffect: 1 }, layout).worse).toBeCloseTo(0.000105826206138, 14)
    expect(evidenceOf(0.5, certain, layout).worse).toBeCloseTo(0.001243725634285, 13)
  })

  test('p is that of the location where the ranks are surer', () => {
    expect(evidenceOf(0.1, noise, layout).worse).toBe(shiftProbability(0.1, noise))
  })

  test('both have to say that it got better, too', () => {
    const { worse, better } = evidenceOf(-0.5, certain, layout)
    expect(worse).toBe(1)
    expect(better).toBeGreaterThan(0.99)
  })

  test('one spike moves a plain mean, but no rank', () => {
    const spiked = [...times(19, (position) => -0.19 + 0.02 * position), 50]
    const even = times(40, (position) => -0.2 + 0.01 * position)
    const wide: Layout = { logarithmic: false, candidate: [spiked], past: [[even]] }
    expect(shiftProbability(2.5, certain)).toBe(0)
    expect(evidenceOf(2.5, certain, wide).worse).toBeGreaterThan(0.1)
  })

  test('runs so few that their ranks could hardly say anything are judged by their location alone', () => {
    const few: Layout = { logarithmic: true, candidate: [[0.4, 0.5, 0.6]], past: [[[-0.1, 0, 0.1]]] }
    expect(evidenceOf(0.5, certain, few).worse).toBe(shiftProbability(0.5, certain))
  })

  test('values that all tie are no reason', () => {
    const tied: Layout = { logarithmic: true, candidate: [times(30, () => 0)], past: [[times(30, () => 0)]] }
    expect(evidenceOf(0.2, certain, tied).worse).toBeCloseTo(1, 9)
  })

  test('a doubling is surer than half of it though every rank is the same', () => {
    const draw = drawing(21)
    const history = historyOf(...times(5, () => pastExecution({ workingMs: [draw.runs(20, 0.05, draw.drift(0.08))] })))
    const judged = (factor: number) => {
      const contest = contestOf('workingMs', [draw.runs(20, 0.05, factor)], same, history)
      return 'status' in contest ? Number.NaN : evidence(contest, true).worse
    }
    expect(judged(1.4)).toBeGreaterThan(1e-5)
    expect(judged(2)).toBeLessThan(1e-9)
  })
})

describe('where nothing has changed, p below 5% come once in twenty', () => {
  interface World {
    metric: BaselineMetric
    cases: number
    runs: number
    past: number
    sigma: number
    /** Standard deviation of the drift of executions, known from a thousand sessions. */
    drift?: number
    /** What values are rounded to; ties come of it. */
    step?: number
  }

  const execution = (draw: Draw, { cases, runs, sigma, drift = 0, step }: World): number[][] => {
    const factor = draw.drift(drift)
    const rounded = (value: number) => (step === undefined ? value : Math.max(1, Math.round(value / step)))
    return times(cases, (position) => draw.runs(runs, sigma, factor * (1 + position)).map(rounded))
  }

  function simulated(world: World, seed: number) {
    const draw = drawing(seed)
    const { metric, past, drift } = world
    const location: number[] = []
    const joined: number[] = []
    const better: number[] = []
    for (let sample = 0; sample < 1500; sample++) {
      const baseline = {
        ...historyOf(...times(past, () => pastExecution({ [metric]: execution(draw, world) }))),
        drift: drift === undefined ? undefined : { deviation: drift, sessions: 1000 },
      }
      const contest = contestOf(metric, execution(draw, world), same, baseline)
      if ('status' in contest || contest.noise === undefined) throw new Error('expected noise')
      const found = evidence(contest, true)
      location.push(shiftProbability(contest.shift, contest.noise))
      joined.push(found.worse)
      better.push(found.better)
    }
    const share = (all: readonly number[], least: number, most: number) =>
      all.filter((p) => p >= least && p < most).length / all.length
    return { share, location, joined, better }
  }

  // 1,500 tell 5% to ±.56, so that three deviations are 1.7. A little too few are what the guess of an autocorrelation costs.
  test.for<[string, World]>([
    ['tokens of 20 runs', { metric: 'totalTokens', cases: 1, runs: 20, past: 5, sigma: 0.35 }],
    ['tokens of 5 runs', { metric: 'totalTokens', cases: 1, runs: 5, past: 5, sigma: 0.35 }],
    ['3 runs against 3', { metric: 'totalTokens', cases: 1, runs: 3, past: 1, sigma: 0.35 }],
    ['5 runs against 5', { metric: 'totalTokens', cases: 1, runs: 5, past: 1, sigma: 0.35 }],
    ['cases of 5 runs', { metric: 'totalTokens', cases: 8, runs: 5, past: 3, sigma: 0.2 }],
    ['cases of one run', { metric: 'totalTokens', cases: 10, runs: 1, past: 4, sigma: 0.2 }],
    ['cases of one run, against one execution', { metric: 'totalTokens', cases: 10, runs: 1, past: 1, sigma: 0.2 }],
    ['tokens with ties', { metric: 'totalTokens', cases: 1, runs: 20, past: 5, sigma: 0.2, step: 100 }],
    ['times of 20 runs', { metric: 'workingMs', cases: 1, runs: 20, past: 5, sigma: 0.2, drift: 0.03 }],
    ['times of 5 runs', { metric: 'workingMs', cases: 1, runs: 5, past: 5, sigma: 0.2, drift: 0.03 }],
    ['times of cases', { metric: 'workingMs', cases: 10, runs: 5, past: 3, sigma: 0.2, drift: 0.05 }],
  ])('%s', ([, world]) => {
    const { share, location, joined, better } = simulated(world, 22)
    expect(share(location, 0, 0.05)).toBeGreaterThan(0.028)
    expect(share(location, 0, 0.05)).toBeLessThan(0.067)
    expect(share(location, 0, 0.01)).toBeLessThan(0.018)
    expect(share(location, 0.05, 0.2)).toBeCloseTo(0.15, 1)
    expect(share(location, 0.2, 0.5)).toBeCloseTo(0.3, 1)
    expect(share(location, 0.5, 1)).toBeCloseTo(0.5, 1)
    // The greater of two p is below 5% less often.
    expect(share(joined, 0, 0.05)).toBeGreaterThan(0.018)
    expect(share(joined, 0, 0.05)).toBeLessThanOrEqual(share(location, 0, 0.05))
    expect(share(better, 0, 0.05)).toBeGreaterThan(0.018)
    expect(share(better, 0, 0.05)).toBeLessThan(0.067)
  })
})
