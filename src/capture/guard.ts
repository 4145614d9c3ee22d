/** What went wrong inside the capture itself. */
export interface CaptureFaults {
  /** Exceptions since this process started; 0 unless the capture, or a sink's callback, has a bug. */
  count: number
  /** The latest exception; absent when there was none. */
  latest?: unknown
}

let count = 0
let latest: unknown

/** Exceptions that the capture swallowed to keep them out of the agent's requests. */
export function captureFaults(): CaptureFaults {
  return { count, latest }
}

/** Counts `error` instead of throwing it into the agent's request. */
export function recordFault(error: unknown): void {
  count++
  latest = error
}

/** `subscriber`, with its exceptions counted instead of thrown. */
export function guarded(subscriber: (message: unknown) => void): (message: unknown) => void {
  return (message) => {
    try {
      subscriber(message)
    } catch (error) {
      recordFault(error)
    }
  }
}
