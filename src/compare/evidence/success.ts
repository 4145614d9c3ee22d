import { type Failures, fisherTest } from '../../stats/fisher.ts'
import { probabilitiesFromRatios } from '../../stats/probability.ts'
import { risesToZero } from '../../stats/root.ts'
import type { CaseEvidence, CasesEvidence } from './by-case.ts'

/**
 * What chance alone could do to the failures of `own` against those of `other`, by Fisher's exact test of all of them and of
 * each case by itself, so that one dead case of forty is seen. The p of a case is multiplied by the number of cases (Bonferroni), and
 * that of all of them and of each is doubled.
 *
 * @param own failures of the candidate by case
 * @param other those of the baseline by case; a single row when only their sum is known
 */
export function successEvidence(own: readonly Failures[], other: readonly Failures[]): CasesEvidence {
  const all = { own: sumOf(own), other: sumOf(other) }
  const worse = fisherTest(all.own, all.other)
  const better = fisherTest(all.other, all.own)
  if (own.length < 2 || other.length !== own.length) return { worse, better, cases: [] }
  const cases = own.map((one, position): CaseEvidence => {
    const past = other[position] ?? sumOf([])
    const alone = one.trials === 0 || past.trials === 0 ? 1 : fisherTest(one, past)
    return { position, ratio: dropRatio(one, past), alone, worse: Math.min(1, 2 * alone * own.length) }
  })
  return { worse: Math.min(1, 2 * worse), better, cases }
}

function dropRatio(own: Failures, other: Failures): number {
  // What never succeeded, or was not run, has not fallen.
  if (own.trials === 0 || other.failures === other.trials) return 0
  return 1 - (1 - own.failures / own.trials) / (1 - other.failures / other.trials)
}

/** The failures of runs that are 1 for each that was ok, and 0 for each other. */
export function failuresOf(values: readonly number[]): Failures {
  return { failures: values.filter((value) => value === 0).length, trials: values.length }
}

/** The failures behind a line of success, which kept only their share. */
export function countedFailures({ n, location }: { n: number; location: number }): Failures {
  return { failures: Math.round(n * (1 - location)), trials: n }
}

/** The sum of `counts`. */
export function sumOf(counts: readonly Failures[]): Failures {
  return {
    failures: counts.reduce((sum, { failures }) => sum + failures, 0),
    trials: counts.reduce((sum, { trials }) => sum + trials, 0),
  }
}

/** The two steps in which a drop of success is found, and what is found at each. */
export interface SuccessSteps {
  planned: number
  /** 0 when there is no second step. */
  fresh: number
  isSuspect: (failures: number, trials: number) => boolean
  isFound: (failures: number, trials: number) => boolean
  /** The share of executions that end before the first step does, and find nothing. @default none */
  lost?: ((failureRatio: number) => number) | undefined
}

/** The smallest failure ratio that would be found in `powerRatio` of executions; absent when none would. */
export function detectableFailures(steps: SuccessSteps, powerRatio: number): number | undefined {
  const found = foundFailures(steps)
  if (found === undefined) return undefined
  return risesToZero((failureRatio) => found(failureRatio) - powerRatio, 0, 1, 1e-10)
}

/** The share of executions in which a failure ratio is found; absent when not even failing always would be. */
export function foundFailures(steps: SuccessSteps): ((failureRatio: number) => number) | undefined {
  const suspect = fewest(steps.planned, (failures) => steps.isSuspect(failures, steps.planned))
  const all = steps.planned + steps.fresh
  const found = fewest(all, (failures) => steps.isFound(failures, all))
  if (suspect === undefined || found === undefined) return undefined
  return (failureRatio) => probabilityOfBoth(steps, suspect, found, failureRatio) - (steps.lost?.(failureRatio) ?? 0)
}

/** The fewest failures for which `holds`; absent when not even `trials` do. */
function fewest(trials: number, holds: (failures: number) => boolean): number | undefined {
  if (!holds(trials)) return undefined
  let least = 0
  let enough = trials
  while (enough - least > 1) {
    const middle = Math.floor((least + enough) / 2)
    if (holds(middle)) enough = middle
    else least = middle
  }
  return enough
}

/** Of at least `suspect` failures among the planned runs, and `found` among all. */
function probabilityOfBoth({ planned, fresh }: SuccessSteps, suspect: number, found: number, ratio: number): number {
  if (ratio >= 1) return 1
  const first = binomial(planned, ratio)
  // Of at least so many failures among the fresh runs.
  const second = binomial(fresh, ratio)
  for (let failures = fresh; failures > 0; failures--)
    second[failures - 1] = (second[failures - 1] ?? 0) + (second[failures] ?? 0)
  let total = 0
  for (let failures = suspect; failures <= planned; failures++)
    total += (first[failures] ?? 0) * (second[Math.max(0, found - failures)] ?? 0)
  return total
}

/** The probabilities of 0 to `trials` failures, each with the probability `ratio` below 1. */
export function binomial(trials: number, ratio: number): Float64Array {
  const odds = ratio / (1 - ratio)
  return probabilitiesFromRatios(trials, (outcome) => ((trials - outcome + 1) / outcome) * odds)
}
