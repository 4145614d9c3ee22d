import { describeMetric } from '../compare/judge.ts'
import { lowerIsBetter } from '../domain/baseline.ts'
import { formatCount, formatMs, formatRatio, formatValue } from '../domain/format.ts'
import type { CaseChange, Impact, Reason } from '../domain/impact.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { questionOfMetric } from './question.ts'
import { oneLine } from './text.ts'

const mostCases = 3
// Cases that got worse by about the same factor need not be told one by one.
const alikeRatio = 1.25

/**
 * Which cases a worsening hits: `slower in 3 of 10 cases: refund-7 × 2.1, angry × 1.6, empty × 1.3`. Absent where there is one case,
 * or none got worse by itself.
 */
export function describeCases({ metric, cases, worse }: Impact): string | undefined {
  if (cases < 2 || worse.length === 0) return undefined
  const where =
    worse.length < cases
      ? `in ${worse.length} of ${cases} cases`
      : cases === 2
        ? 'in both cases'
        : `in all ${cases} cases`
  const factors = worse.map(factorOf)
  const [largest = 1, smallest = 1] = [Math.max(...factors), Math.min(...factors)]
  const isEven = lowerIsBetter(metric) && worse.length === cases && largest / smallest < alikeRatio
  return `${questionOfMetric(metric)} ${where}${isEven ? `, up to ${formatFactor(largest)}` : `: ${namesOf(metric, worse)}`}`
}

function namesOf(metric: Impact['metric'], worse: readonly CaseChange[]): string {
  const shown = worse.slice(0, mostCases).map((one) => `${oneLine(one.name)} ${changeOf(metric, one)}`)
  const more = worse.length - shown.length
  return [...shown, ...(more === 0 ? [] : [`${more} more`])].join(', ')
}

function changeOf(metric: Impact['metric'], one: CaseChange): string {
  if (lowerIsBetter(metric) && one.before > 0) return formatFactor(factorOf(one))
  const { unit } = describeMetric(metric)
  return `${formatValue(unit, one.before)} → ${formatValue(unit, one.after)}`
}

function factorOf({ before, after }: CaseChange): number {
  return before === 0 ? Number.POSITIVE_INFINITY : after / before
}

function formatFactor(factor: number): string {
  return `× ${factor < 1.95 ? factor.toFixed(2) : formatCount(factor)}`
}

/** What changed together with the worsenings of `record`, in one sentence; absent when nothing is known of it. */
export function describeReasons({ verdict }: ExecutionRecord): string | undefined {
  const all = (verdict.impacts ?? []).flatMap(({ reasons }) => reasons)
  const reasons = [...new Map(all.map((reason) => [reason.kind, reason])).values()].slice(0, mostReasons)
  if (reasons.length === 0) return undefined
  const isOnlyCall = reasons.every(({ kind }) => kind === 'call')
  const text = reasons.map(describeReason).join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${isOnlyCall ? ', while steps and answers are as before' : ''}.`
}

const mostReasons = 3

function describeReason({ kind, before, after }: Reason): string {
  const counts = `${formatCount(before)} → ${formatCount(after)}`
  const times = `${formatMs(before)} → ${formatMs(after)}`
  switch (kind) {
    case 'steps':
      return `more steps: ${counts}`
    case 'prompt':
      return `longer prompts: ${counts} input tokens a step`
    case 'answer':
      return `longer answers: ${counts} output tokens a step`
    case 'reasoning':
      return `longer reasoning: ${counts} tokens a step`
    case 'call':
      return `each model call takes ${(after / before).toFixed(1)} times as long (${times})`
    case 'tools':
      return `more time in tools: ${times} a run`
    case 'code':
      return `more time outside of model calls and tools: ${times} a run`
    case 'retries':
      return `more repeated calls: ${counts} a run`
    case 'cache':
      return `the prompt cache is hit less: ${formatRatio(before)} → ${formatRatio(after)} of the input`
  }
}
