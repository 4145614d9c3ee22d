import type { Clock } from '../domain/clock.ts'

/** What became of a promise that was given a time limit. */
export type Within<Value> = { done: true; value: Value } | { done: false }

/** `promise`, or that it took longer than `ms`. Rejects when `promise` does in time. */
export function within<Value>(clock: Clock, promise: PromiseLike<Value>, ms: number): Promise<Within<Value>> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve({ done: false }))
    promise.then(
      (value) => {
        cancel()
        resolve({ done: true, value })
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
