import { probabilitiesFromRatios } from '../../../stats/probability.ts'

/** The probability of `hits` or more out of `n` where each comes about with `share`, from 0 to below 1. */
export function binomialUpperTail(hits: number, n: number, share: number): number {
  const odds = share / (1 - share)
  const probabilities = probabilitiesFromRatios(n, (outcome) => ((n - outcome + 1) / outcome) * odds)
  return probabilities.subarray(hits).reduce((sum, one) => sum + one, 0)
}
