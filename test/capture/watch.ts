import { attribute, type CallSink } from '../../src/capture/attribution.ts'
import { readCall } from '../../src/capture/read/read-call.ts'
import type { WireCall } from '../../src/capture/wire-call.ts'
import { wallClock } from '../../src/domain/clock.ts'
import type { ModelCall } from '../../src/domain/span.ts'

/** What became of a piece of work, and the model calls made in it. */
export interface Watched<Result> {
  result: Result
  wires: WireCall[]
  calls: ModelCall[]
  /** Milliseconds from the start of the work to its end; the calls' instants count from the same start. */
  latencyMs: number
}

/** Does `work` in a scope of its own, as a run does, and reads its calls when it is done. */
export async function watch<Result>(work: () => Promise<Result>): Promise<Watched<Result>> {
  const sink: CallSink = { calls: [] }
  const originMs = wallClock.nowMs()
  const result = await attribute(sink, work)
  const latencyMs = wallClock.nowMs() - originMs
  const calls = await Promise.all(sink.calls.map((wire) => readCall(wire, originMs)))
  return { result, wires: sink.calls, calls, latencyMs }
}

/** What `work` threw; fails when it did not throw. */
export async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('expected the work to throw')
}

/** The only one of `items`. */
export function only<Item>(items: readonly Item[]): Item {
  const [item] = items
  if (item === undefined || items.length > 1) throw new Error(`expected one item, got ${items.length}`)
  return item
}
