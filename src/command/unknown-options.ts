import { type Mistake, quoteValue } from '../domain/errors.ts'

/** A mistake for each of `given` that looks like an option; those that are `known` have been taken out before. */
export function unknownOptions(given: readonly string[], known: readonly string[]): Mistake[] {
  return given
    .filter((one) => one.startsWith('-'))
    .map((one) => ({ path: 'each option', expected: `one of ${known.join(', ')}`, got: quoteValue(one) }))
}
