import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import oracle from '../../fixtures/stats/oracle.json' with { type: 'json' }
import { groupSequentialBounds, groupSequentialPower } from '../../src/stats/group-sequential.ts'
import { normalQuantile } from '../../src/stats/normal.ts'
import { random } from '../../src/stats/random.ts'

const equal = (looks: number) => Array.from({ length: looks }, (_, look) => (look + 1) / looks)
const withoutFutility = ({ efficacyZ }: { efficacyZ: number }) => ({ efficacyZ })

// generate.py: the recursion by Gauss-Legendre quadrature, checked against multivariate_normal of SciPy
describe.for(oracle.groupSequential)('at $informationRatios with alpha $alpha and power $power', (expected) => {
  const { alpha, power, informationRatios, drift } = expected
  const bounds = groupSequentialBounds({ alpha, power, informationRatios, futility: true })

  test('the bounds for efficacy are those of an independent integration', () => {
    expect(bounds).toHaveLength(expected.efficacy.length)
    for (const [look, bound] of expected.efficacy.entries()) {
      expect(Math.abs(Number(bounds[look]?.efficacyZ) - bound)).toBeLessThan(5e-6)
    }
    expect(groupSequentialBounds({ alpha, informationRatios })).toEqual(bounds.map(withoutFutility))
  })

  test('the bounds for futility are those of an independent integration', () => {
    for (const [look, bound] of expected.futility.entries()) {
      expect(Math.abs(Number(bounds[look]?.futilityZ) - bound)).toBeLessThan(5e-6)
    }
  })

  test('the test has the wanted power at the drift of an independent integration', () => {
    expect(Math.abs(groupSequentialPower(bounds, informationRatios, drift) - power)).toBeLessThan(1e-6)
  })

  test('alpha holds exactly when futility is ignored, and with room when it is not', () => {
    const ignored = groupSequentialPower(bounds.map(withoutFutility), informationRatios, 0)
    expect(Math.abs(ignored - alpha)).toBeLessThan(1e-9)
    expect(groupSequentialPower(bounds, informationRatios, 0)).toBeLessThanOrEqual(ignored)
  })
})

describe('groupSequentialBounds', () => {
  // The bounds of five equal looks, one-sided 0.025, as gsDesign (sfLDOF) and PASS print them.
  test('of five equal looks are the published ones', () => {
    const bounds = groupSequentialBounds({ alpha: 0.025, informationRatios: equal(5) })
    const published = [4.8769, 3.3569, 2.6803, 2.2898, 2.031]
    for (const [look, bound] of published.entries()) {
      expect(Math.abs(Number(bounds[look]?.efficacyZ) - bound)).toBeLessThan(2e-4)
    }
  })

  test('of one look are those of a single test', () => {
    const [bound] = groupSequentialBounds({ alpha: 0.01, informationRatios: [1], futility: true })
    expect(bound?.efficacyZ).toBeCloseTo(-normalQuantile(0.01), 9)
    expect(bound?.futilityZ).toBe(bound?.efficacyZ)
  })

  test('simulated, stop for nothing in alpha of the tests and for the shift in most', () => {
    const informationRatios = [0.25, 0.6, 1]
    const bounds = groupSequentialBounds({ alpha: 0.05, power: 0.8, informationRatios, futility: true })
    const next = random(21)
    const rejects = (drift: number, binding: boolean) => {
      let sum = 0
      let before = 0
      for (const [look, ratio] of informationRatios.entries()) {
        sum += drift * (ratio - before) + Math.sqrt(ratio - before) * normalQuantile(next() + 2 ** -33)
        before = ratio
        const z = sum / Math.sqrt(ratio)
        if (z >= Number(bounds[look]?.efficacyZ)) return true
        if (binding && z <= Number(bounds[look]?.futilityZ)) return false
      }
      return false
    }
    const count = 40_000
    const share = (drift: number, binding: boolean) =>
      Array.from({ length: count }, () => rejects(drift, binding)).filter(Boolean).length / count
    // Four standard errors.
    const close = (observed: number, expected: number) =>
      expect(Math.abs(observed - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / count))
    close(share(0, false), 0.05)
    close(share(2.6, true), groupSequentialPower(bounds, informationRatios, 2.6))
    close(share(2.6, false), groupSequentialPower(bounds.map(withoutFutility), informationRatios, 2.6))
  })

  const design = fc.record({
    alpha: fc.double({ min: 1e-4, max: 0.2, noNaN: true }),
    power: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
    steps: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
  })
  const ratiosOf = (steps: readonly number[]) => {
    const total = steps.reduce((sum, step) => sum + step)
    return steps.map((_, look) => steps.slice(0, look + 1).reduce((sum, step) => sum + step) / total)
  }

  test('hold alpha and power whatever the looks', () => {
    fc.assert(
      fc.property(design, ({ alpha, power, steps }) => {
        const informationRatios = ratiosOf(steps)
        const bounds = groupSequentialBounds({ alpha, power, informationRatios, futility: true })
        const ignored = bounds.map(withoutFutility)
        expect(Math.abs(groupSequentialPower(ignored, informationRatios, 0) - alpha)).toBeLessThan(1e-8)
        // Between the drift of a single test and what looking costs it at most.
        const single = normalQuantile(power) - normalQuantile(alpha)
        expect(groupSequentialPower(bounds, informationRatios, single)).toBeLessThan(power + 1e-6)
        expect(groupSequentialPower(bounds, informationRatios, 1.5 * single + 0.5)).toBeGreaterThan(power)
        for (const [look, { efficacyZ, futilityZ }] of bounds.entries()) {
          if (look < bounds.length - 1) expect(futilityZ).toBeLessThan(efficacyZ)
          else expect(futilityZ).toBe(efficacyZ)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('cost the last look something, and rise when alpha falls', () => {
    fc.assert(
      fc.property(design, ({ alpha, steps }) => {
        const informationRatios = ratiosOf(steps)
        const bounds = groupSequentialBounds({ alpha, informationRatios })
        const stricter = groupSequentialBounds({ alpha: alpha / 2, informationRatios })
        expect(bounds.at(-1)?.efficacyZ).toBeGreaterThanOrEqual(-normalQuantile(alpha) - 1e-5)
        for (const [look, { efficacyZ }] of stricter.entries()) {
          expect(efficacyZ).toBeGreaterThan(Number(bounds[look]?.efficacyZ))
        }
      }),
      { numRuns: 20 },
    )
  })

  test('are finite at a look that has next to nothing', () => {
    const [first, ...rest] = groupSequentialBounds({ alpha: 0.01, informationRatios: [1e-4, 0.5, 1], futility: true })
    expect(first?.efficacyZ).toBeGreaterThan(30)
    expect(first?.efficacyZ).toBeLessThanOrEqual(40)
    expect(first?.futilityZ).toBeGreaterThanOrEqual(-40)
    const without = groupSequentialBounds({ alpha: 0.01, informationRatios: [0.5, 1], futility: true })
    for (const [look, { efficacyZ, futilityZ }] of rest.entries()) {
      expect(efficacyZ).toBeCloseTo(Number(without[look]?.efficacyZ), 4)
      expect(futilityZ).toBeCloseTo(Number(without[look]?.futilityZ), 4)
    }
  })

  test.for([
    { alpha: 0, informationRatios: [1] },
    { alpha: 0.5, informationRatios: [1] },
    { alpha: 0.05, power: 0.05, informationRatios: [1] },
    { alpha: 0.05, power: 1, informationRatios: [1] },
    { alpha: 0.05, informationRatios: [] },
    { alpha: 0.05, informationRatios: [0, 1] },
    { alpha: 0.05, informationRatios: [0.5, 0.5, 1] },
    { alpha: 0.05, informationRatios: [0.5, 0.9] },
    { alpha: 0.05, informationRatios: [Number.NaN, 1] },
  ])('refuse %o', (wrong) => {
    expect(() => groupSequentialBounds(wrong)).toThrow(RangeError)
  })
})

describe('groupSequentialPower', () => {
  test('rises with the drift', () => {
    const informationRatios = [0.3, 0.7, 1]
    const bounds = groupSequentialBounds({ alpha: 0.05, informationRatios, futility: true })
    const powers = [0, 0.5, 1, 2, 3, 4, 8].map((drift) => groupSequentialPower(bounds, informationRatios, drift))
    expect(powers).toEqual(powers.toSorted((one, other) => one - other))
    expect(powers.at(-1)).toBeCloseTo(1, 4)
  })

  test('refuses ratios that do not rise to 1', () => {
    expect(() => groupSequentialPower([{ efficacyZ: 2 }], [0.9], 0)).toThrow(RangeError)
  })

  test('refuses bounds that are not as many as the looks', () => {
    expect(() => groupSequentialPower([{ efficacyZ: 2 }], [0.5, 1], 0)).toThrow(RangeError)
  })
})
