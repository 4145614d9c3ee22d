import type { Check } from '../../domain/check.ts'
import { quantiles } from '../../domain/distribution.ts'
import { formatCount, formatMs, formatRatio, plural } from '../../domain/format.ts'
import { outcomeAt, type Samples, valueAt } from '../../domain/sample.ts'
import type { Stress, StressBounds, StressName, StressOutcome, UsualRuns } from '../../domain/study/stress.ts'
import { mean } from '../../stats/moments.ts'
import { quantile } from '../../stats/quantile.ts'
import { sorted } from '../../stats/sorted.ts'

/** A kind of stress while it was measured. */
export interface Stressed {
  scenario: StressName
  sentence: string
  execution: string
  samples: Samples
  bounds: StressBounds
  /** When the stress began and ended, on the clock of the load; absent where all of the load is stress. */
  stressed?: { fromMs: number; toMs: number } | undefined
  /** Whether runs that the stress meets may fail, for nobody could bear it. */
  isOutage: boolean
  /** Whether back-off is taken off the latency, for it is what the provider asked for. @default false */
  forgivesWaiting?: boolean | undefined
  /** Steps of growing load: when each begins, and what it is called; absent where there are none. */
  steps?: { fromMs: number; name: string }[] | undefined
}

/** How an agent is when nothing is wrong; absent when no run was good. */
export function usualOf(samples: Samples, concurrency: number): UsualRuns | undefined {
  const good = positions(samples).filter((index) => outcomeAt(samples, index) === 'ok')
  if (good.length === 0) return undefined
  const latencies = sorted(good.map((index) => latencyAt(samples, index)))
  return {
    concurrency,
    runs: samples.length,
    p50Ms: quantile(latencies, quantiles.p50),
    p95Ms: quantile(latencies, quantiles.p95),
    modelCalls: modelCallsOf(samples),
  }
}

/** What `stressed` came to, held against how the agent usually is. */
export function outcomeOf(stressed: Stressed, usual: UsualRuns): StressOutcome {
  const { samples, bounds, scenario, sentence, execution } = stressed
  const counted = positions(samples).filter((index) => isCounted(stressed, index))
  const measured = measuresOf(stressed, counted, usual)
  const calls = modelCallsOf(samples)
  const recovery = recoveryOf(stressed, usual)
  const outcome = {
    scenario,
    sentence,
    execution,
    runs: samples.length,
    bounds,
    ...measured,
    ...recovery,
    amplificationRatio:
      calls === undefined || usual.modelCalls === undefined || usual.modelCalls === 0
        ? undefined
        : calls / usual.modelCalls,
    breaksAt: breakingStep(stressed, usual),
  }
  return { ...outcome, score: scoreOf(outcome) }
}

interface Measures {
  successRatio?: number | undefined
  slowdownRatio?: number | undefined
}

function measuresOf({ samples, forgivesWaiting }: Stressed, runs: readonly number[], usual: UsualRuns): Measures {
  if (runs.length === 0) return {}
  const good = runs.filter((index) => outcomeAt(samples, index) === 'ok')
  const latencies = runs
    .filter((index) => outcomeAt(samples, index) !== 'error' && outcomeAt(samples, index) !== 'infrastructure')
    .map((index) => latencyAt(samples, index) - (forgivesWaiting ? (valueAt(samples.values.waitingMs, index) ?? 0) : 0))
  return {
    successRatio: good.length / runs.length,
    slowdownRatio:
      latencies.length === 0 || usual.p95Ms === 0
        ? undefined
        : quantile(sorted(latencies), quantiles.p95) / usual.p95Ms,
  }
}

// What an outage meets says how it was borne only by what comes after it.
function isCounted({ samples, stressed, isOutage }: Stressed, index: number): boolean {
  if (!isOutage || stressed === undefined) return true
  const startedAtMs = samples.startedAtMs[index] ?? 0
  const endedAtMs = samples.endedAtMs[index] ?? 0
  return endedAtMs <= stressed.fromMs || startedAtMs >= stressed.toMs
}

// A run this much slower than usual is none yet.
const usualAgainRatio = 2
const usualRunsInARow = 3

/** How long after the stress the first of several runs in a row ended that was as usual. */
function recoveryOf(
  { samples, stressed, bounds }: Stressed,
  usual: UsualRuns,
): Pick<StressOutcome, 'recovered' | 'recoveryMs' | 'watchedMs'> {
  if (stressed === undefined || bounds.recoveryMs === undefined) return {}
  const after = positions(samples)
    .filter((index) => (samples.endedAtMs[index] ?? 0) >= stressed.toMs)
    .sort((a, b) => (samples.endedAtMs[a] ?? 0) - (samples.endedAtMs[b] ?? 0))
  let inARow = 0
  for (const [place, index] of after.entries()) {
    const isUsual = outcomeAt(samples, index) === 'ok' && latencyAt(samples, index) <= usualAgainRatio * usual.p95Ms
    inARow = isUsual ? inARow + 1 : 0
    if (inARow < Math.min(usualRunsInARow, after.length)) continue
    const first = after[place - inARow + 1] ?? index
    return { recovered: true, recoveryMs: Math.max(0, (samples.endedAtMs[first] ?? 0) - stressed.toMs) }
  }
  const lastMs = after.reduce((last, index) => Math.max(last, samples.endedAtMs[index] ?? 0), stressed.toMs)
  return { recovered: false, watchedMs: lastMs - stressed.toMs }
}

function breakingStep(stressed: Stressed, usual: UsualRuns): string | undefined {
  const { steps = [], samples, bounds } = stressed
  for (const [position, { fromMs, name }] of steps.entries()) {
    const toMs = steps[position + 1]?.fromMs ?? Number.POSITIVE_INFINITY
    const runs = positions(samples).filter((index) => {
      const startedAtMs = samples.startedAtMs[index] ?? 0
      return startedAtMs >= fromMs && startedAtMs < toMs
    })
    const { successRatio = 1, slowdownRatio = 0 } = measuresOf(stressed, runs, usual)
    if (successRatio < bounds.successRatio || slowdownRatio > bounds.slowdownRatio) return name
  }
  return undefined
}

/** The score of METHODOLOGY: the product of how many runs were good, how fast they were, and how soon all was well again. */
function scoreOf({
  successRatio = 0,
  slowdownRatio,
  bounds,
  recovered,
  recoveryMs,
  watchedMs,
}: Omit<StressOutcome, 'score'>): number {
  // Unknown without a run that is timed, and then none is good; or where nothing took any time.
  const speed =
    slowdownRatio === undefined ? 1 : Math.min(1, bounds.slowdownRatio / Math.max(slowdownRatio, Number.MIN_VALUE))
  const recovery =
    recovered === undefined || isTooShort({ bounds, watchedMs })
      ? 1
      : recoveryMs === undefined
        ? 0
        : Math.min(1, (bounds.recoveryMs ?? 0) / Math.max(recoveryMs, Number.MIN_VALUE))
  return successRatio * speed * recovery
}

// The last run may end a little before the load does.
const watchedEnough = 0.95

/** Whether runs were watched for less time than they may take to be as usual again. */
function isTooShort({ bounds, watchedMs }: Pick<StressOutcome, 'bounds' | 'watchedMs'>): boolean {
  return watchedMs !== undefined && watchedMs < watchedEnough * (bounds.recoveryMs ?? 0)
}

/** What `outcome` breaks of its bounds, or leaves open. */
export function stressChecks(outcome: StressOutcome): Check[] {
  const { scenario, bounds, successRatio, slowdownRatio, recovered, recoveryMs, watchedMs, breaksAt } = outcome
  const shared = { status: 'fail', code: 'threshold', remedy: adviceOf(outcome) } as const
  const step = breaksAt === undefined ? '' : `, from ${breaksAt} on`
  const checks: Check[] = []
  if (successRatio === undefined || successRatio < bounds.successRatio)
    checks.push({
      ...shared,
      subject: `success (${scenario})`,
      value: successRatio,
      bound: bounds.successRatio,
      unit: 'ratio',
      message:
        successRatio === undefined
          ? `There is no run of which ${formatRatio(bounds.successRatio)} could be good: the stress met all of them.`
          : `${formatRatio(successRatio)} of the runs were good, under ${formatRatio(bounds.successRatio)}${step}.`,
    })
  if (slowdownRatio !== undefined && slowdownRatio > bounds.slowdownRatio)
    checks.push({
      ...shared,
      subject: `slow-down (${scenario})`,
      value: slowdownRatio,
      bound: bounds.slowdownRatio,
      unit: 'ratio',
      message: `p95 was ${formatCount(slowdownRatio)} times the usual, over ${bounds.slowdownRatio} times${step}.`,
    })
  if (isTooShort(outcome))
    checks.push({
      ...shared,
      status: 'inconclusive',
      subject: `recovery (${scenario})`,
      bound: bounds.recoveryMs,
      unit: 'ms',
      message: `After it, runs were not as usual again within ${formatMs(watchedMs ?? 0)}, when the load ended; ${formatMs(bounds.recoveryMs ?? 0)} are allowed.`,
      remedy: 'Watch for longer: raise `durationMs`.',
    })
  else if (recovered !== undefined && (recoveryMs === undefined || recoveryMs > (bounds.recoveryMs ?? 0)))
    checks.push({
      ...shared,
      subject: `recovery (${scenario})`,
      value: recoveryMs,
      bound: bounds.recoveryMs,
      unit: 'ms',
      message:
        recoveryMs === undefined
          ? `After it, runs were not as usual again until the end; ${formatMs(bounds.recoveryMs ?? 0)} are allowed.`
          : `Runs were as usual again only ${formatMs(recoveryMs)} after it, over ${formatMs(bounds.recoveryMs ?? 0)}.`,
    })
  return checks
}

const advice: Record<StressName, string> = {
  highLoad:
    'Let no more runs work at once than it bears, and have others wait in a queue with a bound. A `sweep` tells what they lose time to.',
  sustained:
    'Look for what grows while it works: histories, caches, connections, timers. A `soak` tells whether memory does.',
  spike: 'Shed or queue what comes too fast, so that what was waiting is not still waiting when the spike is over.',
  memoryPressure: 'Stream what is large instead of holding it, and keep no more than a run needs.',
  concurrentRequests: 'Look for what runs share: a client with one connection, a lock, a variable outside of the run.',
  largeInputs: 'Cut, summarize or refuse what is too large before it is sent to a model.',
  rateLimiting: 'Retry with a growing, random delay, keep to Retry-After, and let runs share one limit.',
  failureRecovery:
    'Retry with a growing, random delay and a bound; stop asking while all fails, and try again by one call.',
}

const muchAmplified = 3

function adviceOf(outcome: StressOutcome): string {
  const { scenario, recovered } = outcome
  return [
    ...(scenario === 'failureRecovery' && recovered === false
      ? ['Look for what a failed call keeps: a connection, a lock, a breaker that stays open.']
      : []),
    advice[scenario],
    ...amplificationAdvice(outcome),
  ].join(' ')
}

function amplificationAdvice({ amplificationRatio = 1 }: StressOutcome): string[] {
  if (amplificationRatio <= muchAmplified) return []
  return [`It made ${formatCount(amplificationRatio)} times as many model calls as usual: bound its retries.`]
}

/** All `outcomes` together; the weakest point first in the advice, and last what was borne at the cost of others. */
export function stressOf(usual: UsualRuns, outcomes: readonly StressOutcome[]): Stress {
  const weak = outcomes.filter((one) => stressChecks(one).length > 0).sort((a, b) => a.score - b.score)
  const borne = outcomes.filter((one) => !weak.includes(one))
  return {
    usual,
    outcomes: [...outcomes],
    resilienceScore: outcomes.length === 0 ? 0 : mean(outcomes.map(({ score }) => score)),
    advice: [
      ...weak.map((one) => `${one.scenario}: ${adviceOf(one)}`),
      ...borne.flatMap((one) => amplificationAdvice(one).map((text) => `${one.scenario}: ${text}`)),
    ],
  }
}

/** The check of the lowest score that is accepted; none when none is asked for. */
export function resilienceChecks({ resilienceScore, outcomes }: Stress, bound: number | undefined): Check[] {
  if (bound === undefined) return []
  const fails = resilienceScore < bound
  const [weakest] = [...outcomes].sort((a, b) => a.score - b.score)
  return [
    {
      status: fails ? 'fail' : 'pass',
      code: 'threshold',
      subject: 'resilience score',
      value: resilienceScore,
      bound,
      unit: 'score',
      message: `The resilience score of ${plural(outcomes.length, 'kind')} of stress is ${resilienceScore.toFixed(2)}, ${fails ? 'under' : 'at or above'} its threshold of ${bound.toFixed(2)}.`,
      remedy:
        fails && weakest !== undefined ? `The weakest point is ${weakest.scenario}. ${adviceOf(weakest)}` : undefined,
    },
  ]
}

function positions(samples: Samples): number[] {
  return Array.from({ length: samples.length }, (_, index) => index)
}

function latencyAt(samples: Samples, index: number): number {
  return (samples.endedAtMs[index] ?? 0) - (samples.startedAtMs[index] ?? 0)
}

function modelCallsOf(samples: Samples): number | undefined {
  const known = positions(samples).flatMap((index) => valueAt(samples.values.modelCalls, index) ?? [])
  return known.length === 0 ? undefined : mean(known)
}
