import type { Distribution } from '../domain/distribution.ts'
import { formatRatio } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { oneLine } from './text.ts'

/** A part of the time of a scenario's runs. */
export interface TimeShare {
  kind: 'model' | 'tools' | 'tool' | 'backOff' | 'phase'
  /** How it is called: `model calls`, or the name of the tool or phase. */
  name: string
  /** Its time / the latency of all runs. Parts may lie inside one another. */
  shareRatio: number
  /** How often it happened; absent for what is not counted one by one. */
  count?: number | undefined
  failures?: number | undefined
  /** Of one time; of one run for what is not counted one by one. */
  durationMs: Distribution
  cpuMs?: Distribution | undefined
  heapGrowthBytes?: Distribution | undefined
}

const sums = [
  { metric: 'modelMs', kind: 'model', name: 'model calls' },
  { metric: 'toolMs', kind: 'tools', name: 'tools' },
  { metric: 'waitingMs', kind: 'backOff', name: 'back-off' },
] as const

/** Where the time of the runs of `record` went: model calls, tools, back-off, then phases; nothing where nobody told. */
export function timeSharesOf({ summary }: ExecutionRecord): TimeShare[] {
  const { latencyMs } = summary.metrics
  if (latencyMs === undefined || latencyMs.mean === 0) return []
  const whole = latencyMs.mean * latencyMs.n
  const shares = sums.flatMap(({ metric, kind, name }): TimeShare[] => {
    const durationMs = summary.metrics[metric]
    if (durationMs === undefined || durationMs.max === 0) return []
    const share: TimeShare = { kind, name, shareRatio: (durationMs.mean * durationMs.n) / whole, durationMs }
    return kind === 'tools' ? [share, ...summary.tools.map((tool) => named('tool', tool))] : [share]
  })
  return [...shares, ...summary.phases.map((phase) => named('phase', phase))]
}

const mostNamed = 4

/** Where the time went, largest part first, in a few words; absent where there is nothing to tell but model calls. */
export function describeTime(record: ExecutionRecord): string | undefined {
  const shares = timeSharesOf(record).filter(({ kind }) => kind !== 'tools')
  if (shares.every(({ kind }) => kind === 'model')) return undefined
  const ranked = shares.toSorted((a, b) => b.shareRatio - a.shareRatio).slice(0, mostNamed)
  return ranked.map(({ name, shareRatio }) => `${name} ${formatRatio(shareRatio)}`).join(', ')
}

function named(kind: 'tool' | 'phase', part: ExecutionRecord['summary']['phases'][number]): TimeShare {
  return { kind, ...part, name: oneLine(part.name) }
}
