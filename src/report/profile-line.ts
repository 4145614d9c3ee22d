import { formatMs, formatRatio, plural } from '../domain/format.ts'
import type { ProfiledFunction, ProfiledTime, SlowRunProfile } from '../domain/profile/profile.ts'
import type { ExecutionRecord } from '../domain/record.ts'
import { nameOf } from './standing.ts'
import { oneLine } from './text.ts'

/** Which slow run `profile` is of, how long it took, and how long when it was made again. */
export function describeSlowRun(record: ExecutionRecord, profile: SlowRunProfile): string {
  const { latencyMs, profiledMs, outcome, atOnce } = profile
  const { cases } = record.plan
  const one = cases.length > 1 ? `, ${oneLine(cases[profile.caseIndex]?.name ?? '')}` : ''
  const slow = `Slow run of ${nameOf(record)}${one}: ${formatMs(latencyMs)}`
  if (profiledMs === undefined) return slow
  const among = atOnce === undefined ? '' : ` with ${plural(atOnce - 1, 'other run')} at once`
  const how = outcome === 'ok' || outcome === undefined ? '' : ` (${endings[outcome]})`
  return `${slow}; made again under a profiler${among}: ${formatMs(profiledMs)}${how}`
}

const endings = {
  wrong: 'wrong',
  error: 'an error',
  timeout: 'stopped at its limit',
  limit: 'stopped at a limit',
  infrastructure: 'broken by network or provider',
} as const

// A run that takes less than half as long was slow for a reason that was not there again.
const slowAgainRatio = 0.5
// The first look comes some milliseconds after the start.
const wholeRatio = 0.9
const worthTellingRatio = 0.05

/** Where the time of `profile` went, and what is to be known of that, in sentences; nothing where it could not be profiled. */
export function describeWhere(profile: SlowRunProfile): string[] {
  const { time, latencyMs, profiledMs = latencyMs, atOnce, problem } = profile
  const told = time === undefined ? [] : [describeTime(profile, time)]
  if (time !== undefined && time.durationMs < profiledMs * wholeRatio)
    told.push(`The profile is of the first ${formatMs(time.durationMs)} of it.`)
  if (time !== undefined && profiledMs < latencyMs * slowAgainRatio)
    told.push('It was not slow again, so that what made it slow is not in this profile.')
  if (time !== undefined && atOnce !== undefined)
    told.push(`The functions are those of all ${atOnce} runs, for one thread ran them: whose they are is not known.`)
  if (problem !== undefined) told.push(problem)
  return told
}

function describeTime(profile: SlowRunProfile, { durationMs, idleMs, ...time }: ProfiledTime): string {
  if (durationMs === 0) return 'It was over before anything was seen of it.'
  const waited = formatRatio(idleMs / durationMs)
  const causes = waitsOf(profile)
  const busy = [
    { name: 'garbage collection', ms: time.garbageCollectionMs },
    { name: 'native code', ms: time.nativeMs },
    { name: 'bench-agent', ms: time.ownMs },
  ].filter(({ ms }) => ms / durationMs >= worthTellingRatio)
  const parts = busy.map(({ name, ms }) => `${name} ${formatRatio(ms / durationMs)}`)
  const ran = `ran for ${formatRatio(1 - idleMs / durationMs)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
  if (idleMs <= durationMs / 2) return `It ${ran} of its time, and waited for ${waited}${causes}.`
  return `Most of it waits: ${waited} of its time${causes}. It ${ran}.`
}

/** What a run waited for, as far as its spans tell. */
function waitsOf({ modelMs, toolMs, waitingMs, profiledMs = 0 }: SlowRunProfile): string {
  const known = [
    { name: 'model calls', ms: modelMs },
    { name: 'tools', ms: toolMs },
    { name: 'back-off', ms: waitingMs },
  ].flatMap(({ name, ms }) => (ms === undefined || ms === 0 || profiledMs === 0 ? [] : [{ name, ms }]))
  if (known.length === 0) return ''
  return ` (${known.map(({ name, ms }) => `${name} ${formatRatio(Math.min(1, ms / profiledMs))}`).join(', ')})`
}

/** What reports call `one`. */
export function functionName({ name }: ProfiledFunction): string {
  return name === '' ? '(anonymous)' : oneLine(name)
}
