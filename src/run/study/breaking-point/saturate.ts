import type { Binding, Cap, Probe } from '../../../domain/study/breaking-point.ts'
import { ask, type Course, isCap, type Searching } from './course.ts'
import { clearlyBrokenBy } from './judge.ts'
import { type Unloaded, withProbe } from './unloaded.ts'

/** What more and more runs at a time came to. */
export interface Saturation {
  /** Why no more were tried: throughput did not grow, something broke, or a cap was reached. */
  end: Binding | Cap
  /** The highest throughput at which nothing broke, in runs a second. */
  keptPerSecond: number
  /** The highest throughput there is. */
  capacity: Rate
  /** The most runs at a time that did not wait for one another. */
  unqueued: number
  /** As many runs at a time broke it in such a way that no throughput was told; absent when none did. */
  brokenAt?: number | undefined
  unloaded: Unloaded
}

/** A rate that was measured. */
export interface Rate {
  perSecond: number
  /** Runs behind it. */
  runs: number
}

interface Level extends Rate {
  concurrency: number
}

const factor = 4
// Each lane makes so many runs, the first of which is left out: it fills the queue.
const wavesEach = 4
const fewestRuns = 12
// Throughput grows for each doubling of the runs in flight, or it does not.
const growth = 1.15
const fallen = 0.9
const collapsed = 0.5
const unqueuedShare = 0.85
const sameCapacity = 0.9

/** Closed loads, each of four times as many runs in flight, until throughput grows no more or something breaks. */
export function* saturate(course: Course, alone: Unloaded): Searching<Saturation> {
  const { maxRatePerSecond = Number.POSITIVE_INFINITY, maxConcurrency } = course.search
  const most = Math.min(maxConcurrency, Math.max(1, Math.floor(maxRatePerSecond / alone.perSecond)))
  const levels: Level[] = [{ concurrency: 1, perSecond: alone.perSecond, runs: course.runs }]
  const found: Saturation = {
    end: most < maxConcurrency ? 'rate' : 'concurrency',
    keptPerSecond: alone.perSecond,
    capacity: { perSecond: alone.perSecond, runs: course.runs },
    unqueued: 1,
    unloaded: alone,
  }
  for (let last = levels[0]; last !== undefined && last.concurrency < most; last = levels.at(-1)) {
    const concurrency = Math.min(most, factor * last.concurrency)
    const probe = yield* askLevel(course, concurrency)
    if (isCap(probe)) return { ...found, end: probe }
    const level = levelOf(probe, concurrency)
    levels.push(level)
    note(found, levels, probe)
    const broken = clearlyBrokenBy(course.search, probe)
    const grown = level.perSecond / last.perSecond
    if (broken === 'failures' || (broken !== undefined && grown < collapsed))
      return { ...found, end: broken, brokenAt: concurrency }
    if (grown < fallen) yield* lookBetween(course, found, levels)
    if (broken !== undefined) return { ...found, end: broken }
    found.keptPerSecond = Math.max(found.keptPerSecond, level.perSecond)
    if (grown < growth ** Math.log2(concurrency / last.concurrency)) return { ...found, end: 'throughput' }
  }
  return found
}

/** Where more runs at a time come to less, the highest throughput lies before. */
function* lookBetween(course: Course, found: Saturation, levels: Level[]): Searching<void> {
  const [before, after] = levels.slice(-2)
  const concurrency = Math.round(Math.sqrt((before?.concurrency ?? 1) * (after?.concurrency ?? 1)))
  const probe = yield* askLevel(course, concurrency)
  if (isCap(probe)) return
  levels.push(levelOf(probe, concurrency))
  note(found, levels, probe)
}

function askLevel(course: Course, concurrency: number): Searching<Probe | Cap> {
  return ask(course, { concurrency }, Math.max(fewestRuns, wavesEach * concurrency), concurrency)
}

function levelOf({ throughputPerSecond = 0, runs }: Probe, concurrency: number): Level {
  return { concurrency, perSecond: throughputPerSecond, runs }
}

/** Adds to `found` what the last of `levels` tells. */
function note(found: Saturation, levels: readonly Level[], probe: Probe): void {
  const last = levels.at(-1)
  if (last === undefined) return
  found.capacity = capacityOf(levels)
  if (probe.endedEarly || last.perSecond < unqueuedShare * last.concurrency * found.unloaded.perSecond) return
  found.unqueued = Math.max(found.unqueued, last.concurrency)
  found.unloaded = withProbe(found.unloaded, probe)
}

/** The highest throughput, by all levels that come near it: the highest of many is too high by chance. */
function capacityOf(levels: readonly Level[]): Rate {
  const highest = Math.max(...levels.map(({ perSecond }) => perSecond))
  const near = levels.filter(({ perSecond }) => perSecond >= sameCapacity * highest)
  return near.reduce<Rate>(pooled, { perSecond: 0, runs: 0 })
}

/** Both as one, by their runs. */
export function pooled(one: Rate, other: Rate): Rate {
  const runs = one.runs + other.runs
  return { perSecond: (one.perSecond * one.runs + other.perSecond * other.runs) / runs, runs }
}
