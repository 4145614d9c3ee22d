import { formatCount, formatRatio, formatUsd } from '../domain/format.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { TokenPart } from '../domain/token-summary.ts'
import { folded, type Section } from './markdown-section.ts'
import { plain, tableHead, tableRow } from './markdown-text.ts'
import { unknown } from './result-column.ts'
import type { Session } from './session.ts'
import { finalExecutions, nameOf } from './standing.ts'

interface Row {
  label: string
  part: TokenPart
}

/** What the tokens went into, a row for each scenario and one for each of its parts; absent where there is nothing to tell but their number. */
export function tokensSection(session: Session): Section | undefined {
  const scenarios = finalExecutions(session).map(({ record }) => ({ name: nameOf(record), rows: rowsOf(record) }))
  const all = scenarios.flatMap(({ rows }) => rows)
  if (all.length === 0) return undefined
  const columns = columnsOf(all)
  const head = tableHead([
    { heading: 'Scenario', align: 'left' },
    { heading: 'Part', align: 'left' },
    ...columns.map(({ heading }) => ({ heading, align: 'right' as const })),
  ])
  const rows = scenarios.flatMap(({ name, rows }) =>
    rows.map(({ label, part }) =>
      tableRow([plain(name), plain(label), ...columns.map(({ read }) => plain(read(part) ?? unknown))]),
    ),
  )
  return folded('Where the tokens go', { before: head, rows, after: ['', explanation], noun: 'part', priority: 6 })
}

const explanation =
  'Tokens, calls and cost: mean of a run that the part is in. An agent and a step have the calls of which they are the innermost, a phase has all that lie in it. Wasted: sent again and not cached, in calls that failed or were repeated, and in calls that asked only for tool calls that had been asked for before. Useful: tokens that were not wasted.'

function rowsOf({ summary: { tokens } }: ExecutionRecord): Row[] {
  if (tokens === undefined) return []
  const { all, agents, phases, steps } = tokens
  const named = (kind: string, parts: readonly TokenPart[]) =>
    parts.map((part) => ({ label: `${kind}${part.name}`, part }))
  const parts = [
    ...named('agent ', agents),
    ...named('phase ', phases),
    // Of one step there is no more to say than of all.
    ...(steps.length < 2 ? [] : named('', steps)),
  ]
  const isTelling = parts.length > 0 || (all.mean.wastedTokens ?? 0) > 0 || (all.mean.cachedTokens ?? 0) > 0
  return isTelling ? [{ label: 'all', part: all }, ...parts] : []
}

interface Column {
  heading: string
  read: (part: TokenPart) => string | undefined
}

function columnsOf(rows: readonly Row[]): Column[] {
  const mean = (heading: string, field: keyof TokenPart['mean'], isAlways = false) => ({
    heading,
    read: ({ mean }: TokenPart) => formatted(mean[field], formatCount),
    // A kind of waste that there was none of needs no column.
    says: ({ mean }: TokenPart) => isAlways || (mean[field] ?? 0) > 0,
  })
  const columns = [
    { heading: 'calls', read: ({ modelCalls, runs }: TokenPart) => formatCount(modelCalls / runs) },
    mean('input', 'inputTokens', true),
    { heading: 'cached', read: ({ cacheHitRatio }: TokenPart) => formatted(cacheHitRatio, formatRatio) },
    mean('output', 'outputTokens', true),
    mean('wasted', 'wastedTokens', true),
    mean('sent again', 'resentTokens'),
    mean('failed', 'failedTokens'),
    mean('asked again', 'repeatedTokens'),
    { heading: 'useful', read: ({ tokenEfficiencyRatio }: TokenPart) => formatted(tokenEfficiencyRatio, formatRatio) },
    { heading: 'cost', read: ({ mean: { costUsd } }: TokenPart) => formatted(costUsd, formatUsd) },
  ]
  return columns.filter(
    (column) =>
      rows.some(({ part }) => column.read(part) !== undefined) &&
      (!('says' in column) || rows.some(({ part }) => column.says(part))),
  )
}

function formatted(value: number | undefined, format: (value: number) => string): string | undefined {
  return value === undefined ? undefined : format(value)
}
