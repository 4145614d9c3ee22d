import { wallClock } from '../domain/clock.ts'
import { type CallSink, claimCall } from './attribution.ts'
import { recordFault } from './guard.ts'
import { recognise } from './provider/all.ts'
import { startedWireCall, type WireCall } from './wire-call.ts'

/** A model call on its way, and whose it is. */
export interface FollowedCall {
  wire: WireCall
  sink: CallSink
}

/**
 * A call to follow, when a request that starts right now is one to a model and made in somebody's scope; else absent.
 *
 * @param path With its query.
 */
export function followRequest(method: string, origin: string, path: string): FollowedCall | undefined {
  if (method !== 'POST') return undefined
  const queryAt = path.indexOf('?')
  const pathname = queryAt === -1 ? path : path.slice(0, queryAt)
  const protocol = recognise(pathname)
  if (protocol === undefined) return undefined
  const sink = claimCall()
  if (sink === undefined) return undefined
  const wire = startedWireCall(protocol, method, origin + pathname, wallClock.nowMs())
  sink.calls.push(wire)
  try {
    sink.onCallStarted?.(wire)
  } catch (error) {
    recordFault(error)
  }
  return { wire, sink }
}

/** Notes the end of the call; only the first end counts. */
export function endCall({ wire, sink }: FollowedCall, error?: unknown): void {
  if (wire.endedAtMs !== undefined) return
  wire.endedAtMs = wallClock.nowMs()
  wire.error = error
  sink.onCallEnded?.(wire)
}
