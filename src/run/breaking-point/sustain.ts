import {
  type Binding,
  type BreakingPointFound,
  type BreakingPointNotReached,
  type Cap,
  caps,
  type Probe,
} from '../../domain/breaking-point.ts'
import { normalQuantile } from '../../stats/normal.ts'
import { ask, type Course, isCap, type Searching } from './course.ts'
import { brokenBy, isRising } from './judge.ts'
import { pooled, type Rate, type Saturation } from './saturate.ts'
import type { Refusal } from './unloaded.ts'

/** The answer, without what was spent on it. */
export type Sustained =
  | Omit<BreakingPointFound, 'runs' | 'probes'>
  | Omit<BreakingPointNotReached, 'runs' | 'probes'>
  | Refusal

interface Sustaining extends Rate {
  probe: Probe
}

interface Failing extends Rate {
  bound: Binding
  /** Absent when it was no open load. */
  probe?: Probe | undefined
}

/** What is known so far. */
interface Bracket {
  saturation: Saturation
  capacity: Rate
  low?: Sustaining | undefined
  high?: Failing | undefined
}

const fewestRuns = 300
const fewestTimes = 12
// Where few runs go at a time, all of them wait for a slow one, and it takes the more runs to tell what is usual.
const fewestRunsOfSlots = 6000
const mostRunsOfSlots = 1000
const leftOut = 0.2
const belowCapacity = 0.97
const shortStep = 0.97
const step = 0.95
const longStep = 0.9
const leap = 0.8
const near = 1.12
const lowest = 0.05
const cliff = 3

/** Open loads, at random instants, until one is sustained and one not much higher is not. */
export function* sustain(course: Course, saturation: Saturation): Searching<Sustained> {
  const { capacity, unloaded } = saturation
  const bracket: Bracket = { saturation, capacity, high: brokenUnderClosedLoad(saturation) }
  const { maxRatePerSecond = Number.POSITIVE_INFINITY } = course.search
  for (let rate = firstRate(bracket); rate >= lowest * unloaded.perSecond; ) {
    const perSecond = Math.min(rate, maxRatePerSecond)
    const wanted = runsFor(bracket, perSecond)
    const probe = yield* ask(course, { ratePerSecond: perSecond }, wanted, leftOut * wanted)
    if (isCap(probe)) return whenCapped(bracket, probe)
    const bound = brokenBy(course.search, probe)
    if (bound === undefined) {
      bracket.low = { perSecond, runs: probe.runs, probe }
      if (perSecond === maxRatePerSecond) return { answer: 'notReached', atLeastPerSecond: perSecond, cap: 'rate' }
    } else {
      bracket.high = { perSecond, runs: probe.runs, bound, probe }
      learnCapacity(bracket, probe)
    }
    const answer = answerOf(bracket)
    if (answer !== undefined) return answer
    rate = nextRate(bracket, wanted)
  }
  return { reason: 'nothingSustained' }
}

/** Runs that fail under a closed load would fail under an open one of as many at a time. */
function brokenUnderClosedLoad({ end, concurrency, unloaded }: Saturation): Failing | undefined {
  if (end !== 'failures') return undefined
  return { perSecond: concurrency * unloaded.perSecond, runs: Number.POSITIVE_INFINITY, bound: end }
}

function firstRate({ saturation, capacity, high }: Bracket): number {
  return high === undefined ? belowCapacity * capacity.perSecond : Math.sqrt(saturation.keptPerSecond * high.perSecond)
}

function runsFor({ saturation, capacity }: Bracket, perSecond: number): number {
  const alone = saturation.unloaded.perSecond
  const slots = capacity.perSecond / alone
  const ofSlots = Math.min(mostRunsOfSlots, fewestRunsOfSlots / slots)
  return Math.ceil(Math.max(fewestRuns, ofSlots, (fewestTimes * perSecond) / alone))
}

/** An open load that is too much has the highest throughput, too. */
function learnCapacity(bracket: Bracket, probe: Probe): void {
  const { throughputPerSecond, endedEarly, runs } = probe
  if (endedEarly || throughputPerSecond === undefined) return
  if (isRising(probe) || throughputPerSecond > bracket.capacity.perSecond)
    bracket.capacity = pooled(bracket.capacity, { perSecond: throughputPerSecond, runs })
}

/** The next rate to try: between the two that are known, else lower by how far the last one was off. */
function nextRate({ saturation, capacity, low, high }: Bracket, wanted: number): number {
  if (high === undefined) return 0
  if (low !== undefined) return Math.sqrt(low.perSecond * high.perSecond)
  const { perSecond, bound, probe } = high
  const { keptPerSecond } = saturation
  if (bound === 'failures' || (probe?.endedEarly && probe.runs < wanted / 2))
    return keptPerSecond < step * perSecond ? Math.sqrt(keptPerSecond * perSecond) : leap * perSecond
  if (probe?.endedEarly) return perSecond * step
  return Math.min(shortStep * perSecond, Math.max(longStep * perSecond, belowCapacity * capacity.perSecond))
}

/** The answer, when what is sustained and what is not lie close together. */
function answerOf({ saturation, capacity, low, high }: Bracket): Sustained | undefined {
  if (low === undefined) return undefined
  if (high !== undefined) return high.perSecond <= near * low.perSecond ? found(low, high) : undefined
  const { end } = saturation
  return isCapEnd(end)
    ? { answer: 'notReached', atLeastPerSecond: low.perSecond, cap: end }
    : found(low, { ...capacity, bound: end })
}

function whenCapped({ saturation, low, high }: Bracket, cap: Cap): Sustained {
  if (low !== undefined && high !== undefined) return found(low, high)
  const { end, keptPerSecond } = saturation
  return high === undefined && isCapEnd(end)
    ? { answer: 'notReached', atLeastPerSecond: keptPerSecond, cap }
    : { reason: 'cap', cap }
}

function isCapEnd(end: Saturation['end']): end is Cap {
  return caps.some((cap) => cap === end)
}

function found(low: Sustaining, high: Failing): Sustained {
  return {
    answer: 'found',
    sustainedPerSecond: low.perSecond,
    failingPerSecond: high.perSecond,
    bound: high.bound,
    shape: shapeOf(low, high),
    interval: { low: low.perSecond * (1 - noiseOf(low)), high: high.perSecond * (1 + noiseOf(high)) },
  }
}

// Of n arrivals at random √n come more or fewer, and what is served in a time varies likewise.
function noiseOf({ runs }: Rate): number {
  return normalQuantile(0.975) * Math.sqrt(2 / runs)
}

function shapeOf(low: Sustaining, { bound, probe }: Failing): 'smooth' | 'cliff' {
  if (bound === 'failures') return 'cliff'
  if (typeof bound === 'string') return 'smooth'
  const before = low.probe.objectives[bound.objective]?.value
  const after = probe?.objectives[bound.objective]?.value
  return before !== undefined && after !== undefined && after > cliff * before ? 'cliff' : 'smooth'
}
