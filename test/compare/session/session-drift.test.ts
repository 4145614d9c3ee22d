import { describe, expect, test } from 'vitest'
import { type SessionExecution, sessionDrift, sharedShift } from '../../../src/compare/session/session-drift.ts'
import { mean } from '../../../src/stats/moments.ts'
import { times } from '../../domain/given.ts'
import { type Draw, drawing } from '../given.ts'

describe('what deviations share', () => {
  const deviations = (shifts: readonly number[], deviation = 0.05) =>
    shifts.map((shift) => ({ shift, variance: deviation ** 2 }))

  test('is their median', () => {
    expect(sharedShift(deviations([0.3, 0.1, 0.2, 0.15, 0.12])).shift).toBe(0.15)
  })

  test('is not moved by one that changed by itself', () => {
    expect(sharedShift(deviations([5, 0.1, 0.2, 0.15, 0.12])).shift).toBe(0.15)
    expect(sharedShift(deviations([-5, 0.1, 0.2, 0.15, 0.12])).shift).toBe(0.12)
  })

  test('nor is it by one that changed and is far more precise than all others together', () => {
    const precise = { shift: 0.3, variance: 0.001 ** 2 }
    for (const count of [4, 5, 9]) {
      const others = deviations(times(count, (position) => 0.01 * (position - count / 2)))
      expect(Math.abs(sharedShift([precise, ...others]).shift)).toBeLessThan(0.05)
    }
  })

  test('listens to the precise more than to the noisy', () => {
    const noisy = deviations([0.9, 0.8, 0.7], 0.5)
    const precise = deviations([0.01, 0.02, 0, 0.01], 0.01)
    expect(sharedShift([...noisy, ...precise]).shift).toBeLessThanOrEqual(0.02)
  })

  test.for([
    ['of one precision', times(9, () => 0.1)],
    ['of many', [0.02, 0.05, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4, 0.8]],
  ] as const)('has the variance that it is given: deviations %s', ([, deviationsOf]) => {
    const draw = drawing(11)
    const drawn = times(4000, () =>
      sharedShift(deviationsOf.map((deviation) => ({ shift: deviation * draw.normal(), variance: deviation ** 2 }))),
    )
    const seen = mean(drawn.map(({ shift }) => shift ** 2))
    // π/2 holds for many; a median of nine is a little better, and one of unequal weights a little worse.
    expect((drawn[0]?.variance ?? Number.NaN) / seen).toBeGreaterThan(0.8)
    expect((drawn[0]?.variance ?? Number.NaN) / seen).toBeLessThan(1.25)
  })

  test('has a finite variance where no run varies', () => {
    const { shift, variance } = sharedShift(deviations([0.1, 0.1, 0.1, 0.2, 0.2], 0))
    expect(shift).toBe(0.1)
    expect(variance).toBeGreaterThan(0)
    expect(variance).toBeLessThan(1e-9)
  })
})

/** `sessions` sessions of `scenarios` scenarios, whose times drift by `drift` together. */
function drawn(draw: Draw, sessions: number, scenarios: number, drift: number, own = 0): SessionExecution[][] {
  const factors = times(sessions, () => draw.drift(drift))
  return times(scenarios, (scenario) =>
    factors.map((factor, session) => ({
      session: String(session),
      values: [draw.runs(20, [0.1, 0.2, 0.4][scenario % 3] ?? 0.1, factor * draw.drift(own))],
    })),
  )
}

describe('what sessions differ by as a whole', () => {
  test.for([0, 0.03, 0.08, 0.2] as const)('is found where it is %d', (drift) => {
    const draw = drawing(12)
    const found = times(40, () => sessionDrift(drawn(draw, 10, 12, drift))?.deviation ?? Number.NaN)
    expect(Math.sqrt(mean(found.map((one) => one ** 2)))).toBeGreaterThanOrEqual(0.85 * drift)
    expect(Math.sqrt(mean(found.map((one) => one ** 2)))).toBeLessThan(1.15 * drift + 0.012)
  })

  test('counts its sessions', () => {
    expect(sessionDrift(drawn(drawing(13), 7, 6, 0.1))?.sessions).toBe(7)
  })

  test('is not what one scenario does by itself', () => {
    const draw = drawing(14)
    const [wild = []] = drawn(draw, 10, 1, 0.8)
    const calm = drawn(draw, 10, 8, 0.02)
    expect(sessionDrift([wild, ...calm])?.deviation).toBeLessThan(0.05)
  })

  test('is unknown from one session, and from fewer than five scenarios', () => {
    const draw = drawing(15)
    expect(sessionDrift(drawn(draw, 1, 8, 0.1))).toBeUndefined()
    expect(sessionDrift(drawn(draw, 8, 4, 0.1))).toBeUndefined()
    expect(sessionDrift([])).toBeUndefined()
  })

  test('a session of fewer scenarios is passed over', () => {
    const all = drawn(drawing(16), 6, 5, 0.1)
    const [first = [], ...others] = all
    expect(sessionDrift([first.filter(({ session }) => session !== '3'), ...others])?.sessions).toBe(5)
  })

  test('cases are held apart, so that a mix of them is no drift', () => {
    const draw = drawing(17)
    // Every other session lacks the slow case.
    const mixed = times(6, () =>
      times(8, (session) => ({
        session: String(session),
        values: [draw.runs(10, 0.1), session % 2 === 0 ? draw.runs(10, 0.1, 30) : []],
      })),
    )
    expect(sessionDrift(mixed)?.deviation).toBeLessThan(0.05)
  })

  test('a time of 0 tells nothing', () => {
    const zeros = times(6, () => times(3, (session) => ({ session: String(session), values: [[0, 1]] })))
    expect(sessionDrift(zeros)).toBeUndefined()
  })
})
