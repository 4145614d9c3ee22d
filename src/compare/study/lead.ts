import { metrics } from '../../domain/metric.ts'
import { isTimed, outcomeAt, type Samples } from '../../domain/sample.ts'
import { type Lead, type LeadMetric, leadMetrics } from '../../domain/study/sweep.ts'
import { alignedRankTest } from '../../stats/aligned-rank-test.ts'
import { fisherTest } from '../../stats/fisher.ts'
import { holmAdjusted } from '../../stats/holm.ts'
import { mean } from '../../stats/moments.ts'

const realP = 0.05

/**
 * Which of `levels` is the best by each metric, held against the next best. Cases are not mixed up: levels stand by what they come to
 * in the cases that all of them know, and are told apart by the aligned rank test, which holds each case against itself. The best is
 * chosen by what it is tested on, so that p is that of both sides; then the best of several needs no more to be the best, see K. Hung &
 * W. Fithian, "Rank Verification for Exponential Families", Annals of Statistics 47 (2019). It is adjusted by Holm for the metrics.
 */
export function leadsOf(levels: readonly Samples[]): Lead[] {
  if (levels.length < 2) return []
  const found = leadMetrics.flatMap((metric) => leadBy(metric, levels) ?? [])
  const adjusted = holmAdjusted(found.map(({ p }) => Math.min(1, 2 * p)))
  return found.map((lead, position) => {
    const p = adjusted[position] ?? 1
    return { ...lead, p, isReal: p < realP }
  })
}

/** Values of a level by case. */
type Cases = Map<number, number[]>

interface Standing {
  position: number
  value: number
  cases: Cases
}

/** The lead by `metric`, with the p of one side. */
function leadBy(metric: LeadMetric, levels: readonly Samples[]): Omit<Lead, 'isReal'> | undefined {
  const [best, next] = metric === 'successRatio' ? standingsBySuccess(levels) : standingsBy(metric, levels)
  if (best === undefined || next === undefined) return undefined
  const lead = { metric, best: best.position, next: next.position }
  if (metric === 'successRatio')
    return {
      ...lead,
      changeRatio: best.value - next.value,
      p: fisherTest(failuresIn(next.cases), failuresIn(best.cases)),
    }
  if (next.value === 0) return undefined
  const blocks = [...best.cases].map(([caseIndex, candidate]) => ({
    candidate,
    baseline: next.cases.get(caseIndex) ?? [],
  }))
  return { ...lead, changeRatio: best.value / next.value - 1, p: alignedRankTest(blocks) }
}

function standingsBySuccess(levels: readonly Samples[]): Standing[] {
  return valuesOf('successRatio', levels)
    .map(({ position, cases }) => ({ position, cases, value: mean([...cases.values()].flat()) }))
    .sort((a, b) => b.value - a.value)
}

function standingsBy(metric: LeadMetric, levels: readonly Samples[]): Standing[] {
  const known = valuesOf(metric, levels)
  const [first] = known
  const common = [...(first?.cases.keys() ?? [])].filter((one) => known.every(({ cases }) => cases.has(one)))
  if (common.length === 0) return []
  const inCommon = (cases: Cases) => new Map(common.map((one) => [one, cases.get(one) ?? []]))
  return known
    .map(({ position, cases }) => ({ position, cases: inCommon(cases) }))
    .map((one) => ({ ...one, value: mean([...one.cases.values()].map(mean)) }))
    .sort((a, b) => a.value - b.value)
}

/** Levels that know values of `metric`. */
function valuesOf(metric: LeadMetric, levels: readonly Samples[]): Omit<Standing, 'value'>[] {
  return levels.flatMap((samples, position) => {
    const cases: Cases = new Map()
    for (let index = 0; index < samples.length; index++) {
      const value = readRun(metric, samples, index)
      if (value === undefined) continue
      const caseIndex = samples.caseIndex[index] ?? 0
      const values = cases.get(caseIndex)
      if (values === undefined) cases.set(caseIndex, [value])
      else values.push(value)
    }
    return cases.size === 0 ? [] : [{ position, cases }]
  })
}

function readRun(metric: LeadMetric, samples: Samples, index: number): number | undefined {
  if (metric === 'successRatio')
    return outcomeAt(samples, index) === 'infrastructure' ? undefined : Number(outcomeAt(samples, index) === 'ok')
  return isTimed(samples, index) ? metrics[metric].read(samples, index) : undefined
}

function failuresIn(cases: Cases): { failures: number; trials: number } {
  const judged = [...cases.values()].flat()
  return { failures: judged.filter((value) => value === 0).length, trials: judged.length }
}
