import type { BaselineLine } from '../domain/finding.ts'
import { fisherTest } from '../stats/fisher.ts'
import { probabilitiesFromRatios } from '../stats/probability.ts'
import type { Evidence, Rule } from './evidence.ts'

/** What chance alone could do to the success of `candidate`, by Fisher's exact test on its failures and those of `baseline`. */
export function successEvidence(candidate: BaselineLine, baseline: BaselineLine, rule: Rule): Evidence {
  const own = failuresOf(candidate)
  const other = failuresOf(baseline)
  return {
    worse: fisherTest(own, other),
    better: fisherTest(other, own),
    detectableRatio: detectableRatio(candidate.n, baseline, rule),
  }
}

function failuresOf({ n, location }: BaselineLine): { failures: number; trials: number } {
  return { failures: Math.round(n * (1 - location)), trials: n }
}

/** The smallest drop that would be found in the wanted share of executions with `runs` runs; absent when none would. */
function detectableRatio(runs: number, baseline: BaselineLine, rule: Rule): number | undefined {
  if (baseline.location <= 0) return undefined
  const needed = failuresToBeFound(runs, baseline, rule)
  if (needed === undefined) return undefined
  let low = 0
  let high = 1
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (probabilityOfAtLeast(needed, runs, middle) < rule.powerRatio) low = middle
    else high = middle
  }
  return 1 - (1 - high) / baseline.location
}

/** The fewest failures in `runs` that are a regression; absent when not even all are. */
function failuresToBeFound(runs: number, baseline: BaselineLine, rule: Rule): number | undefined {
  const other = failuresOf(baseline)
  const isFound = (failures: number) =>
    1 - (1 - failures / runs) / baseline.location > rule.smallestEffectRatio &&
    fisherTest({ failures, trials: runs }, other) < rule.falseAlarmRate
  if (!isFound(runs)) return undefined
  let least = 0
  let enough = runs
  while (enough - least > 1) {
    const middle = Math.floor((least + enough) / 2)
    if (isFound(middle)) enough = middle
    else least = middle
  }
  return enough
}

/** Of a binomial number of failures. */
function probabilityOfAtLeast(failures: number, runs: number, ratio: number): number {
  if (ratio >= 1) return 1
  const odds = ratio / (1 - ratio)
  const each = probabilitiesFromRatios(runs, (outcome) => ((runs - outcome + 1) / outcome) * odds)
  return each.subarray(failures).reduceRight((sum, probability) => sum + probability, 0)
}
