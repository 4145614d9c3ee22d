import type { Advice, AdvicePlace } from '../../domain/advice.ts'
import { totalTokens } from '../../domain/usage.ts'
import { blockedEventLoop } from './blocked-event-loop.ts'
import { cachePrefix } from './cache-prefix.ts'
import { coldConnections } from './cold-connections.ts'
import { type Evidence, meanOf, type Observation, type Rule, type SeenRun } from './evidence.ts'
import { retries } from './retries.ts'
import { sequentialTools } from './sequential-tools.ts'
import { slowTool } from './slow-tool.ts'
import { toolResults } from './tool-results.ts'

const rules: readonly Rule[] = [
  sequentialTools,
  coldConnections,
  retries,
  cachePrefix,
  toolResults,
  slowTool,
  blockedEventLoop,
]

// They hold times against those of model calls.
const liveRules: readonly Rule[] = [coldConnections, retries, slowTool]

// Less is within what runs differ by anyway.
const worthRatio = 0.05
const worthMs = 5
const worthTokens = 100
// What happens once is no habit: a first run that loads code, say.
const fewestRuns = 2

/** What `evidence` says that runs lose, and what to do about it: what is worth it, the largest share of a run first. */
export function adviceOf(evidence: Evidence): Advice[] {
  const { runs, replayed } = evidence
  if (runs.length === 0) return []
  const whole = wholeOf(runs)
  return rules
    .filter((rule) => !replayed || !liveRules.includes(rule))
    .flatMap((rule) => rule(evidence))
    .flatMap((one) => adviceFrom(one, runs, whole))
    .sort((a, b) => b.shareRatio - a.shareRatio)
}

/** What a run takes on average; 0 where it takes none, or it is unknown. */
interface Whole {
  ms: number
  tokens: number
  usd: number
}

function wholeOf(runs: readonly SeenRun[]): Whole {
  return {
    ms: meanOf(runs.map(({ latencyMs }) => latencyMs)),
    tokens: meanOf(runs.map(({ calls }) => sum(calls.map(({ usage }) => totalTokens(usage ?? {}) ?? 0)))),
    usd: meanOf(runs.map(({ calls }) => sum(calls.map(({ costUsd }) => costUsd ?? 0)))),
  }
}

function adviceFrom(observation: Observation, runs: readonly SeenRun[], whole: Whole): Advice[] {
  const { rule, place, cause, suggestion, effort, savedMs, savedTokens, savedUsd, takenMs } = observation
  const impact = { savedMs: known(savedMs), savedTokens: known(savedTokens), savedUsd: known(savedUsd) }
  const ms = impact.savedMs ?? known(takenMs)
  const shares = [
    ms === undefined || ms < worthMs ? 0 : shareOf(ms, whole.ms),
    impact.savedTokens === undefined || impact.savedTokens < worthTokens
      ? 0
      : shareOf(impact.savedTokens, whole.tokens),
    shareOf(impact.savedUsd ?? 0, whole.usd),
  ]
  const shareRatio = Math.max(...shares)
  const weights = runs.map((_, index) => savedMs?.[index] ?? savedTokens?.[index] ?? takenMs?.[index] ?? 0)
  const seen = weights.filter((weight) => weight > 0).length
  if (shareRatio < worthRatio || seen < Math.min(fewestRuns, runs.length)) return []
  return [
    {
      rule,
      place: [...caseOf(runs, weights), ...place],
      impact,
      shareRatio,
      seen: { runs: seen, of: runs.length },
      cause,
      suggestion,
      effort,
    },
  ]
}

function known(values: readonly (number | undefined)[] | undefined): number | undefined {
  const told = values?.filter((value) => value !== undefined)
  return told === undefined || told.length < (values?.length ?? 0) ? undefined : meanOf(told)
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole)
}

// Nearly all of it.
const mostRatio = 0.9

/** The case that nearly all of `weights` lie in, where there are several. */
function caseOf(runs: readonly SeenRun[], weights: readonly number[]): AdvicePlace[] {
  const names = [...new Set(runs.map(({ caseName }) => caseName))]
  if (names.length < 2) return []
  const all = sum(weights)
  const name = names.find((one) => sum(weights.filter((_, index) => runs[index]?.caseName === one)) >= mostRatio * all)
  return name === undefined ? [] : [{ kind: 'case', name }]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
