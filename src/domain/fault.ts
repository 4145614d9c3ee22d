import { random } from '../stats/random.ts'

/**
 * What can go wrong between an agent and its model.
 *
 * - `rateLimit`: 429, with or without Retry-After
 * - `serverError`: 500, 502, 503, 504 or 529, in the provider's own words
 * - `connectionRefused`: nobody listens: ECONNREFUSED
 * - `connectionReset`: the connection is reset when the request has been sent, before anything is answered: ECONNRESET
 * - `slowFirstToken`: the headers come on time, and all that follows comes later
 * - `stalledStream`: the answer stops in the middle, for a time or for ever
 * - `cutStream`: the connection is lost in the middle of the answer
 * - `malformedChunk`: a part of the answer is no JSON; what follows is as it was
 * - `truncatedJson`: the answer ends in the middle of its JSON, as if that were its end
 * - `timeout`: the request is taken, and never answered
 */
export const faultKinds = [
  'rateLimit',
  'serverError',
  'connectionRefused',
  'connectionReset',
  'slowFirstToken',
  'stalledStream',
  'cutStream',
  'malformedChunk',
  'truncatedJson',
  'timeout',
] as const
/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number]

/** Statuses of a `serverError`: all that providers answer when they are the ones at fault. */
export const faultStatuses = [500, 502, 503, 504, 529] as const
/** One of {@link faultStatuses}. */
export type FaultStatus = (typeof faultStatuses)[number]

/** What a fault does to the model call that it meets. */
export type FaultEffect =
  | {
      kind: 'rateLimit'
      /** How long the provider asks to wait, in milliseconds. @default it does not ask */
      retryAfterMs?: number | undefined
    }
  | {
      kind: 'serverError'
      /** HTTP status. 529 is how Anthropic says that it is overloaded. */
      status: FaultStatus
      /** How long the provider asks to wait, in milliseconds. @default it does not ask */
      retryAfterMs?: number | undefined
    }
  | { kind: 'connectionRefused' | 'connectionReset' | 'timeout' }
  | { kind: 'malformedChunk' | 'truncatedJson' }
  | {
      kind: 'slowFirstToken'
      /** How much later than it would have the answer's body comes, in milliseconds. */
      delayMs: number
    }
  | {
      kind: 'stalledStream'
      /** Events that still come; of an answer that is no stream, its first half comes. @default 2 */
      afterChunks?: number | undefined
      /** How long nothing comes, in milliseconds. @default for ever */
      stallMs?: number | undefined
    }
  | {
      kind: 'cutStream'
      /** Events that still come; of an answer that is no stream, its first half comes. @default 2 */
      afterChunks?: number | undefined
    }

/** A span of time on the clock of the load, which is 0 when the load starts. */
export interface FaultWindow {
  fromMs: number
  /** Not included. */
  toMs: number
}

/** When a fault happens: exactly one of four. The model calls of the load are counted from 0, in the order of their start, retries too. */
export type FaultTiming =
  | {
      /** The share of the model calls that meet it, 0 to 1. Which ones they are follows from the seed. */
      rate: number
      burst?: undefined
      schedule?: undefined
      calls?: undefined
    }
  | {
      /** The last `calls` of every `everyCalls` model calls. */
      burst: { everyCalls: number; calls: number }
      rate?: undefined
      schedule?: undefined
      calls?: undefined
    }
  | {
      /** All model calls that start in one of these times, as when a provider is down. */
      schedule: readonly FaultWindow[]
      rate?: undefined
      burst?: undefined
      calls?: undefined
    }
  | {
      /** The model calls at these positions; the first is 0. */
      calls: readonly number[]
      rate?: undefined
      burst?: undefined
      schedule?: undefined
    }

/** A fault that model calls of the load meet, without the agent being changed. */
export type Fault = FaultEffect &
  FaultTiming & {
    /** Only calls of this provider, as `ModelCall.provider` names it. @default any */
    provider?: string | undefined
  }

/** A model call that is about to leave the process. */
export interface FaultableCall {
  /** Its position among the model calls of the load, from 0. */
  index: number
  /** Its start, on the clock of the load. */
  atMs: number
  /** As in `ModelCall.provider`. */
  provider: string
}

/**
 * The fault of `plan` that `call` meets; absent when it meets none. The first in the plan does that names the call by `calls`,
 * `burst` or `schedule`; else those with a `rate` share one draw, so that each of them has its rate, as long as they come to 1 at
 * most. But for a `schedule` it depends on nothing but the position of the call.
 *
 * @param seed a whole number from 0 to 2³² − 1: the same seed, plan and position give the same fault
 */
export function faultFor(plan: readonly Fault[], call: FaultableCall, seed: number): Fault | undefined {
  const possible = plan.filter(({ provider }) => provider === undefined || provider === call.provider)
  return possible.find((fault) => isNamed(fault, call)) ?? drawn(possible, call.index, seed)
}

/** What faults an execution met. */
export interface FaultsMet {
  /** Model calls that a fault could meet. */
  calls: number
  /** How many met each kind. */
  injected: Record<FaultKind, number>
  /** Model calls that no fault can meet, see METHODOLOGY. */
  past: number
}

/** How many calls met each kind of fault: nothing yet. */
export function noFaults(): Record<FaultKind, number> {
  return {
    rateLimit: 0,
    serverError: 0,
    connectionRefused: 0,
    connectionReset: 0,
    slowFirstToken: 0,
    stalledStream: 0,
    cutStream: 0,
    malformedChunk: 0,
    truncatedJson: 0,
    timeout: 0,
  }
}

function isNamed({ calls, burst, schedule }: Fault, { index, atMs }: FaultableCall): boolean {
  if (calls !== undefined) return calls.includes(index)
  if (burst !== undefined) return index % burst.everyCalls >= burst.everyCalls - burst.calls
  return schedule?.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs) ?? false
}

function drawn(possible: readonly Fault[], index: number, seed: number): Fault | undefined {
  if (possible.every(({ rate }) => rate === undefined)) return undefined
  const draw = random(seedOfCall(seed, index))()
  let upTo = 0
  return possible.find(({ rate = 0 }) => {
    upTo += rate
    return draw < upTo
  })
}

// Not the step of splitmix32, which `random` takes from its seed: neighbouring calls would share their numbers.
function seedOfCall(seed: number, index: number): number {
  return (seed ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
}
