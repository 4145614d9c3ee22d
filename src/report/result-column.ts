import type { Distribution, Statistic } from '../domain/distribution.ts'
import { formatCount, formatRatio, formatValue } from '../domain/format.ts'
import type { Unit } from '../domain/unit.ts'
import type { ResultRow } from './result-row.ts'
import { histogramBar, sparkline } from './sparkline.ts'
import type { Column } from './table.ts'
import { oneLine } from './text.ts'

/** One column of the table of results. */
export interface ResultColumn extends Column {
  /** What stands in it for `row`; absent when unknown. */
  read: (row: ResultRow) => string | undefined
}

/** What an unknown value is printed as. */
export const unknown = '–'
const mostScores = 3
// With fewer values, the bins of a histogram hold one or none.
const fewestSpread = 30

/** The columns that at least one of `rows` has something to say in. Those that are drawn with blocks come with `drawn`. */
export function resultColumns(rows: readonly ResultRow[], drawn = true): ResultColumn[] {
  const scores = [...new Set(rows.flatMap((row) => Object.keys(row.scores)))].slice(0, mostScores)
  const all: ResultColumn[] = [
    right('runs', 5, ({ runs, planned }) => (planned === undefined ? formatCount(runs) : `${runs} of ${planned}`)),
    right('ok', 1, ({ successRatio }) => (successRatio === undefined ? undefined : formatRatio(successRatio))),
    right('p50', 1, ({ latencyMs }) => statisticText('ms', latencyMs, 'p50')),
    right('p95', 2, ({ latencyMs }) => statisticText('ms', latencyMs, 'p95')),
    right('95% interval of p95', 11, ({ latencyMs }) => intervalText(latencyMs)),
    right('TTFT p50', 6, ({ ttftMs }) => statisticText('ms', ttftMs, 'p50')),
    right('tokens', 3, ({ totalTokens }) => statisticText('count', totalTokens, 'mean')),
    right('steps', 8, ({ steps }) => statisticText('count', steps, 'mean')),
    right('cost', 4, ({ costUsd }) => statisticText('usd', costUsd, 'mean')),
    right('heap growth', 10, ({ heapGrowthBytes }) =>
      heapGrowthBytes === undefined ? undefined : formatValue('bytes', heapGrowthBytes),
    ),
    ...scores.map((name) =>
      right(`score ${oneLine(name)}`, 7, (row) => statisticText('score', row.scores[name], 'mean')),
    ),
    right('vs baseline', 2, ({ change }) => change),
  ]
  if (drawn) {
    all.push(
      left('latency over time', 9, ({ series }) =>
        series === undefined || series.length < 2 ? undefined : sparkline(series),
      ),
      left('latency spread', 12, ({ latencyMs }) =>
        latencyMs === undefined || latencyMs.n < fewestSpread ? undefined : histogramBar(latencyMs.histogram).trimEnd(),
      ),
    )
  }
  return all.filter(({ read }) => rows.some((row) => read(row) !== undefined))
}

const explanations: [headings: string[], text: (shown: string) => string][] = [
  [['p50', 'p95'], (shown) => `${shown}: latency of a run`],
  [['tokens', 'steps', 'cost', 'heap growth'], (shown) => `${shown}: mean of a run`],
]

/** What the headings in `shown` mean, in one sentence. */
export function explainColumns(shown: readonly string[]): string {
  const parts = explanations.flatMap(([headings, text]) => {
    const present = headings.filter((heading) => shown.includes(heading))
    return present.length === 0 ? [] : [text(present.join(', '))]
  })
  return parts.join('; ')
}

/** `statistic` of `distribution`, with `≥` when runs that were stopped make it a lower bound; absent when unknown. */
export function statisticText(
  unit: Unit,
  distribution: Distribution | undefined,
  statistic: Exclude<Statistic, 'p99.9'>,
): string | undefined {
  if (distribution === undefined) return undefined
  const { censoredFrom } = distribution
  const value = distribution[statistic]
  const atLeast = censoredFrom !== undefined && (statistic === 'mean' || value >= censoredFrom)
  return `${atLeast ? '≥ ' : ''}${formatValue(unit, value)}`
}

function intervalText(distribution: Distribution | undefined): string | undefined {
  const interval = distribution?.intervals.p95
  if (interval === undefined) return undefined
  const { censoredFrom } = distribution ?? {}
  const open = censoredFrom !== undefined && interval.high >= censoredFrom
  return `${formatValue('ms', interval.low)} ${open ? 'or more' : `to ${formatValue('ms', interval.high)}`}`
}

function right(heading: string, priority: number, read: ResultColumn['read']): ResultColumn {
  return { heading, align: 'right', priority, read }
}

function left(heading: string, priority: number, read: ResultColumn['read']): ResultColumn {
  return { heading, align: 'left', priority, read }
}
