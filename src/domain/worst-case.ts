import { formatValue } from './format.ts'
import type { Metric } from './metric-kind.ts'
import type { DistributionMetricName } from './metric-name.ts'
import type { GroupSummary } from './summary.ts'

/** Whether `value` lies beyond `bound` on the side that is worse. */
export function isWorse(better: Metric['better'], value: number, bound: number): boolean {
  return better === 'lower' ? value > bound : value < bound
}

/** Which of `cases` has the worst mean of the metric `name`, in one sentence; absent when fewer than two have one. */
export function nameWorstCase(
  name: DistributionMetricName,
  cases: readonly GroupSummary[],
  { better, unit }: Pick<Metric, 'better' | 'unit'>,
): string | undefined {
  const known = cases.flatMap((one) => {
    const mean = one.metrics[name]?.mean
    return mean === undefined ? [] : [{ name: one.name, mean }]
  })
  if (known.length < 2) return undefined
  const worst = known.reduce((most, one) => (isWorse(better, one.mean, most.mean) ? one : most))
  return `The worst case is "${worst.name}" (mean ${formatValue(unit, worst.mean)}).`
}
