import { formatCount, formatMs, plural } from '../../domain/format.ts'
import type { ErrorClass, ModelCall } from '../../domain/span.ts'
import { totalTokens } from '../../domain/usage.ts'
import { meanOf, type Observation, type Rule, type SeenRun, usualPlace } from './evidence.ts'
import { hostOf, placeOfCall } from './places.ts'
import { aloneMs, stretchOf } from './stretches.ts'

/** A call that failed and was made again. */
interface Attempt {
  call: ModelCall
  /** Position of the call that repeats it. */
  again: ModelCall
}

/**
 * Calls that failed and were made again: the time from the start of an attempt that failed to the start of the next one, in
 * which no other call of the run was on its way, and the tokens that it cost. Faults that were injected are no news.
 */
export const retries: Rule = ({ runs }) => {
  const attempts = runs.map(attemptsOf)
  const all = attempts.flat()
  if (all.length === 0) return []
  const kinds = all.map(({ call }) => call.failure?.class ?? 'timeout')
  const kind = mostFrequent(kinds)
  const places = runs.flatMap((run, index) =>
    (attempts[index] ?? []).map(({ again }) => placeOfCall(run, run.calls.indexOf(again))),
  )
  const savedMs = runs.map((run, index) => lostMs(run, attempts[index] ?? []))
  const tokens = attempts.map((some) => tokensOf(some.map(({ call }) => call)))
  const known = tokens.every((one) => one !== undefined)
  const perRun = all.length / runs.length
  const observation: Observation = {
    rule: 'retries',
    place: usualPlace(places),
    savedMs,
    savedTokens: known ? tokens : undefined,
    savedUsd: known ? attempts.map((some) => usdOf(some.map(({ call }) => call))) : undefined,
    cause: `${formatCount(perRun)} of ${plural(meanOf(runs.map(({ calls }) => calls.length)), 'model call')} a run failed and were made again, mostly ${words[kind]} (${hostOf(all[0]?.call.url ?? '')}): ${formatMs(meanOf(savedMs))} a run went by until the next attempt.`,
    suggestion: suggestions[kind],
    effort: kind === 'timeout' ? 'small' : 'medium',
  }
  return [observation]
}

const words: Record<ErrorClass, string> = {
  timeout: 'because time ran out',
  rateLimit: 'refused by a rate limit (429)',
  connection: 'by a lost connection',
  provider: 'by an error of the provider',
  agent: 'given up by the agent',
}

const suggestions: Record<ErrorClass, string> = {
  timeout:
    'Give the client a time limit that answers of this length keep, or stream them, so that no work is thrown away.',
  rateLimit:
    'Send fewer calls or tokens at once, or ask for a higher limit: waiting before a call is cheaper than being refused.',
  connection:
    'See what cuts connections between here and the provider: an idle limit shorter than the client’s, or a proxy.',
  provider: 'See whether other models, regions or providers fail less, and go over to them after the first failure.',
  agent: 'See why the agent gives calls up that it then makes again.',
}

function attemptsOf({ calls }: SeenRun): Attempt[] {
  return calls.flatMap((again) => {
    const call = again.retryOf === undefined ? undefined : calls[again.retryOf]
    return call === undefined || call.injected !== undefined ? [] : [{ call, again }]
  })
}

function lostMs({ calls, latencyMs }: SeenRun, attempts: readonly Attempt[]): number {
  if (attempts.length === 0) return 0
  const failed = new Set(attempts.map(({ call }) => call))
  const lost = attempts.map(({ call, again }) => ({ startedAtMs: call.startedAtMs, endedAtMs: again.startedAtMs }))
  const others = calls.filter((call) => !failed.has(call) && call.api !== 'realtime')
  return aloneMs(
    lost.map((one) => stretchOf(one, latencyMs)),
    others.map((one) => stretchOf(one, latencyMs)),
  )
}

// What was refused, or never sent, cost nothing.
function isFree({ status, unreached }: ModelCall): boolean {
  return unreached === true || (status !== undefined && status >= 400)
}

function tokensOf(calls: readonly ModelCall[]): number | undefined {
  const tokens = calls.map((call) => (isFree(call) ? 0 : totalTokens(call.usage ?? {})))
  return tokens.every((one) => one !== undefined) ? tokens.reduce((sum, one) => sum + one, 0) : undefined
}

function usdOf(calls: readonly ModelCall[]): number | undefined {
  const usd = calls.map((call) => (isFree(call) ? 0 : call.costUsd))
  return usd.every((one) => one !== undefined) ? usd.reduce((sum, one) => sum + one, 0) : undefined
}

function mostFrequent(kinds: readonly ErrorClass[]): ErrorClass {
  const counts = [...Map.groupBy(kinds, (kind) => kind)].sort(([, a], [, b]) => b.length - a.length)
  return counts[0]?.[0] ?? 'provider'
}
