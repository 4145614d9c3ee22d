import { statistics } from './distribution.ts'
import { metrics } from './metric.ts'
import type { MetricName } from './metric-name.ts'
import type { Thresholds } from './threshold.ts'

/** What answers that are replayed cannot tell: times that models have a part in. */
export const untoldByReplay: readonly MetricName[] = [
  'latencyMs',
  'responseTimeMs',
  'workingPerOutputTokenMs',
  'waitingMs',
  'modelMs',
  'ttftMs',
  'modelTtftMs',
  'interTokenLatencyMs',
  'outputTokensPerSecond',
  'runsPerSecond',
]

/** `thresholds` without those on what a replay cannot tell. */
export function toldByReplay(thresholds: Thresholds): Thresholds {
  return Object.fromEntries(Object.entries(thresholds).filter(([name]) => !isUntold(name)))
}

/** What of `thresholds` a replay cannot tell, in words: `latency p95`. */
export function untoldThresholds(thresholds: Thresholds): string[] {
  return Object.entries(thresholds).flatMap(([name, bounds]) => {
    if (!isUntold(name) || bounds === undefined) return []
    const { label } = metrics[name]
    if (typeof bounds === 'number') return [label]
    return statistics.flatMap((statistic) =>
      Reflect.get(bounds, statistic) === undefined ? [] : [`${label} ${statistic}`],
    )
  })
}

function isUntold(name: string): name is MetricName {
  return untoldByReplay.some((one) => one === name)
}
