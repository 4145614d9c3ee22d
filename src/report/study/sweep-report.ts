import {
  formatChange,
  formatCount,
  formatDifference,
  formatMs,
  formatProbability,
  formatRatio,
  formatUsd,
  formatValue,
} from '../../domain/format.ts'
import {
  type Lead,
  type LeadMetric,
  type LossPart,
  lossParts,
  type Sweep,
  type SweepLevel,
} from '../../domain/study/sweep.ts'
import { bar } from './bar.ts'
import type { StudyColumn, StudyReport } from './study-table.ts'

const barWidth = 16

/** A sweep as a table, a row for each level, and what follows from it. */
export function sweepReport(sweep: Sweep): StudyReport {
  const { over, levels } = sweep
  const known = columnsOf(sweep).filter(({ read }) => levels.some((level) => read(level) !== undefined))
  return {
    question: `over ${over}, in turns`,
    columns: known.map(({ heading, align = 'right', priority }) => ({ heading, align, priority })),
    rows: levels.map((level) => known.map(({ read }) => read(level) ?? '–')),
    sentences: [...scalingSentences(sweep), ...sweep.leads.map((lead) => leadSentence(lead, levels))],
  }
}

interface Column extends Omit<StudyColumn, 'align'> {
  align?: StudyColumn['align']
  read: (level: SweepLevel) => string | undefined
}

function columnsOf({ over, levels }: Sweep): Column[] {
  const most = Math.max(...levels.map(({ throughputPerSecond = 0 }) => throughputPerSecond))
  const of = <Value>(value: Value | undefined, format: (known: Value) => string) =>
    value === undefined ? undefined : format(value)
  return [
    {
      heading: over,
      align: levels.every(({ concurrency }) => concurrency !== undefined) ? 'right' : 'left',
      priority: 0,
      read: ({ name }) => name,
    },
    { heading: 'runs', priority: 6, read: ({ runs }) => formatCount(runs) },
    { heading: 'ok', priority: 2, read: ({ successRatio }) => of(successRatio, formatRatio) },
    { heading: 'throughput', priority: 0, read: ({ throughputPerSecond }) => of(throughputPerSecond, perSecond) },
    {
      heading: '',
      align: 'left',
      priority: 1,
      read: ({ throughputPerSecond }) => of(throughputPerSecond, (value) => bar(value / most, barWidth)),
    },
    {
      heading: 'ideal',
      priority: 4,
      read: ({ efficiency }) => of(efficiency, ({ idealPerSecond }) => perSecond(idealPerSecond)),
    },
    { heading: 'efficiency', priority: 0, read: ({ efficiency }) => of(efficiency, ({ ratio }) => formatRatio(ratio)) },
    {
      heading: '95%',
      align: 'left',
      priority: 4,
      read: ({ efficiency }) =>
        of(efficiency?.interval, ({ low, high }) => `${formatRatio(low)} to ${formatRatio(high)}`),
    },
    { heading: 'p50', priority: 2, read: ({ p50Ms, censoredFromMs }) => of(p50Ms, atLeast(censoredFromMs)) },
    { heading: 'p95', priority: 2, read: ({ p95Ms, censoredFromMs }) => of(p95Ms, atLeast(censoredFromMs)) },
    { heading: 'tokens', priority: 3, read: ({ totalTokens }) => of(totalTokens, formatCount) },
    { heading: 'cost', priority: 3, read: ({ costUsd }) => of(costUsd, formatUsd) },
    { heading: 'lost to', align: 'left', priority: 3, read: ({ efficiency }) => lossText(efficiency?.loss) },
  ]
}

function atLeast(censoredFromMs = Number.POSITIVE_INFINITY): (ms: number) => string {
  return (ms) => `${ms >= censoredFromMs ? '≥ ' : ''}${formatMs(ms)}`
}

function perSecond(value: number): string {
  return formatValue('perSecond', value)
}

const lossWords: Record<LossPart, string> = {
  backOff: 'rate limits',
  model: 'model',
  tool: 'tools',
  other: 'queue or own code',
}

function lossText(loss: Partial<Record<LossPart, number>> | undefined): string | undefined {
  if (loss === undefined) return undefined
  const parts = lossParts.filter((part) => (loss[part] ?? 0) >= 0.01).sort((a, b) => (loss[b] ?? 0) - (loss[a] ?? 0))
  return parts.length === 0
    ? undefined
    : parts.map((part) => `${lossWords[part]} ${formatRatio(loss[part] ?? 0)}`).join(', ')
}

function scalingSentences({ levels, law }: Sweep): string[] {
  const [most] = levels.toSorted((a, b) => (b.concurrency ?? 1) - (a.concurrency ?? 1))
  const sentences: string[] = []
  if (most?.efficiency !== undefined && (most.concurrency ?? 1) > 1) {
    const { concurrency = 1, efficiency } = most
    const times = concurrency * efficiency.ratio
    const overhead = formatRatio(Math.max(0, 1 - efficiency.ratio))
    sentences.push(
      `${concurrency} at once do ${formatCount(times)} times as much as one: ${overhead} of what they could do is overhead.`,
    )
  }
  if (law !== undefined) sentences.push(lawSentence(law, most?.concurrency ?? 1))
  const late = levels.findLast(
    ({ concurrency, eventLoopDelayMs = 0 }) => concurrency !== undefined && eventLoopDelayMs > blockedMs,
  )
  if (late !== undefined)
    sentences.push(
      `At ${late.name} the event loop was up to ${formatMs(late.eventLoopDelayMs ?? 0)} late: this process is part of what limits it.`,
    )
  return sentences
}

const blockedMs = 50

function lawSentence(
  { contentionRatio, crosstalkRatio, peakConcurrency, peakPerSecond }: NonNullable<Sweep['law']>,
  most: number,
): string {
  const terms = `Universal Scalability Law: contention ${formatRatio(contentionRatio)}, crosstalk ${formatRatio(crosstalkRatio)}`
  if (peakConcurrency === undefined || peakPerSecond === undefined) return `${terms}; no peak.`
  const beyond = peakConcurrency > most ? ' (beyond what was measured, so only roughly)' : ''
  return `${terms}; throughput peaks at about ${formatCount(Math.round(peakConcurrency))} at once with ${perSecond(peakPerSecond)}${beyond}.`
}

const leadWords: Record<LeadMetric, string> = {
  successRatio: 'Most reliable',
  latencyMs: 'Fastest',
  totalTokens: 'Fewest tokens',
  costUsd: 'Cheapest',
}

// Less than that reads as nothing.
const smallestTold = 0.0005

function leadSentence({ metric, best, next, changeRatio, p, isReal }: Lead, levels: readonly SweepLevel[]): string {
  const [first, second] = [levels[best]?.name ?? '', levels[next]?.name ?? '']
  if (Math.abs(changeRatio) < smallestTold) return `${leadWords[metric]}: ${first} and ${second} alike.`
  const lead = metric === 'successRatio' ? formatDifference('ratio', 0, changeRatio) : formatChange(changeRatio)
  const sure = isReal ? 'the lead is real' : 'the lead may be chance'
  return `${leadWords[metric]}: ${first}, ${lead} against ${second}; ${sure} (p ${formatProbability(p)}).`
}
