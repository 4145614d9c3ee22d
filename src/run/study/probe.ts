import { quantiles, type Statistic } from '../../domain/distribution.ts'
import { metrics } from '../../domain/metric.ts'
import type { Plan } from '../../domain/plan.ts'
import { isTimed, outcomeAt, type Samples } from '../../domain/sample.ts'
import type { Objective, Probe, ProbeLoad, ProbeObjective, ProbeRequest } from '../../domain/study/breaking-point.ts'
import { mean, standardDeviation } from '../../stats/moments.ts'
import { quantile } from '../../stats/quantile.ts'
import { sorted } from '../../stats/sorted.ts'
import type { ScenarioResult } from '../conclude.ts'
import { runScenario } from '../scenario.ts'
import type { ScenarioSetting } from '../setting.ts'

/** A probe with the execution that it was made by. */
export interface MadeProbe {
  probe: Probe
  result: ScenarioResult
}

// Often enough to save most of what can be saved, seldom enough to cost nothing.
const asksEvery = 10

/**
 * Makes what `request` asks for with the agent of `setting`.
 *
 * @param seed of the arrivals
 */
export async function makeProbe(
  setting: ScenarioSetting,
  objectives: readonly Objective[],
  request: ProbeRequest,
  seed: number,
): Promise<MadeProbe> {
  const { runs, leaveOut } = request
  let isHopeless = false
  const isEnough = (samples: Samples) => {
    if (samples.length % asksEvery !== 0) return isHopeless
    isHopeless ||= request.isHopeless({
      objectives: objectives.map((one) => overOf(one, samples, judgedRuns(samples, leaveOut))),
      failures: failuresIn(samples),
    })
    return isHopeless
  }
  const result = await runScenario({ ...setting, plan: plannedFor(setting.plan, request.load, runs, seed), isEnough })
  const { samples, record } = result
  const judged = judgedRuns(samples, leaveOut)
  const probe: Probe = {
    load: request.load,
    runs: samples.length,
    durationMs: dueSpan(samples).reduce((from, to) => to - from),
    throughputPerSecond: throughputOf(samples),
    inFlight: inFlightOf(samples, leaveOut),
    objectives: objectives.map((one) => toldOf(one, samples, judged)),
    failures: failuresIn(samples),
    costUsd: record.spentUsd,
    endedEarly: isHopeless && samples.length < runs,
  }
  return { probe, result }
}

function plannedFor(plan: Plan, load: ProbeLoad, runs: number, seed: number): Plan {
  const planned: Plan['load'] =
    'concurrency' in load
      ? { concurrency: load.concurrency }
      : { ratePerSecond: load.ratePerSecond, arrival: 'poisson', seed, pacing: 'timer' }
  return { ...plan, load: planned, totalRuns: runs, runs: Math.ceil(runs / plan.cases.length) }
}

/** Positions of the runs in the order in which they were due, or ended. */
function inOrder(samples: Samples, of: 'dueAtMs' | 'endedAtMs' = 'dueAtMs'): number[] {
  const { [of]: atMs } = samples
  return positions(samples).sort((a, b) => (atMs[a] ?? 0) - (atMs[b] ?? 0))
}

function positions({ length }: Samples): number[] {
  return Array.from({ length }, (_, index) => index)
}

function judgedRuns(samples: Samples, leaveOut: number): number[] {
  return leaveOut === 0 ? positions(samples) : inOrder(samples).slice(leaveOut)
}

function dueSpan(samples: Samples): [number, number] {
  const ordered = inOrder(samples)
  return [samples.dueAtMs[ordered[0] ?? 0] ?? 0, samples.dueAtMs[ordered.at(-1) ?? 0] ?? 0]
}

function failuresIn(samples: Samples): Probe['failures'] {
  const failures = { error: 0, timeout: 0, dropped: 0 }
  for (let index = 0; index < samples.length; index++) {
    const outcome = outcomeAt(samples, index)
    if (outcome === 'timeout' || outcome === 'limit') failures.timeout += 1
    else if (outcome !== 'ok') failures.error += 1
  }
  return failures
}

function overOf(objective: Objective, samples: Samples, judged: readonly number[]): Pick<ProbeObjective, 'n' | 'over'> {
  if (objective.metric === 'failureRatio') {
    const failed = judged.filter((index) => outcomeAt(samples, index) !== 'ok')
    return { n: judged.length, over: failed.length }
  }
  const values = valuesOf(objective.metric, samples, judged)
  return { n: values.length, over: values.filter((value) => value > objective.bound).length }
}

function toldOf(objective: Objective, samples: Samples, judged: readonly number[]): ProbeObjective {
  const counted = overOf(objective, samples, judged)
  if (objective.metric === 'failureRatio')
    return { ...counted, value: counted.n === 0 ? undefined : counted.over / counted.n }
  const values = valuesOf(objective.metric, samples, judged)
  const value = values.length === 0 ? undefined : statisticOf(objective.statistic, values)
  return { ...counted, value, deviation: standardDeviation(values) }
}

function statisticOf(statistic: Exclude<Statistic, 'min' | 'max'>, values: readonly number[]): number {
  return statistic === 'mean' ? mean(values) : quantile(sorted(values), quantiles[statistic])
}

function valuesOf(
  metric: Exclude<Objective['metric'], 'failureRatio'>,
  samples: Samples,
  judged: readonly number[],
): number[] {
  const { read, per } = metrics[metric]
  if (per === 'modelCall') {
    const wanted = new Set(judged)
    return samples.calls.index.flatMap((run, call) => (wanted.has(run) ? (read(samples, call) ?? []) : []))
  }
  return judged.flatMap((index) => (isTimed(samples, index) ? (read(samples, index) ?? []) : []))
}

// Between them the system is neither filling nor running out.
const middle = { from: 1 / 5, to: 4 / 5 }

function throughputOf(samples: Samples): number | undefined {
  // A check that takes long lets samples stand in another order than that of their ends.
  const ended = inOrder(samples, 'endedAtMs')
  const from = Math.floor(ended.length * middle.from)
  const to = Math.ceil(ended.length * middle.to) - 1
  const endedAtMs = (position: number) => samples.endedAtMs[ended[position] ?? 0] ?? 0
  const spanMs = endedAtMs(to) - endedAtMs(from)
  if (!(spanMs > 0)) return undefined
  const good = ended.slice(from + 1, to + 1).filter((index) => outcomeAt(samples, index) === 'ok')
  return (good.length * 1000) / spanMs
}

const instants = 24

function inFlightOf(samples: Samples, leaveOut: number): number[] {
  const ordered = inOrder(samples)
  const fromMs = samples.dueAtMs[ordered[Math.min(leaveOut, ordered.length - 1)] ?? 0] ?? 0
  const [, toMs] = dueSpan(samples)
  const starts = ordered.map((index) => samples.dueAtMs[index] ?? 0)
  const ends = samples.endedAtMs.slice(0, samples.length).sort()
  return Array.from({ length: instants }, (_, instant) => {
    const atMs = fromMs + ((toMs - fromMs) * (instant + 1)) / instants
    return countUpTo(starts, atMs) - countUpTo(ends, atMs)
  })
}

/** How many of `values`, which rise, are at most `limit`. */
function countUpTo(values: ArrayLike<number>, limit: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const between = (low + high) >> 1
    if ((values[between] ?? 0) <= limit) low = between + 1
    else high = between
  }
  return low
}
