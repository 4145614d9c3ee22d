import type { MetricValues } from '../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../domain/finding.ts'
import { smallestEffectRatio, steadyToleranceRatio } from './rule.ts'

/** What a metric is computed from or follows. */
interface Following {
  /** Metrics that are tested in its place. */
  tested: BaselineMetric[]
  /** The metric that it keeps step with as long as it says nothing of its own; absent when it never does. */
  inStepWith?: BaselineMetric | undefined
}

// Two tests of one fact are two chances to be wrong. Cost has something of its own to say when a cache or a price changed, model
// calls when some were repeated.
const followings: { [M in BaselineMetric]?: Following } = {
  totalTokens: { tested: ['inputTokens', 'outputTokens'] },
  costUsd: { tested: ['inputTokens', 'outputTokens'], inStepWith: 'totalTokens' },
  modelCalls: { tested: ['steps'], inStepWith: 'steps' },
}

/** Metrics whose worsening says that of `metric`, too; empty when it stands for itself. */
export function partsOf(metric: BaselineMetric): BaselineMetric[] {
  return metric === 'workingPerOutputTokenMs' ? ['workingMs'] : (followings[metric]?.tested ?? [])
}

/** Metrics that `metric` is told with when both got worse, so that one change of the agent is one regression. */
export function toldWith(metric: BaselineMetric): BaselineMetric[] {
  return metric === 'toolCalls' ? ['steps'] : partsOf(metric)
}

/** Whether `metric` is only the sum of others in `values`, so that it is never tested. */
export function isSum(metric: BaselineMetric, values: MetricValues): boolean {
  const following = followings[metric]
  if (following === undefined || following.inStepWith !== undefined) return false
  return following.tested.every((part) => values[part] !== undefined)
}

/** `finding` with the status of what was tested in its place, where that is among `all` and it has nothing of its own to say. */
export function followed(finding: Finding, all: readonly Finding[]): Finding {
  const following = followings[finding.metric]
  if (following === undefined || finding.baseline === undefined) return finding
  const parts = all.filter(({ metric, baseline }) => following.tested.includes(metric) && baseline !== undefined)
  if (parts.length < following.tested.length || !isInStep(finding, following, all)) return finding
  const { p: _untested, ...rest } = finding
  return { ...rest, status: statusOf(finding, parts), follows: following.tested }
}

function isInStep({ changeRatio }: Finding, { inStepWith }: Following, all: readonly Finding[]): boolean {
  if (inStepWith === undefined) return true
  const other = all.find(({ metric }) => metric === inStepWith)?.changeRatio
  if (changeRatio === undefined || other === undefined) return changeRatio === other
  return Math.abs((1 + changeRatio) / (1 + other) - 1) <= steadyToleranceRatio
}

function statusOf({ metric, changeRatio = 0 }: Finding, parts: readonly Finding[]): Finding['status'] {
  const has = (status: Finding['status']) => parts.some((part) => part.status === status)
  const isSteady = parts.every(({ p }) => p === undefined)
  const smallest = isSteady ? steadyToleranceRatio : smallestEffectRatio(metric, Number.POSITIVE_INFINITY)
  if (has('worse') && changeRatio > smallest) return 'worse'
  if (has('better') && changeRatio < -smallest) return 'better'
  return has('unclear') && changeRatio > smallest ? 'unclear' : 'same'
}
