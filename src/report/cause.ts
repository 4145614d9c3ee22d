import { describeMetric } from '../compare/judge.ts'
import type { BaselineMetric, Finding } from '../domain/finding.ts'
import { formatCount } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { describeReasons } from './impact-line.ts'

// What an agent does, nearest to the reason first: more steps make more input, and that more cost and time.
const drivers = ['steps', 'modelCalls', 'toolCalls', 'inputTokens', 'outputTokens'] as const satisfies BaselineMetric[]
const explained: BaselineMetric[] = [...drivers, 'workingMs', 'ttftMs', 'totalTokens', 'costUsd']

/** What most likely lies behind the worsenings of `record`, in one sentence; absent when nothing got worse or can be told. */
export function likelyCause(record: ExecutionRecord): string | undefined {
  const { verdict } = record
  const known = describeReasons(record)
  if (known !== undefined) return known
  const found = new Map(verdict.findings.map((finding) => [finding.metric, finding]))
  const worse = (metric: BaselineMetric) => isWorse(found.get(metric))
  if (!explained.some(worse)) return undefined
  const changed = drivers.flatMap((metric) => {
    const finding = found.get(metric)
    return finding !== undefined && isWorse(finding) ? [finding] : []
  })
  if (changed.length > 0) return `${describeDrivers(changed)}.`
  if (!drivers.some((metric) => isJudged(found.get(metric)))) return undefined
  const same = 'Steps and tokens are as before'
  if (worse('costUsd')) return `${same}: the model, its price, or what comes from its cache has changed.`
  return `${same}: the same work takes longer, in the provider, in the network, in a tool or on this machine.`
}

function describeDrivers(changed: readonly Finding[]): string {
  const values = changed
    // Without retries every model call is a step, and saying it twice helps nobody.
    .filter(({ metric }) => metric !== 'modelCalls' || !changed.some((other) => other.metric === 'steps'))
    .map(({ metric, baseline, candidate }) => {
      const counts = [baseline?.location ?? 0, candidate.location].map(formatCount)
      return `${describeMetric(metric).label} ${counts.join(' → ')}`
    })
  const first = changed[0]?.metric
  const what =
    first === 'steps' || first === 'modelCalls'
      ? 'More model calls in a run'
      : first === 'toolCalls'
        ? 'More tool calls for as many model calls'
        : first === 'inputTokens'
          ? 'More input for as many model calls: the prompt, the tools or the history grew'
          : 'Longer answers for as many model calls'
  return `${what} (${values.join(', ')})`
}

function isWorse(finding: Finding | undefined): boolean {
  return finding?.status === 'worse' || finding?.status === 'accepted'
}

function isJudged(finding: Finding | undefined): boolean {
  return finding !== undefined && finding.status !== 'new' && finding.status !== 'notJudged'
}
