import { formatMs, formatRatio, plural } from '../../domain/format.ts'
import type { ModelCall } from '../../domain/span.ts'
import { meanOf, type Rule } from './evidence.ts'
import { hostOf } from './places.ts'

// undici lets go of a connection that has been idle for four seconds, Node's server after five.
const idleMs = 4_000
// A connection is free a moment after its answer has been read, so that the next call may open a second one.
const fewestIdle = 2
// Fewer are what pools do where calls come and go.
const worthRatio = 0.2

/** A call on the clock of the execution. */
interface Placed {
  call: ModelCall
  /** Position of its run in the evidence; absent when that is not looked at. */
  run: number | undefined
  startMs: number
  endMs: number
}

/**
 * Calls that opened a connection while at least two others to the same host were open and idle. What would be saved is the time
 * from their start until they could be sent.
 */
export const coldConnections: Rule = ({ runs, traced }) => {
  const seen = new Map(runs.flatMap(({ calls }, run) => calls.map((call) => [call, run])))
  const placed = traced
    .flatMap(({ calls, startedAtMs }) =>
      calls
        .filter(({ newConnection }) => newConnection !== undefined)
        .map((call): Placed => {
          const startMs = startedAtMs + call.startedAtMs
          return {
            call,
            run: seen.get(call),
            startMs,
            endMs: startedAtMs + (call.endedAtMs ?? Number.POSITIVE_INFINITY),
          }
        }),
    )
    .sort((a, b) => a.startMs - b.startMs)
  return [...Map.groupBy(placed, ({ call }) => hostOf(call.url))].flatMap(([host, calls]) => {
    const warm = calls.filter(
      ({ run, startMs }, position) => run !== undefined && idleBefore(calls.slice(0, position), startMs) >= fewestIdle,
    )
    const cold = warm.filter(({ call }) => call.newConnection === true)
    if (cold.length === 0 || cold.length < worthRatio * warm.length) return []
    const waits = cold.map(({ call }) => waitOf(call))
    const savedMs = runs.map((_, run) =>
      cold.filter((one) => one.run === run).reduce((sum, { call }) => sum + waitOf(call), 0),
    )
    return [
      {
        rule: 'coldConnections',
        place: [{ kind: 'modelCall', name: `model calls to ${host}` }],
        savedMs,
        cause: `${plural(cold.length / runs.length, 'call')} a run opened a connection though others to ${host} were idle, which took ${formatMs(meanOf(waits))} each: ${formatRatio(cold.length / warm.length)} of the calls that could have used one.`,
        suggestion:
          'Make the client once, outside of the runs, with one pool that keeps connections alive; where they are closed all the same, see who closes them.',
        effort: 'small',
      },
    ]
  })
}

/** Connections that were open at `atMs` and had nothing on their way. */
function idleBefore(earlier: readonly Placed[], atMs: number): number {
  const recent = earlier.filter(({ endMs }) => endMs > atMs - idleMs)
  const opened = recent.filter(({ call }) => call.newConnection === true).length
  const busy = recent.filter(({ endMs }) => endMs > atMs).length
  return opened - busy
}

function waitOf({ startedAtMs, sentAtMs }: ModelCall): number {
  return sentAtMs === undefined ? 0 : Math.max(0, sentAtMs - startedAtMs)
}
