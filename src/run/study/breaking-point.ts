import type { BreakingPoint, BreakingPointSearch, Probe, ProbeRequest } from '../../domain/study/breaking-point.ts'
import type { Sustained } from './breaking-point/bracket.ts'
import type { Course, Searching } from './breaking-point/course.ts'
import { saturate } from './breaking-point/saturate.ts'
import { sustain } from './breaking-point/sustain.ts'
import { makeClear, measureUnloaded, type Refusal } from './breaking-point/unloaded.ts'

/**
 * Finds the highest load that a system sustains: the most runs a second, at random instants, under which every objective is kept and
 * runs in flight do not become more and more.
 *
 * First unloaded, one run at a time: there is no answer where an objective is not clearly kept. Then saturated, by more and more runs
 * in flight, until throughput grows no more: no higher load can be sustained. Then sustained: open loads from just below that on.
 *
 * Bisection by short probes overshoots, for a queue takes many service times to build up; a ramp sees the queue of an earlier load.
 * Under a load that is too much, runs in flight rise from the first on (H. B. Mann, Econometrica 13, 1945), and throughput tells how
 * much too much.
 *
 * @param probe makes what is asked for; each is awaited before the next
 * @throws {RangeError} when `search` has nothing to find or no room for it; and what `probe` throws
 */
export async function findBreakingPoint(
  search: BreakingPointSearch,
  probe: (request: ProbeRequest) => Promise<Probe>,
): Promise<BreakingPoint> {
  const searching = searchBreakingPoint(search)
  let step = searching.next()
  while (!step.done) step = searching.next(await probe(step.value))
  return step.value
}

/** {@link findBreakingPoint} as steps: yields what it asks for, and is given the probe that was made. */
export function* searchBreakingPoint(search: BreakingPointSearch): Searching<BreakingPoint> {
  requireSearch(search)
  const course: Course = { search, probes: [], runs: 0 }
  const found = yield* answer(course)
  const spent = { runs: course.runs, probes: course.probes }
  return 'answer' in found ? { ...found, ...spent } : { answer: 'refused', ...found, ...spent }
}

function* answer(course: Course): Searching<Sustained | Refusal> {
  const unloaded = yield* measureUnloaded(course)
  if ('reason' in unloaded) return unloaded
  const saturation = yield* saturate(course, unloaded)
  const refusal = yield* makeClear(course, saturation.unloaded, saturation.unqueued)
  return refusal ?? (yield* sustain(course, saturation))
}

function requireSearch({ objectives, failureRatio = 0, maxConcurrency, maxRuns }: BreakingPointSearch): void {
  if (!objectives.some(({ metric }) => metric !== 'failureRatio'))
    throw new RangeError('expected an objective on a metric, got none')
  const shares = [failureRatio, ...objectives.flatMap((one) => (one.metric === 'failureRatio' ? one.bound : []))]
  const stray = shares.find((share) => !(share >= 0 && share < 1))
  if (stray !== undefined) throw new RangeError(`expected a failure ratio from 0 to below 1, got ${stray}`)
  if (!(maxConcurrency >= 1)) throw new RangeError(`expected a highest concurrency from 1, got ${maxConcurrency}`)
  if (!(maxRuns >= 1)) throw new RangeError(`expected a highest number of runs from 1, got ${maxRuns}`)
}
