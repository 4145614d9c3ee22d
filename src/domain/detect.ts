import type { comparedMetrics } from './baseline.ts'
import type { BaselineMetric } from './finding.ts'

/**
 * The worsening that should be found, by metric, as a share of the baseline: 0.2 is a fifth more, or a fifth less where higher is
 * better. `latencyMs` is compared as working time: a rate limit is no regression.
 */
export type Detect = { [M in DetectName]?: number | undefined } & {
  /** Scores by name. */
  scores?: Record<string, number> | undefined
}

/** Name of a metric that {@link Detect} takes. */
export type DetectName = (typeof detectNames)[number]

type Compared = Exclude<(typeof comparedMetrics)[number], 'workingMs' | 'workingPerOutputTokenMs'>

/** Names that {@link Detect} takes, besides scores. */
export const detectNames = [
  'latencyMs',
  'ttftMs',
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'steps',
  'modelCalls',
  'toolCalls',
  'costUsd',
  'successRatio',
] as const satisfies readonly (Compared | 'latencyMs' | 'successRatio')[]

/** What `detect` asks for, by the names under which metrics are compared. */
export function askedRatios({ scores = {}, ...named }: Detect): Map<BaselineMetric, number> {
  const asked = new Map<BaselineMetric, number>()
  for (const name of detectNames) {
    const ratio = named[name]
    if (ratio !== undefined) asked.set(name === 'latencyMs' ? 'workingMs' : name, ratio)
  }
  // Latency is tested by output token, too, where that tells more.
  const ofLatency = asked.get('workingMs')
  if (ofLatency !== undefined) asked.set('workingPerOutputTokenMs', ofLatency)
  for (const [name, ratio] of Object.entries(scores)) asked.set(`scores.${name}`, ratio)
  return asked
}
