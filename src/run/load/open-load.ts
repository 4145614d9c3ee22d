import type { Clock } from '../../domain/clock.ts'
import { type Arrival, arrivals } from '../../domain/load/arrival.ts'
import type { OpenLoad } from '../../domain/load/load.ts'
import type { Pace } from '../../domain/load/pace.ts'
import { startsForMs } from '../../domain/load/plan-load.ts'
import { breathEveryMs, type Starting } from './run-loop.ts'

const startsTogether = 16

/**
 * Starts runs when `load` says so, whatever becomes of the earlier ones.
 *
 * @param total how many runs to start; absent when time ends the load
 */
export async function executeOpen(
  load: OpenLoad,
  total: number | undefined,
  course: Starting,
  pace: Pace,
  clock: Clock,
): Promise<void> {
  const { maxInFlight = Number.POSITIVE_INFINITY } = load
  const originMs = clock.nowMs()
  const wanted = total === undefined || startsForMs(load) === undefined ? arrivals(load) : repeated(load)
  const pacer = pace(wanted, originMs, course.isOver)
  let inFlight = 0
  let breathedMs = originMs
  let pausing = false
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>()
  let allStarted = false

  const ended = () => {
    inFlight -= 1
    if (allStarted && inFlight === 0) drain()
  }
  const failed = (error: unknown) => {
    course.fail(error)
    ended()
  }
  const start = ({ index, dueMs }: Arrival) => {
    inFlight += 1
    course.run(index, originMs + dueMs).then(ended, failed)
  }
  const pause = () => {
    if (pausing) return
    pausing = true
    Promise.resolve(course.pause?.()).then(
      () => {
        pausing = false
      },
      (error: unknown) => course.fail(error),
    )
  }
  const waiting = async <Waited>(wait: Promise<Waited>) => {
    const waited = await wait
    breathedMs = clock.nowMs()
    pause()
    return waited
  }

  for (let made = 0; made !== total; made++) {
    const next = pacer.next()
    const arrival = next instanceof Promise ? await waiting(next) : next
    if (arrival === undefined) break
    // What has ended in the meantime is only known after a breath.
    if (inFlight >= maxInFlight || clock.nowMs() - breathedMs >= breathEveryMs) await waiting(clock.breathe())
    if (course.isOver()) break
    if (inFlight < maxInFlight) start(arrival)
    else course.dropped?.(arrival)
    // Those that are through in a few microtasks shall not pile up while others start.
    if (made % startsTogether === 0) await undefined
  }
  pacer.close()
  allStarted = true
  course.allStarted()
  if (inFlight > 0) await drained
}

/** The arrivals of `load`, which starts over when its time is through. */
function* repeated(load: OpenLoad): Generator<Arrival> {
  const roundMs = startsForMs(load) ?? 0
  let made = 0
  for (let round = 0; ; round++) {
    const before = made
    for (const { index, dueMs } of arrivals(load)) {
      yield { index: roundMs === 0 ? index : made, dueMs: dueMs + round * roundMs }
      made += 1
    }
    if (made === before) return
  }
}
