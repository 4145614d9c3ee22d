import type {
  BreakingPointRefused,
  BreakingPointSearch,
  Probe,
  ProbeObjective,
} from '../../../domain/study/breaking-point.ts'
import { ask, type Course, isCap, type Searching } from './course.ts'
import { failsClearly, fewestJudged, standingOf } from './judge.ts'

/** What runs come to that do not wait for one another. */
export interface Unloaded {
  /** Runs a second, one at a time. */
  perSecond: number
  /** One for each objective, over all probes in which nothing waited. */
  told: ProbeObjective[]
}

/** Why there is no answer. */
export type Refusal = Pick<BreakingPointRefused, 'reason' | 'objective' | 'cap'>

const fewestRuns = 59
const roundsAtMost = 20
// Whoever looks again and again sees what is not there, so only the first look may be wrong as often as is usual.
const laterError = 0.02

/** One run at a time: what objectives clearly miss, or what fails, needs no load to do so. */
export function* measureUnloaded(course: Course): Searching<Unloaded | Refusal> {
  const { search } = course
  const probe = yield* ask(course, { concurrency: 1 }, roundRuns(search), 0)
  if (isCap(probe)) return { reason: 'cap', cap: probe }
  const { throughputPerSecond, objectives } = probe
  if (failsClearly(search, probe) || throughputPerSecond === undefined) return { reason: 'failsUnloaded' }
  const missed = search.objectives.findIndex((one, index) => standingOf(one, objectives[index]) === 'missed')
  if (missed !== -1) return { reason: 'missedUnloaded', objective: missed }
  return { perSecond: throughputPerSecond, told: [...objectives] }
}

/** `unloaded` with a probe in which nothing waited either. */
export function withProbe(unloaded: Unloaded, probe: Probe): Unloaded {
  return { ...unloaded, told: merge(unloaded.told, probe) }
}

/**
 * Makes more runs, as many at a time as did not wait for one another, until the objectives are clearly kept.
 *
 * @param concurrency as many as did not wait
 */
export function* makeClear(course: Course, unloaded: Unloaded, concurrency: number): Searching<Refusal | undefined> {
  const { search } = course
  const wanted = roundRuns(search)
  for (let clearing = unloaded; ; ) {
    const objective = unclear(search, clearing.told)
    if (objective === undefined) return undefined
    if (isMissed(search, clearing, objective)) return { reason: 'missedUnloaded', objective }
    if ((clearing.told[objective]?.n ?? 0) >= roundsAtMost * wanted) return { reason: 'insideNoise', objective }
    const probe = yield* ask(course, { concurrency }, Math.max(2 * wanted, 4 * concurrency), 0)
    if (isCap(probe)) return { reason: 'cap', cap: probe, objective }
    // Nothing tells it any more, and nothing would if it were asked for ever.
    if ((probe.objectives[objective]?.n ?? 0) === 0) return { reason: 'insideNoise', objective }
    clearing = withProbe(clearing, probe)
  }
}

function isMissed({ objectives }: BreakingPointSearch, { told }: Unloaded, position: number): boolean {
  const objective = objectives[position]
  return objective !== undefined && standingOf(objective, told[position], laterError) === 'missed'
}

function roundRuns(search: BreakingPointSearch): number {
  return Math.max(fewestRuns, fewestJudged(search))
}

/** The position of an objective on a metric of which it is not clear that it is kept; absent when it is of all. */
function unclear(search: BreakingPointSearch, told: readonly ProbeObjective[]): number | undefined {
  const first = roundRuns(search)
  const found = search.objectives.findIndex((one, index) => {
    const error = (told[index]?.n ?? 0) > first ? laterError : undefined
    return one.metric !== 'failureRatio' && standingOf(one, told[index], error) !== 'kept'
  })
  return found === -1 ? undefined : found
}

function merge(before: readonly ProbeObjective[], { objectives }: Probe): ProbeObjective[] {
  return objectives.map((own, index) => {
    const earlier = before[index]
    return earlier === undefined ? own : together(earlier, own)
  })
}

/** Both as one; the value as their mean, which is only asked of means. */
function together(one: ProbeObjective, other: ProbeObjective): ProbeObjective {
  const n = one.n + other.n
  const weighted = (first: number | undefined, second: number | undefined) =>
    first === undefined || second === undefined ? (first ?? second) : (first * one.n + second * other.n) / n
  const variance = weighted(square(one.deviation), square(other.deviation))
  return {
    n,
    over: one.over + other.over,
    value: weighted(one.value, other.value),
    deviation: variance === undefined ? undefined : Math.sqrt(variance),
  }
}

function square(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value ** 2
}
