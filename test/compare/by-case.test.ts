import { describe, expect, test } from 'vitest'
import { withCases } from '../../src/compare/by-case.ts'
import { contestOf } from '../../src/compare/contest.ts'
import { evidenceOf } from '../../src/compare/evidence.ts'
import type { MetricValues } from '../../src/domain/baseline.ts'
import { times } from '../domain/given.ts'
import { type Draw, drawing, historyOf, pastExecution, same } from './given.ts'

/** What five cases of six runs tell, of which the last takes `factor` times as long and the others vary by `sigma`. */
function told(draw: Draw, factor: number, sigma = 0.15, executions = 6) {
  const cases = (last: number) => times(5, (position) => draw.runs(6, sigma, position === 4 ? last : 1))
  const past: MetricValues[] = times(executions, () => ({ workingMs: cases(1) }))
  const history = historyOf(...past.map((values, session) => pastExecution(values, { session: `${session}` })))
  const contest = contestOf('workingMs', cases(factor), same, history)
  if ('status' in contest || contest.layout === undefined || contest.noise === undefined) throw new Error('not held')
  const { shift, noise, layout } = contest
  const together = evidenceOf(shift, noise, layout)
  return { together, joined: withCases(together, 'workingMs', layout, noise) }
}

describe('withCases', () => {
  test('one slow case of five is told, which no rank of all runs shows', () => {
    const { together, joined } = told(drawing(1), 4)
    expect(together.worse).toBeGreaterThan(1e-4)
    expect(joined.worse).toBeLessThan(1e-6)
    expect(joined.ofCase?.ratio).toBeGreaterThan(2)
    expect(joined.ofCase?.worse).toBe(joined.worse)
  })

  test('what all cases tell together is hardly less sure', () => {
    const { together, joined } = told(drawing(2), 1)
    expect(joined.worse).toBeLessThanOrEqual(together.worse / 0.8 + 1e-12)
    expect(joined.better).toBe(together.better)
  })

  test('one case alone is all cases together', () => {
    const together = { worse: 0.02, better: 0.98 }
    const layout = { logarithmic: true, candidate: [[0.1, 0.2]], past: [[[0, 0.1]]] }
    const { noise } = noiseOfOne()
    expect(withCases(together, 'workingMs', layout, noise)).toEqual(together)
  })

  test('where nothing changed, p below 5% come no more than once in twenty', () => {
    const draw = drawing(3)
    const low = times(600, () => told(draw, 1).joined.worse < 0.05).filter(Boolean).length / 600
    expect(low).toBeLessThan(0.06)
  })
})

function noiseOfOne() {
  const contest = contestOf('workingMs', [[1, 2]], same, historyOf(pastExecution({ workingMs: [[1, 2]] })))
  if ('status' in contest || contest.noise === undefined) throw new Error('not held')
  return { noise: contest.noise }
}
