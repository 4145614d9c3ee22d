import { formatBytes, formatCount, formatMs, formatRatio } from '../domain/format.ts'
import { folded, type Section } from './markdown-section.ts'
import { plain, tableHead, tableRow } from './markdown-text.ts'
import { unknown } from './result-column.ts'
import type { Session } from './session.ts'
import { finalExecutions, nameOf } from './standing.ts'
import { type TimeShare, timeSharesOf } from './time-share.ts'

/** Where the time of the runs went, a row for each part; absent when nobody told. */
export function timeSection(session: Session): Section | undefined {
  const shares = finalExecutions(session).map(({ record }) => ({ name: nameOf(record), parts: timeSharesOf(record) }))
  const all = shares.flatMap(({ parts }) => parts)
  if (all.length === 0) return undefined
  const columns = columnsOf(all)
  const head = tableHead([
    { heading: 'Scenario', align: 'left' },
    { heading: 'Part', align: 'left' },
    ...columns.map(({ heading }) => ({ heading, align: 'right' as const })),
  ])
  const rows = shares.flatMap(({ name, parts }) =>
    parts.map((part) => {
      const indent = part.kind === 'tool' ? '&nbsp;&nbsp;' : ''
      const label = part.kind === 'phase' ? `phase ${part.name}` : part.name
      return tableRow([
        plain(name),
        `${indent}${plain(label)}`,
        ...columns.map(({ read }) => plain(read(part) ?? unknown)),
      ])
    }),
  )
  const section = { before: head, rows, after: ['', explanation], noun: 'part', priority: 5 }
  return folded('Where the time goes', section)
}

const explanation =
  'share: of the latency of all runs; parts may lie inside one another. p50, p95: of one call of a tool or phase, else of one run.'

interface Column {
  heading: string
  read: (part: TimeShare) => string | undefined
}

function columnsOf(parts: readonly TimeShare[]): Column[] {
  const columns: Column[] = [
    { heading: 'share', read: ({ shareRatio }) => formatRatio(shareRatio) },
    { heading: 'times', read: ({ count }) => (count === undefined ? undefined : formatCount(count)) },
    { heading: 'p50', read: ({ durationMs }) => formatMs(durationMs.p50) },
    { heading: 'p95', read: ({ durationMs }) => formatMs(durationMs.p95) },
    { heading: 'failed', read: ({ failures }) => (failures === undefined ? undefined : formatCount(failures)) },
    { heading: 'CPU', read: ({ cpuMs }) => (cpuMs === undefined ? undefined : formatMs(cpuMs.mean)) },
    {
      heading: 'heap',
      read: ({ heapGrowthBytes }) => (heapGrowthBytes === undefined ? undefined : formatBytes(heapGrowthBytes.mean)),
    },
  ]
  return columns.filter(({ read }) => parts.some((part) => read(part) !== undefined))
}
