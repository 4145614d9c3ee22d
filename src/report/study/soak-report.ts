import { formatBytes, formatCount } from '../../domain/format.ts'
import type { Soak } from '../../domain/study/soak.ts'
import { sparkline } from '../sparkline.ts'
import type { StudyColumn, StudyReport } from './study-table.ts'

const widest = 60

const columns: StudyColumn[] = [
  { heading: 'memory', align: 'left', priority: 0 },
  { heading: 'after each cycle', align: 'left', priority: 1 },
  { heading: 'first', align: 'right', priority: 2 },
  { heading: 'most', align: 'right', priority: 2 },
  { heading: 'last', align: 'right', priority: 2 },
]

/** A soak as a table, a row for each kind of memory over its cycles. */
export function soakReport(soak: Soak): StudyReport {
  const { cycles, runsPerCycle, initialBytes, peakBytes, finalBytes, growthBytes, freedBytes, firstHalf, secondHalf } =
    soak
  const row = (name: string, values: readonly number[]) => [
    name,
    sparkline(values, widest),
    formatBytes(values[0] ?? 0),
    formatBytes(Math.max(...values)),
    formatBytes(values.at(-1) ?? 0),
  ]
  const slope = (half: Soak['firstHalf']) => (half === undefined ? 'unknown' : `${formatBytes(half.slope)} a run`)
  const question = `over ${formatCount(cycles.length)} cycles of ${formatCount(runsPerCycle)} runs`
  if (cycles.length === 0) return { question, columns, rows: [], sentences: ['No cycle came to its end.'] }
  return {
    question,
    columns,
    rows: [
      row(
        'in use',
        cycles.map(({ usedBytes }) => usedBytes),
      ),
      row(
        'with garbage',
        cycles.map(({ heldBytes }) => heldBytes),
      ),
      row(
        'resident',
        cycles.map(({ rssBytes }) => rssBytes),
      ),
    ],
    sentences: [
      `In use: ${formatBytes(initialBytes)} at first, ${formatBytes(peakBytes)} at most, ${formatBytes(finalBytes)} in the end (${growthBytes < 0 ? '' : '+'}${formatBytes(growthBytes)}); collecting freed ${formatBytes(freedBytes)}.`,
      `Growth: ${slope(firstHalf)} in the first half, ${slope(secondHalf)} in the second: ${verdictWords[soak.verdict]}.`,
    ],
  }
}

const verdictWords = { leak: 'a leak', steady: 'no leak', unclear: 'not clear' } as const
