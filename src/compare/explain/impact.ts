import { type Baseline, type Comparability, isLogarithmic, type MetricValues } from '../../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import type { CaseChange, Impact } from '../../domain/impact.ts'
import { locationOf } from '../../domain/spread.ts'
import { fisherTest } from '../../stats/fisher.ts'
import { mean } from '../../stats/moments.ts'
import { studentUpperTail } from '../../stats/student.ts'
import { type Contest, contestOf, pool, shiftOfRatio } from '../evidence/contest.ts'
import { failuresOf } from '../evidence/success.ts'
import { reasonsOf } from './reasons.ts'

/** An execution, as far as it has to be known to be explained. */
export interface Explained {
  findings: readonly Finding[]
  values: MetricValues
  /** Values that are never judged. */
  explaining: MetricValues
  comparability: Comparability
  /** Names of the cases, by position. */
  caseNames: readonly string[]
}

// Where several metrics tell the same story, the one that people ask for first.
const stories: readonly (readonly BaselineMetric[])[] = [
  ['workingMs', 'workingPerOutputTokenMs', 'ttftMs'],
  ['costUsd', 'totalTokens', 'inputTokens', 'outputTokens', 'steps', 'modelCalls', 'toolCalls'],
  ['successRatio'],
]

/** What the worsenings of an execution hit, and what changed with them: one for time, one for money, one for success and scores. */
export function impactsOf(explained: Explained, baseline: Baseline): Impact[] {
  return mainWorsenings(explained.findings).map((metric) => ({
    metric,
    ...casesOf(metric, explained, baseline),
    reasons: reasonsOf(metric, explained, baseline),
  }))
}

function mainWorsenings(findings: readonly Finding[]): BaselineMetric[] {
  const worse = findings.filter(({ status }) => status === 'worse' || status === 'accepted')
  const told = stories.flatMap((story) => story.find((metric) => worse.some((one) => one.metric === metric)) ?? [])
  const scores = worse
    .filter(({ metric }) => metric.startsWith('scores.'))
    .sort((one, other) => (one.changeRatio ?? 0) - (other.changeRatio ?? 0))
  const [score] = scores
  return score === undefined || told.includes('successRatio') ? told : [...told, score.metric]
}

// Of ten cases that did not change, one is named in a tenth of the regressions.
const caseRate = 0.01
// A case that changed by less is not worth its name.
const smallestRatio = 0.1

function casesOf(metric: BaselineMetric, { values, comparability, caseNames }: Explained, baseline: Baseline) {
  const own = values[metric]
  const contest = own === undefined ? undefined : contestOf(metric, own, comparability, baseline)
  if (contest === undefined || 'status' in contest || contest.layout === undefined) return { cases: 0, worse: [] }
  const worse = contest.cases.flatMap((position, index) => {
    const found = changeOf(contest, index)
    return found === undefined ? [] : [{ name: caseNames[position] ?? '', ...found }]
  })
  const size = ({ shift }: (typeof worse)[number]) => shift
  return {
    cases: contest.cases.length,
    worse: worse.sort((one, other) => size(other) - size(one)).map(({ shift: _, ...one }): CaseChange => one),
  }
}

/** How the case at `index` of `contest` got worse; absent when it did not, or noise could have done it. */
function changeOf(contest: Contest, index: number): (Omit<CaseChange, 'name'> & { shift: number }) | undefined {
  const { metric, values, past, logarithmic } = contest
  const own = values[index] ?? []
  const before = pool(past)[index] ?? []
  if (own.length === 0 || before.length === 0) return undefined
  const shift = shiftOfCase(contest, index, own, before)
  if (shift <= shiftOfRatio(contest, smallestRatio) || chanceOf(contest, index, shift, own, before) >= caseRate)
    return undefined
  const where = (all: readonly number[]) => locate(metric, all, logarithmic)
  return { shift, before: where(before), after: where(own) }
}

function shiftOfCase({ metric, layout }: Contest, index: number, own: readonly number[], before: readonly number[]) {
  if (metric === 'successRatio') return 1 - mean(own) / (mean(before) || 1)
  return locationOf(layout?.candidate[index] ?? [], layout?.logarithmic ?? false)
}

/** Probability that noise alone makes a case this much worse. */
function chanceOf(
  { metric, noise, layout }: Contest,
  index: number,
  shift: number,
  own: readonly number[],
  before: readonly number[],
): number {
  if (metric === 'successRatio') return fisherTest(failuresOf(own), failuresOf(before))
  if (noise === undefined || layout === undefined) return 1
  const runs =
    noise.values.variance * noise.designEffect * (1 / (layout.candidate[index]?.length ?? 1) + 1 / before.length)
  const error = Math.sqrt(runs + noise.drift.variance * (1 + 1 / noise.executions))
  return error === 0 ? 0 : studentUpperTail(shift / error, noise.values.degrees)
}

function locate(metric: BaselineMetric, values: readonly number[], logarithmic: boolean): number {
  if (!logarithmic || !isLogarithmic(metric, [[...values]])) return mean(values)
  return Math.exp(locationOf(values.map(Math.log), true))
}
