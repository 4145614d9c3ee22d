import { describe, expect, test } from 'vitest'
import { drawing } from '../../calibrate/draw.ts'
import { baselinesOf, drawPast } from '../../calibrate/past.ts'
import { standardDeviation } from '../../src/stats/moments.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { sorted } from '../../src/stats/sorted.ts'

/** Logarithms of the middle time of each session of each scenario. */
function levels(drift: number, sigmas: readonly number[], sessions: number): number[][] {
  return drawPast({ draw: drawing(1), drift }, sigmas, sessions).map((executions) =>
    executions.map(({ workingMs }) => Math.log(quantile(sorted(workingMs.flat()), 0.5) / 1000)),
  )
}

describe('the past', () => {
  test.for([0.03, 0.08])('drifts from session to session by %d', (drift) => {
    const [scenario = []] = levels(drift, [0], 2000)
    expect((standardDeviation(scenario) ?? 0) / drift).toBeCloseTo(1, 1)
  })

  test('drifts alike in all scenarios of a session', () => {
    const [one, other] = levels(0.08, [0, 0], 20)
    expect(one).toEqual(other?.map((level) => expect.closeTo(level)))
  })

  test('has the drift in its history that its sessions show', () => {
    const past = drawPast({ draw: drawing(2), drift: 0.08 }, Array(50).fill(0.1), 200)
    const [baseline] = baselinesOf(past)
    expect(baseline?.history).toHaveLength(200)
    expect(baseline?.drift?.sessions).toBe(200)
    expect(baseline?.drift?.deviation).toBeCloseTo(0.08, 1)
  })
})
