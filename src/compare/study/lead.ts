import { metrics } from '../../domain/metric.ts'
import { isTimed, outcomeAt, type Samples } from '../../domain/sample.ts'
import { type Lead, type LeadMetric, leadMetrics } from '../../domain/study/sweep.ts'
import { alignedRankTest } from '../../stats/aligned-rank-test.ts'
import { fisherTest } from '../../stats/fisher.ts'
import { holmAdjusted } from '../../stats/holm.ts'
import { mean } from '../../stats/moments.ts'

const realP = 0.05

/**
 * Which of `levels` is the best by each metric, held against the next best. What is fast or cheap and fails is
 * no lead: by time, tokens and cost the best is one that does not fail more often than the most reliable one. Cases are not mixed up: levels stand by what they come to in the cases that all of them know, and are told apart by the aligned rank test, which holds each case against itself. The best is
 * chosen by what it is tested on, so that p is that of both sides; then the best of several needs no more to be the best, see K. Hung &
 * W. Fithian, "Rank Verification for Exponential Families", Annals of Statistics 47 (2019). It is adjusted by Holm for the metrics.
 */
export function leadsOf(levels: readonly Samples[]): Lead[] {
  if (levels.length < 2) return []
  const bySuccess = standingsBySuccess(levels)
  const [first] = bySuccess
  const failing = bySuccess.filter((one) => first !== undefined && successTest(one, first) < realP)
  const mayNotLead = new Set(failing.map(({ position }) => position))
  const found = leadMetrics.flatMap((metric) =>
    metric === 'successRatio' ? (leadBySuccess(bySuccess) ?? []) : (leadBy(metric, levels, mayNotLead) ?? []),
  )
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

/** A lead with the p of one side. */
type Tested = Omit<Lead, 'isReal'>

function leadBySuccess([best, next]: readonly Standing[]): Tested | undefined {
  if (best === undefined || next === undefined) return undefined
  const changeRatio = best.value - next.value
  return { metric: 'successRatio', best: best.position, next: next.position, changeRatio, p: successTest(next, best) }
}

/** The p-value that `one` fails no more often than `other`. */
function successTest(one: Standing, other: Standing): number {
  return fisherTest(failuresIn(one.cases), failuresIn(other.cases))
}

function leadBy(metric: LeadMetric, levels: readonly Samples[], mayNotLead: ReadonlySet<number>): Tested | undefined {
  const standings = standingsBy(metric, levels)
  const first = standings.findIndex(({ position }) => !mayNotLead.has(position))
  const [best, next] = first < 0 ? [] : standings.slice(first)
  if (best === undefined || next === undefined || next.value === 0) return undefined
  const blocks = [...best.cases].map(([caseIndex, candidate]) => ({
    candidate,
    baseline: next.cases.get(caseIndex) ?? [],
  }))
  const changeRatio = best.value / next.value - 1
  return { metric, best: best.position, next: next.position, changeRatio, p: alignedRankTest(blocks) }
}

function standingsBySuccess(levels: readonly Samples[]): Standing[] {
  return inCommon(valuesOf('successRatio', levels))
    .map(({ position, cases }) => ({ position, cases, value: mean([...cases.values()].flat()) }))
    .sort((a, b) => b.value - a.value)
}

function standingsBy(metric: LeadMetric, levels: readonly Samples[]): Standing[] {
  return inCommon(valuesOf(metric, levels))
    .map((one) => ({ ...one, value: mean([...one.cases.values()].map(mean)) }))
    .sort((a, b) => a.value - b.value)
}

type Known = Omit<Standing, 'value'>

/** `known`, with the cases that all of them know; none without any. */
function inCommon(known: readonly Known[]): Known[] {
  const [first] = known
  const common = [...(first?.cases.keys() ?? [])].filter((one) => known.every(({ cases }) => cases.has(one)))
  if (common.length === 0) return []
  return known.map(({ position, cases }) => ({
    position,
    cases: new Map(common.map((one) => [one, cases.get(one) ?? []])),
  }))
}

/** Levels that know values of `metric`. */
function valuesOf(metric: LeadMetric, levels: readonly Samples[]): Known[] {
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
