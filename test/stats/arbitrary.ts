import fc from 'fast-check'

/** A measurement as the property tests draw it: up to a million either way, in steps that can tie. */
export const measurement: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.fround(value)),
)

/** A sample of at least `minLength` measurements. */
export function sample(minLength: number, maxLength = 60): fc.Arbitrary<number[]> {
  return fc.array(measurement, { minLength, maxLength })
}
