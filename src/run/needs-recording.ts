import { readRecorded } from '../capture/cassette/recorded-call.ts'
import { tapeOf } from '../capture/cassette/tape.ts'
import { promptText } from '../capture/tokenizer/prompt-text.ts'
import { loadTokenizer } from '../capture/tokenizer/tokenizer.ts'
import type { Check } from '../domain/check.ts'
import { formatCount, formatUsd, plural } from '../domain/format.ts'
import type { RecordedRequest, Recordings } from '../domain/recording.ts'
import { describeAge, type ExpiredCall } from '../domain/recording-age.ts'
import { describeChanges, nearestRequest } from '../domain/recording-difference.ts'
import { isAnswered } from '../domain/span.ts'
import { costOf, pricingFor } from '../measure/pricing.ts'
import type { Miss, Replaying } from './recorded-calls.ts'
import type { ScenarioSetting } from './setting.ts'

/** What `misses` hold against an execution: what is asked now, what was recorded, and what it takes to record it. */
export async function needsRecording(
  { plan, prices }: Pick<ScenarioSetting, 'plan' | 'prices'>,
  { recordings: young, found, command }: Replaying,
  misses: readonly Miss[],
): Promise<Check> {
  const recordings = found?.recorded ?? young
  const old = misses.map(({ asked }) => expiredFor(asked, found?.expired ?? []))
  const expired = old.filter((one) => one !== undefined)
  const unrecorded = misses.filter((_, at) => old[at] === undefined)
  const names = [...new Set(misses.map(({ caseName }) => caseName))]
  const cases = plan.cases.length === 1 ? 'The scenario' : `${names.length} of ${plural(plan.cases.length, 'case')}`
  const asks = plan.cases.length > 1 && names.length > 1 ? 'ask' : 'asks'
  const runs = (plan.totalRuns ?? plan.cases.length) + plan.warmup
  const perRunUsd = recordings && (await meanCostUsd(recordings, prices))
  const cost =
    perRunUsd === undefined
      ? 'what they cost is not known'
      : `about ${formatUsd(perRunUsd * runs)} by what the recorded ones cost`
  const isOld = unrecorded.length === 0
  const what = isOld ? 'recorded too long ago' : 'never recorded'
  const why = [...ageOf(expired), ...(isOld ? [] : [await differenceOf(recordings, unrecorded)])]
  return {
    status: 'fail',
    code: 'needsRecording',
    subject: 'recordings',
    value: names.length,
    bound: 0,
    unit: 'count',
    message: `Needs recording: ${cases} ${asks} a model what was ${what}${plan.cases.length === 1 ? '' : ` (${shortList(names)})`}. ${why.join(' ')}`,
    remedy: isOld
      ? `Record it again: \`${command}\` (${plural(runs, 'run')}, ${cost}); or let recordings be older, by \`replay: { maxAgeMs }\`.`
      : `Meant? Record it: \`${command}\` (${plural(runs, 'run')}, ${cost}). Not meant, or another one each time? Take it out of the request, or out of what is compared with \`replay: { redact }\`.`,
  }
}

/** What would answer `asked`, were it not too old; absent when nothing would. */
function expiredFor(asked: RecordedRequest, expired: readonly ExpiredCall[]): ExpiredCall | undefined {
  const found = tapeOf(expired, []).take(asked)
  return expired.find((one) => one === found)
}

/** How old the oldest of `expired` is, in words. */
function ageOf(expired: readonly ExpiredCall[]): string[] {
  const [oldest] = expired.toSorted((a, b) => b.ageMs - a.ageMs)
  if (oldest === undefined) return []
  const { kind, ageMs, maxAgeMs } = oldest
  return [
    `${expired.length === 1 ? 'A call was' : `${formatCount(expired.length)} calls were`} recorded ${describeAge(ageMs)} ago, and \`replay.maxAgeMs\` lets ${kind} calls be ${describeAge(maxAgeMs)} old.`,
  ]
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
