import type { BreakingPoint } from '../src/domain/study/breaking-point.ts'
import { searchBreakingPoint } from '../src/run/study/breaking-point.ts'
import { median } from '../src/stats/moments.ts'
import { quantile } from '../src/stats/quantile.ts'
import { sorted } from '../src/stats/sorted.ts'
import { type Draw, drawing } from './draw.ts'
import type { Experiment } from './experiment.ts'
import type { Bound } from './line.ts'
import { type Estimate, loadRules } from './load-rules.ts'
import type { Queue } from './queue.ts'
import { probeQueue } from './queue-probe.ts'
import { highestRate } from './queue-truth.ts'
import type { Observation } from './tally.ts'

/** A system whose breaking point is searched for. */
export interface System extends Queue {
  /** Part of the names of its lines. */
  name: string
  /** What p95 may be, in service times. */
  bound: number
  /** Whether the search is held to what it promises there. @default false */
  held?: boolean | undefined
  /** Whether there is no answer to give. @default false */
  unanswerable?: boolean | undefined
}

/** Those that are measured: the usual ones, then hard ones. */
export const systems: readonly System[] = [
  { name: 'slots_20', slots: 20, cv: 0.6, bound: 3, held: true },
  { name: 'slots_100', slots: 100, cv: 0.6, bound: 2.5, held: true },
  { name: 'slots_5', slots: 5, cv: 0.6, bound: 4 },
  { name: 'slots_1', slots: 1, cv: 0.6, bound: 4 },
  { name: 'cv_120', slots: 20, cv: 1.2, bound: 4 },
  { name: 'stall', slots: 20, cv: 0.6, bound: 3, stall: { every: 30, lasts: 1 } },
  { name: 'rare_stall', slots: 20, cv: 0.6, bound: 4, stall: { every: 60, lasts: 3 } },
  { name: 'cliff', slots: 20, cv: 0.6, bound: 3, refusesAbove: 15 },
  { name: 'no_slack', slots: 5, cv: 1.2, bound: 3, unanswerable: true },
]

const q = 0.95

/**
 * Searches for the breaking point of simulated queues, and estimates of it by other rules.
 *
 * @param few whether the searches are so few that a percentile of their errors may break a bound by chance
 */
export function breakingPointExperiments(searches: number, few: boolean): Experiment[] {
  // One trial makes them all: a percentile of errors is no sum.
  return systems.map((system) => ({
    name: `breaking-point.${system.name}`,
    trials: 1,
    trial: (seed) => searchAll(system, { searches, seed, few }),
  }))
}

function searchAll(
  system: System,
  { searches, seed, few }: { searches: number; seed: number; few: boolean },
): Observation[] {
  const name = `breaking_point.${system.name}`
  const draws = () => Array.from({ length: searches }, (_, index) => drawing(seed + index))
  const answers = draws().map((draw) => search(system, draw))
  const found = answers.filter((one) => one.answer === 'found')
  const runs = answers.reduce((sum, one) => sum + one.runs, 0)
  const answered = { name: `${name}.answered`, hits: found.length, n: searches }
  const spent = { name: `${name}.runs`, hits: runs, n: searches, clustered: true }
  if (system.unanswerable) return [{ ...answered, bound: { atMost: 0.15 } }, spent]

  const truth = highestRate(system, q, system.bound)
  const peers = loadRules.map((rule) => ({
    name: `peer.${rule.name}.${name}`,
    estimates: draws().map((draw) => rule.estimate(system, q, system.bound, draw)),
  }))
  const errors = found.map(({ sustainedPerSecond }) => sustainedPerSecond / truth - 1)
  const bound = (atMost: number): Bound | undefined => (system.held ? { atMost } : undefined)
  const beyond = errors.filter((error) => Math.abs(error) > 0.1).length
  const covered = found.filter(({ interval }) => interval.low <= truth && truth <= interval.high).length
  const rampRuns = peers[0]?.estimates.reduce((sum, one) => sum + one.runs, 0) ?? 0
  return [
    ...errorsOf(name, errors, few ? undefined : bound(0.1)),
    { name: `${name}.beyond_10`, hits: beyond, n: found.length, bound: bound(0.1) },
    { name: `${name}.interval_covers`, hits: covered, n: found.length },
    answered,
    { name: `${name}.cliff`, hits: found.filter(({ shape }) => shape === 'cliff').length, n: found.length },
    spent,
    { name: `${name}.runs_ratio_ramp`, hits: runs, n: rampRuns, bound: bound(1), clustered: true },
    ...peers.flatMap((peer) => [
      ...errorsOf(
        peer.name,
        peer.estimates.map(({ perSecond }) => perSecond / truth - 1),
      ),
      { name: `${peer.name}.runs`, hits: total(peer.estimates), n: searches, clustered: true },
    ]),
  ]
}

function search(system: System, draw: Draw): BreakingPoint {
  const { bound } = system
  const searching = searchBreakingPoint({
    objectives: [{ metric: 'responseTimeMs', statistic: 'p95', bound }],
    maxConcurrency: 1024,
    maxRuns: 100_000,
  })
  let step = searching.next()
  while (!step.done) step = searching.next(probeQueue(system, { q, bound }, step.value, draw))
  return step.value
}

/** The median of `errors`, and what nine of ten are within. */
function errorsOf(name: string, errors: readonly number[], bound?: Bound): Observation[] {
  if (errors.length === 0) return []
  const n = errors.length
  const p90 = quantile(sorted(errors.map(Math.abs)), 0.9)
  return [
    { name: `${name}.error_median`, hits: median(sorted(errors)) * n, n, clustered: true },
    { name: `${name}.error_p90`, hits: p90 * n, n, bound, clustered: true },
  ]
}

function total(estimates: readonly Estimate[]): number {
  return estimates.reduce((sum, { runs }) => sum + runs, 0)
}
