import { readRecorded } from '../capture/cassette/recorded-call.ts'
import { promptText } from '../capture/tokenizer/prompt-text.ts'
import { loadTokenizer } from '../capture/tokenizer/tokenizer.ts'
import type { Check } from '../domain/check.ts'
import { formatCount, formatUsd, plural } from '../domain/format.ts'
import type { Recordings } from '../domain/recording.ts'
import { describeChanges, nearestRequest } from '../domain/recording-difference.ts'
import { isAnswered } from '../domain/span.ts'
import { costOf, pricingFor } from '../measure/pricing.ts'
import type { Miss, Replaying } from './recorded-calls.ts'
import type { ScenarioSetting } from './setting.ts'

/** What `misses` hold against an execution: what is asked now, what was recorded, and what it takes to record it. */
export async function needsRecording(
  { plan, prices }: Pick<ScenarioSetting, 'plan' | 'prices'>,
  { recordings, command }: Replaying,
  misses: readonly Miss[],
): Promise<Check> {
  const names = [...new Set(misses.map(({ caseName }) => caseName))]
  const cases = plan.cases.length === 1 ? 'The scenario' : `${names.length} of ${plural(plan.cases.length, 'case')}`
  const asks = plan.cases.length > 1 && names.length > 1 ? 'ask' : 'asks'
  const runs = (plan.totalRuns ?? plan.cases.length) + plan.warmup
  const perRunUsd = recordings && (await meanCostUsd(recordings, prices))
  const cost =
    perRunUsd === undefined
      ? 'what they cost is not known'
      : `about ${formatUsd(perRunUsd * runs)} by what the recorded ones cost`
  return {
    status: 'fail',
    code: 'needsRecording',
    subject: 'recordings',
    value: names.length,
    bound: 0,
    unit: 'count',
    message: `Needs recording: ${cases} ${asks} a model what was never recorded${plan.cases.length === 1 ? '' : ` (${shortList(names)})`}. ${await differenceOf(recordings, misses)}`,
    remedy: `Meant? Record it: \`${command}\` (${plural(runs, 'run')}, ${cost}). Not meant, or another one each time? Take it out of the request, or out of what is compared with \`replay: { redact }\`.`,
  }
}

async function differenceOf(recordings: Recordings | undefined, misses: readonly Miss[]): Promise<string> {
  const [miss] = misses
  if (miss === undefined || recordings === undefined) return 'Nothing was recorded so far.'
  const { asked, caseName } = miss
  const requestsOf = (name: string) => (recordings.cases.get(name) ?? []).flat().map(({ request }) => request)
  const all = [...recordings.cases.keys()].flatMap(requestsOf)
  const nearest = nearestRequest(asked, requestsOf(caseName)) ?? nearestRequest(asked, all)
  if (nearest === undefined) return `Nothing was recorded of ${asked.method} ${asked.path}.`
  if (nearest.changes.length === 0)
    return `Case "${caseName}" asks ${asked.method} ${asked.path} more often than when it was recorded.`
  const tokens = await tokenChange(nearest.request.body, asked.body)
  return `In case "${caseName}", the nearest recorded request (${asked.method} ${asked.path}) differs in ${describeChanges(nearest.changes)}.${tokens}`
}

async function tokenChange(before: unknown, after: unknown): Promise<string> {
  const [was, is] = [promptText(before), promptText(after)]
  const tokenizer = was === undefined || is === undefined ? undefined : await loadTokenizer()
  if (tokenizer === undefined || was === undefined || is === undefined) return ''
  const [wasTokens, isTokens] = [tokenizer.countPrompt(was), tokenizer.countPrompt(is)]
  const change = isTokens - wasTokens
  const sign = change < 0 ? '−' : '+'
  return ` Its input tokens, by a tokenizer: ${formatCount(wasTokens)} → ${formatCount(isTokens)} (${sign}${formatCount(Math.abs(change))}).`
}

/** What a recorded run cost, checks and hooks included, in US dollars; absent when that is unknown. */
async function meanCostUsd({ cases }: Recordings, prices: ScenarioSetting['prices']): Promise<number | undefined> {
  const runs = [...cases.values()].flat()
  const calls = (await Promise.all(runs.flat().map(readRecorded))).filter(isAnswered)
  const pricing = await pricingFor([...new Set(calls.map(({ model }) => model))], prices)
  let totalUsd = 0
  for (const call of calls) {
    const cost = costOf(call, pricing)
    if (cost === undefined) return undefined
    totalUsd += cost.usd
  }
  return runs.length === 0 ? undefined : totalUsd / runs.length
}

const namesShown = 3

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map((name) => `"${name}"`)
  const hidden = names.length - shown.length
  return [...shown, ...(hidden > 0 ? [`${formatCount(hidden)} more`] : [])].join(', ')
}
