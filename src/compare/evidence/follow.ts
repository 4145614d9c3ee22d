import type { MetricValues } from '../../domain/baseline.ts'
import type { BaselineMetric, Finding } from '../../domain/finding.ts'
import { smallestEffectRatio, steadyToleranceRatio } from './rule.ts'

/** What a metric is computed from or follows. */
interface Following {
  /** Metrics that are tested in its place. */
  tested: BaselineMetric[]
  /** Whether it may have something of its own to say, when it changed more or less than all of them. */
  mayDiffer: boolean
}

// Two tests of one fact are two chances to be wrong. Cost has something of its own to say when a cache or a price changed, model
// calls when some were repeated.
const followings: { [M in BaselineMetric]?: Following } = {
  totalTokens: { tested: ['inputTokens', 'outputTokens'], mayDiffer: false },
  costUsd: { tested: ['inputTokens', 'outputTokens'], mayDiffer: true },
  modelCalls: { tested: ['steps'], mayDiffer: true },
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
  if (following === undefined || following.mayDiffer) return false
  return following.tested.every((part) => values[part] !== undefined)
}

/** Whether others of `compared` are tested in the place of `metric`, as long as it has nothing of its own to say. */
export function isFollowing(metric: BaselineMetric, compared: readonly BaselineMetric[]): boolean {
  const tested = followings[metric]?.tested ?? []
  return tested.length > 0 && tested.every((part) => compared.includes(part))
}

/** `finding` with the status of what was tested in its place, where that is among `all` and it has nothing of its own to say. */
export function followed(finding: Finding, all: readonly Finding[]): Finding {
  const following = followings[finding.metric]
  if (following === undefined || finding.baseline === undefined) return finding
  const parts = all.filter(({ metric, baseline }) => following.tested.includes(metric) && baseline !== undefined)
  if (parts.length < following.tested.length || (following.mayDiffer && !isInStep(finding, parts))) return finding
  const { p: _untested, ...rest } = finding
  return { ...rest, status: statusOf(finding, parts), follows: following.tested }
}

// A sum of parts at fixed prices changes by no less than one of them and no more than another.
function isInStep({ changeRatio }: Finding, parts: readonly Finding[]): boolean {
  const changes = parts.flatMap((part) => part.changeRatio ?? [])
  if (changeRatio === undefined || changes.length < parts.length)
    return changeRatio === undefined && changes.length === 0
  const least = (1 + Math.min(...changes)) * (1 - steadyToleranceRatio)
  const most = (1 + Math.max(...changes)) * (1 + steadyToleranceRatio)
  return 1 + changeRatio >= least && 1 + changeRatio <= most
}

function statusOf({ metric, changeRatio = 0 }: Finding, parts: readonly Finding[]): Finding['status'] {
  const has = (status: Finding['status']) => parts.some((part) => part.status === status)
  const isSteady = parts.every(({ p }) => p === undefined)
  const smallest = isSteady ? steadyToleranceRatio : smallestEffectRatio(metric, Number.POSITIVE_INFINITY)
  if (has('worse') && changeRatio > smallest) return 'worse'
  if (has('better') && changeRatio < -smallest) return 'better'
  return has('unclear') && changeRatio > smallest ? 'unclear' : 'same'
}
