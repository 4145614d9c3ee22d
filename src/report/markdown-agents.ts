import { formatCount, formatMs, formatRatio, formatUsd } from '../domain/format.ts'
import type { ToolSummary } from '../domain/part-summary.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import type { TokenPart } from '../domain/token-summary.ts'
import type { Section } from './markdown-section.ts'
import { plain, tableHead, tableRow } from './markdown-text.ts'
import { unknown } from './result-column.ts'
import type { Session } from './session.ts'
import { finalExecutions, nameOf } from './standing.ts'

/** What each agent of scenarios with two or more took, used and cost, and the hand-offs between them; absent without any. */
export function agentsSection(session: Session): Section | undefined {
  const rows = finalExecutions(session).flatMap(({ record }) => rowsOf(record))
  if (rows.length === 0) return undefined
  const head = tableHead([
    { heading: 'Scenario', align: 'left' },
    { heading: 'Agent', align: 'left' },
    ...['times', 'share', 'p50', 'p95', 'calls', 'tokens', 'cost', 'failed'].map((heading) => ({
      heading,
      align: 'right' as const,
    })),
  ])
  return { before: ['### Agents', '', ...head], rows, after: ['', explanation], noun: 'agent', priority: 5 }
}

const explanation =
  'share: of the latency of all runs, agents that work for another one included. p50, p95: of one time; of one run where no agent is at work. Calls, tokens and cost are its own, mean of a run that it is in.'

function rowsOf(record: ExecutionRecord): string[] {
  const { agents = [], handoffs = [], tokens, metrics } = record.summary
  if (agents.length < 2) return []
  const name = plain(nameOf(record))
  const used = new Map(tokens?.agents.map((part) => [part.name, part]))
  const { coordinationMs, latencyMs } = metrics
  const shareRatio = coordinationMs && latencyMs ? coordinationMs.mean / latencyMs.mean : undefined
  const between = coordinationMs && [
    tableRow([
      name,
      '(no agent at work)',
      '',
      shareRatio === undefined ? unknown : formatRatio(shareRatio),
      formatMs(coordinationMs.p50),
      formatMs(coordinationMs.p95),
      ...['', '', '', ''],
    ]),
  ]
  return [
    ...agents.map((agent) =>
      tableRow([name, plain(agent.name), ...timeCells(agent), ...useCells(used.get(agent.name), agent)]),
    ),
    ...handoffs.map((handoff) =>
      tableRow([name, `→ ${plain(handoff.name)}`, ...timeCells(handoff), '', '', '', formatCount(handoff.failures)]),
    ),
    ...(between ?? []),
  ]
}

function timeCells({ count, shareRatio, durationMs }: ToolSummary): string[] {
  return [formatCount(count), formatRatio(shareRatio), formatMs(durationMs.p50), formatMs(durationMs.p95)]
}

function useCells(part: TokenPart | undefined, { failures }: ToolSummary): string[] {
  const { inputTokens, outputTokens, costUsd } = part?.mean ?? {}
  const isKnown = inputTokens !== undefined && outputTokens !== undefined
  return [
    part === undefined ? '' : formatCount(part.modelCalls / part.runs),
    isKnown ? formatCount(inputTokens + outputTokens) : part === undefined ? '' : unknown,
    costUsd === undefined ? (part === undefined ? '' : unknown) : formatUsd(costUsd),
    formatCount(failures),
  ]
}
