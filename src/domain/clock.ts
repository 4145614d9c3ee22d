/** The only source of time. The wall clock in use, a virtual one in tests. */
export interface Clock {
  /** Milliseconds, monotonic, from an arbitrary origin. */
  nowMs: () => number
  /** Calls `then` once after `ms`; the returned function cancels it. */
  after: (ms: number, then: () => void) => () => void
  /** Calls `then` every `ms`, without keeping the process alive; the returned function ends it. */
  every: (ms: number, then: () => void) => () => void
  /** Lets timers and I/O have their turn, so that agents which never wait cannot starve them. */
  breathe: () => Promise<void>
}

/** Resolves after `ms` on `clock`. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}

// Bound when the module loads: fake timers of a test replace the globals later, and must not stop our clock.
const now = performance.now.bind(performance)
const startedAtMs = performance.timeOrigin
const { bigint: nowNs } = process.hrtime
const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis

/** Monotonic time of this process; fake timers cannot stop it. */
export const wallClock: Clock = {
  nowMs: now,
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
  every: (ms, then) => {
    const timer = setInterval(then, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
}

/** The time of day in milliseconds since 1970, as it was when the process started and has run on since: a test may set the date. */
export function timeOfDayMs(): number {
  return startedAtMs + now()
}

/** Milliseconds, monotonic, from an arbitrary origin that all threads of this process share; fake timers cannot stop it. */
export function nowOfThreadsMs(): number {
  return Number(nowNs()) / 1e6
}
