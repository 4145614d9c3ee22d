import type { Clock } from '../../domain/clock.ts'
import { wallClock } from '../../domain/clock.ts'
import { type Fault, type FaultKind, faultFor, noFaults } from '../../domain/fault.ts'
import { callsInRuns } from '../follow.ts'
import { openDoor } from './door.ts'
import { errorAnswer } from './error-body.ts'
import { faultAlteration } from './fault-alteration.ts'
import type { Departure, Passage } from './passage.ts'

/** Faults that are being injected. */
export interface InjectedFaults {
  /** How many model calls came to the door so far, those that met a fault included. */
  calls: () => number
  /** How many of them met each kind of fault. */
  injected: () => Record<FaultKind, number>
  /**
   * How many model calls went past the door, where no fault can meet them: realtime connections over a WebSocket, and requests of which
   * only the body tells that they ask a model, where it comes too late to tell.
   */
  past: () => number
  /** Injects no more; calls that a fault keeps waiting lose their connection. */
  stop: () => Promise<void>
}

/**
 * Has the model calls of runs meet the faults of `plan`, from now on until it is stopped. Calls are counted from 0, and the clock
 * of the load is 0 now.
 *
 * @param seed a whole number from 0 to 2³² − 1
 * @param clock that of the load
 * @param isOurs whether the calls of now are those that the plan is for; others are neither met nor counted
 * @default isOurs always
 */
export async function injectFaults(
  plan: readonly Fault[],
  seed: number,
  clock: Clock = wallClock,
  isOurs: () => boolean = () => true,
): Promise<InjectedFaults> {
  const injected = noFaults()
  let calls = 0
  let others = 0
  let originMs = clock.nowMs()
  const decide = (departure: Departure): Passage | undefined => {
    if (!isOurs()) {
      others += 1
      return undefined
    }
    const call = { index: calls++, atMs: clock.nowMs() - originMs, provider: departure.protocol.provider }
    const fault = faultFor(plan, call, seed)
    if (fault === undefined) return undefined
    injected[fault.kind] += 1
    return passageOf(fault, departure)
  }
  const stop = await openDoor({ decide })
  originMs = clock.nowMs()
  const callsBefore = callsInRuns()
  const past = (): number => Math.max(0, callsInRuns() - callsBefore - calls - others)
  return { calls: () => calls, past, injected: () => ({ ...injected }), stop }
}

function passageOf(fault: Fault, { protocol }: Departure): Passage {
  const injected = fault.kind
  switch (fault.kind) {
    case 'rateLimit':
    case 'serverError': {
      const { retryAfterMs } = fault
      const status = fault.kind === 'serverError' ? fault.status : 429
      return { kind: 'answer', injected, answer: () => errorAnswer(protocol.provider, { status, retryAfterMs }) }
    }
    case 'connectionRefused':
      return { kind: 'refuse', injected }
    case 'connectionReset':
      return { kind: 'reset', injected }
    case 'timeout':
      return { kind: 'silence', injected }
    default:
      return { kind: 'alter', injected, alter: (head) => faultAlteration(fault, head) }
  }
}
