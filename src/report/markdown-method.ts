import {
  confirmationRatio,
  falseAlarmRate,
  matureExecutions,
  smallestEffectRatio,
  steadyToleranceRatio,
} from '../compare/evidence/rule.ts'
import { describeConditions } from '../domain/conditions.ts'
import { formatBytes, formatMs, formatRatio, formatUsd, plural } from '../domain/format.ts'
import { sumKnown } from '../domain/usage.ts'
import { folded, type Section, text } from './markdown-section.ts'
import { plain } from './markdown-text.ts'
import { describeRecordings } from './recording-line.ts'
import { coldStartOf, sensitivityOf, youthOf } from './seen.ts'
import type { Session } from './session.ts'
import { finalExecutions, nameOf } from './standing.ts'
import { stopLines } from './stopped.ts'

/** Where and how it was measured, what the verdict could have seen, and how it was judged. */
export function methodSection(session: Session): Section {
  const lines = [...environmentLines(session), ...seenLines(session), ...methodLines]
  return folded('Environment and method', text(...lines.map((line) => `- ${line}`)))
}

function environmentLines(session: Session): string[] {
  const { environment, executions, startedAt } = session
  const { node, platform, architecture, cpuModel, cpuCores, memoryBytes, runnerLabel, runnerImage, version } =
    environment
  const runner = [runnerLabel, runnerImage].filter((part) => part !== undefined).join(' ')
  const recordings = describeRecordings(session)
  const models = new Set(executions.flatMap(({ record }) => record.models))
  const loads = new Set(executions.map(({ record }) => describeConditions(record.plan)))
  return [
    `Started ${plain(startedAt.slice(0, 16).replace('T', ' '))} UTC, bench-agent ${plain(version)}`,
    `Node ${plain(node)}, ${plain(platform)} ${plain(architecture)}, ${cpuCores} × ${plain(cpuModel)}, ${formatBytes(memoryBytes)} memory${runner === '' ? '' : `, runner ${plain(runner)}`}`,
    ...(models.size === 0 ? [] : [`Models: ${[...models].sort().map(plain).join(', ')}`]),
    ...priceLines(session),
    ...judgeLines(session),
    ...(recordings === undefined ? [] : [plain(recordings)]),
    ...(loads.size === 0 ? [] : [`Load: ${[...loads].map(plain).join('; ')}`]),
  ]
}

function priceLines({ executions }: Session): string[] {
  const prices = executions.flatMap(({ record }) => record.listPrices ?? [])
  const [first] = prices
  if (first === undefined) return []
  const named = prices.map(({ model, matched, seller }) => `${model} as ${matched} of ${seller}`)
  const date = first.listDate === undefined ? '' : ` of ${plain(first.listDate)}`
  return [`Prices by the public list${date}: ${[...new Set(named)].sort().map(plain).join(', ')}`]
}

function judgeLines(session: Session): string[] {
  return finalExecutions(session).flatMap(({ record }) => {
    if (record.beside === undefined) return []
    const { modelCalls, inputTokens, outputTokens, costUsd } = record.beside
    const tokens = sumKnown([inputTokens, outputTokens])
    const parts = [
      plural(modelCalls, 'model call'),
      tokens === undefined ? 'unknown tokens' : plural(tokens, 'token'),
      costUsd === undefined ? 'unknown cost' : formatUsd(costUsd),
    ]
    return [`Check and hooks of ${plain(nameOf(record))} made ${parts.join(', ')}, which are not the agent’s.`]
  })
}

const mostStopLines = 20

function seenLines(session: Session): string[] {
  const executions = finalExecutions(session)
  const cold = coldStartOf(executions)
  const seen = sensitivityOf(executions)
  const youth = youthOf(executions)
  return [
    ...(cold === undefined
      ? []
      : [
          `Cold start of ${plain(nameOf(cold.execution.record))}: ${formatMs(cold.latencyMs)}, ${cold.ratio.toFixed(1)} times its p50. Warm-up runs are not among the results.`,
        ]),
    ...stopLines(executions, mostStopLines).map(plain),
    ...(seen === undefined ? [] : [`${plain(seen)} Smaller worsenings may go unseen.`]),
    ...(youth === undefined ? [] : [plain(youth)]),
  ]
}

const methodLines = [
  'Latency is the time of one run, of ok and wrong runs; runs that a limit stopped count with the time they had reached, which makes a value a lower bound (≥). Errors and runs that broke on the infrastructure are counted, not timed.',
  'Percentiles are exact, over the runs of all cases together. An unknown value is –, never 0.',
  `A regression is a worsening beyond noise (one-sided p under ${falseAlarmRate}: the shift over its standard error, drift of executions included, and the rank test; Fisher’s test for success) that ${confirmationRatio} times as many fresh runs confirmed, and beyond ${formatRatio(smallestEffectRatio('workingMs', matureExecutions))}, or beyond ${formatRatio(steadyToleranceRatio)} where no run varies (“steady”). Time is compared only on the same kind of machine, without waiting for rate limits.`,
]
