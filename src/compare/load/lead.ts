import { metrics } from '../../domain/metric.ts'
import { isTimed, outcomeAt, type Samples } from '../../domain/sample.ts'
import { type Lead, type LeadMetric, leadMetrics } from '../../domain/sweep.ts'
import { fisherTest } from '../../stats/fisher.ts'
import { holmAdjusted } from '../../stats/holm.ts'
import { mean } from '../../stats/moments.ts'
import { rankTest } from '../../stats/rank-test.ts'

const realP = 0.05

/**
 * Which of `levels` is the best by each metric, held against the next best. Values count by how far they lie from where their case
 * lies in both, so that cases are not mixed up: the aligned rank test of J. L. Hodges & E. L. Lehmann, Annals of Mathematical
 * Statistics 33 (1962). The best of several is chosen by what it is tested on, which makes a lead by chance likelier; so p is
 * adjusted for every other level, and by Holm for the metrics.
 */
export function leadsOf(levels: readonly Samples[]): Lead[] {
  if (levels.length < 2) return []
  const found = leadMetrics.flatMap((metric) => leadBy(metric, levels) ?? [])
  const adjusted = holmAdjusted(found.map(({ p }) => Math.min(1, p * (levels.length - 1))))
  return found.map((lead, position) => {
    const p = adjusted[position] ?? 1
    return { ...lead, p, isReal: p < realP }
  })
}

interface Standing {
  position: number
  value: number
}

function leadBy(metric: LeadMetric, levels: readonly Samples[]): Omit<Lead, 'isReal'> | undefined {
  const sign = metric === 'successRatio' ? -1 : 1
  const standings = levels.flatMap((samples, position): Standing[] => {
    const values = valuesOf(metric, samples)
    return values.length === 0 ? [] : [{ position, value: mean(values.map(({ value }) => value)) }]
  })
  const [best, next] = standings.sort((a, b) => sign * (a.value - b.value))
  const [own, other] = [levels[best?.position ?? -1], levels[next?.position ?? -1]]
  if (best === undefined || next === undefined || own === undefined || other === undefined) return undefined
  if (metric === 'successRatio') {
    const p = fisherTest(failuresIn(other), failuresIn(own))
    return { metric, best: best.position, next: next.position, changeRatio: best.value - next.value, p }
  }
  if (next.value === 0) return undefined
  const [values, others] = aligned(valuesOf(metric, own), valuesOf(metric, other))
  const { p } = rankTest(values, others, 'less')
  return { metric, best: best.position, next: next.position, changeRatio: best.value / next.value - 1, p }
}

interface CaseValue {
  caseIndex: number
  value: number
}

function valuesOf(metric: LeadMetric, samples: Samples): CaseValue[] {
  return Array.from({ length: samples.length }, (_, index) => index).flatMap((index) => {
    const value = readRun(metric, samples, index)
    return value === undefined ? [] : [{ caseIndex: samples.caseIndex[index] ?? 0, value }]
  })
}

function readRun(metric: LeadMetric, samples: Samples, index: number): number | undefined {
  if (metric === 'successRatio')
    return outcomeAt(samples, index) === 'infrastructure' ? undefined : Number(outcomeAt(samples, index) === 'ok')
  return isTimed(samples, index) ? metrics[metric].read(samples, index) : undefined
}

function failuresIn(samples: Samples): { failures: number; trials: number } {
  const judged = valuesOf('successRatio', samples)
  return { failures: judged.filter(({ value }) => value === 0).length, trials: judged.length }
}

function aligned(own: readonly CaseValue[], other: readonly CaseValue[]): [number[], number[]] {
  const centres = new Map<number, number>()
  for (const [caseIndex, values] of Map.groupBy([...own, ...other], (one) => one.caseIndex))
    centres.set(caseIndex, mean(values.map(({ value }) => value)))
  const centred = (values: readonly CaseValue[]) =>
    values.map(({ caseIndex, value }) => value - (centres.get(caseIndex) ?? 0))
  return [centred(own), centred(other)]
}
