import type { Probe } from '../../../domain/study/breaking-point.ts'
import { answerOf, type Bracket, type Failing, isCapEnd, type Sustained, slotsOf, whenCapped } from './bracket.ts'
import { ask, type Course, isCap, type Searching } from './course.ts'
import { brokenBy, fewestJudged, isRising } from './judge.ts'
import { pooled, type Saturation } from './saturate.ts'

const fewestRuns = 225
const fewestTimes = 12
// The fewer runs go at a time, the longer a slow one keeps the others waiting, and the more of them tell what is usual.
const fewestRunsOfSlots = 4600
const mostRunsOfSlots = 1000
// They find no queue yet.
const leftOut = 0.2
const belowCapacity = 0.96
const shortStep = 0.97
const step = 0.95
const longStep = 0.9
const leap = 0.8
// Of the rate of one run at a time.
const lowest = 0.05

/** Open loads, at random instants, until one is sustained and one not much higher is not. */
export function* sustain(course: Course, saturation: Saturation): Searching<Sustained> {
  const { capacity, unloaded } = saturation
  const bracket: Bracket = { saturation, capacity, high: brokenUnderClosedLoad(saturation), misses: 0 }
  const { maxRatePerSecond = Number.POSITIVE_INFINITY } = course.search
  for (let rate = firstRate(bracket); rate >= lowest * unloaded.perSecond; ) {
    const perSecond = Math.min(rate, maxRatePerSecond)
    const wanted = runsFor(course, bracket, perSecond)
    const probe = yield* ask(course, { ratePerSecond: perSecond }, wanted, leftOut * wanted)
    if (isCap(probe)) return whenCapped(bracket, probe)
    const bound = brokenBy(course.search, probe)
    if (bound === undefined) {
      bracket.low = { perSecond, runs: probe.runs, probe }
      if (perSecond === maxRatePerSecond) return { answer: 'notReached', atLeastPerSecond: perSecond, cap: 'rate' }
    } else {
      bracket.high = { perSecond, runs: probe.runs, bound, probe }
      bracket.misses += 1
      learnCapacity(bracket, probe)
    }
    const answer = answerOf(bracket)
    if (answer !== undefined) return answer
    rate = nextRate(bracket, wanted)
  }
  return { reason: 'nothingSustained' }
}

/** What breaks so many runs at a time would break as many that wait for nothing. */
function brokenUnderClosedLoad({ end, brokenAt, unloaded }: Saturation): Failing | undefined {
  if (brokenAt === undefined || isCapEnd(end)) return undefined
  return { perSecond: brokenAt * unloaded.perSecond, runs: Number.POSITIVE_INFINITY, bound: end }
}

function firstRate({ saturation, capacity, high }: Bracket): number {
  return high === undefined ? belowCapacity * capacity.perSecond : Math.sqrt(saturation.keptPerSecond * high.perSecond)
}

function runsFor({ search }: Course, bracket: Bracket, perSecond: number): number {
  const alone = bracket.saturation.unloaded.perSecond
  const ofSlots = Math.min(mostRunsOfSlots, fewestRunsOfSlots / slotsOf(bracket))
  const judged = fewestJudged(search) / (1 - leftOut)
  return Math.ceil(Math.max(fewestRuns, judged, ofSlots, (fewestTimes * perSecond) / alone))
}

/** An open load that is too much has the highest throughput, too. */
function learnCapacity(bracket: Bracket, probe: Probe): void {
  const { throughputPerSecond, endedEarly, runs } = probe
  if (endedEarly || throughputPerSecond === undefined) return
  if (isRising(probe) || throughputPerSecond > bracket.capacity.perSecond)
    bracket.capacity = pooled(bracket.capacity, { perSecond: throughputPerSecond, runs })
}

/** The next rate to try: between the two that are known, else lower by how far the last one was off. */
function nextRate({ saturation, capacity, low, high, misses }: Bracket, wanted: number): number {
  // Where nothing is too much, the first load that is sustained is the answer.
  if (high === undefined) return 0
  if (low !== undefined) return Math.sqrt(low.perSecond * high.perSecond)
  const { perSecond, bound, probe } = high
  const { keptPerSecond } = saturation
  if (bound === 'failures' || (probe?.endedEarly && probe.runs < wanted / 2))
    return keptPerSecond < step * perSecond ? Math.sqrt(keptPerSecond * perSecond) : leap * perSecond
  if (probe?.endedEarly) return Math.min(step, shortStep ** misses) * perSecond
  // The more of them were too much, the farther it is.
  const most = Math.max(longStep * perSecond, belowCapacity * capacity.perSecond)
  return Math.min(shortStep ** misses * perSecond, most)
}
