import { probabilitiesFromRatios } from './probability.ts'

/** How often something failed. */
export interface Failures {
  /** A whole number from 0 to `trials`. */
  failures: number
  /** A whole number from 0. */
  trials: number
}

/**
 * The p-value, from 0 to 1, of Fisher's exact test that the candidate fails more often than the baseline: the
 * probability of at least as many failures in the candidate when all failures fall on the trials by chance.
 *
 * R. A. Fisher, "The Logic of Inductive Inference", Journal of the Royal Statistical Society 98 (1935).
 *
 * @throws {RangeError} when a count is not a whole number, or there are more failures than trials
 */
export function fisherTest(candidate: Failures, baseline: Failures): number {
  requireCounts(candidate)
  requireCounts(baseline)
  const failures = candidate.failures + baseline.failures
  const successes = candidate.trials + baseline.trials - failures
  const fewest = Math.max(0, failures - baseline.trials)
  const most = Math.min(failures, candidate.trials)
  const probabilities = probabilitiesFromRatios(most - fewest, (outcome) => {
    const own = fewest + outcome
    return ((failures - own + 1) * (candidate.trials - own + 1)) / (own * (successes - candidate.trials + own))
  })
  const tail = probabilities.subarray(candidate.failures - fewest)
  // From the far end, so that the smallest are added first.
  return Math.min(
    1,
    tail.reduceRight((total, probability) => total + probability, 0),
  )
}

function requireCounts({ failures, trials }: Failures): void {
  if (Number.isInteger(failures) && Number.isInteger(trials) && failures >= 0 && failures <= trials) return
  throw new RangeError(`expected whole numbers with failures from 0 to the trials, got ${failures} of ${trials}`)
}
