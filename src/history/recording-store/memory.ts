/** Values that may be asked for again, as many as there is room for. */
export interface Memory<Value> {
  /** Absent when it was never kept, or had to go. */
  get: (key: string) => Value | undefined
  /** Keeps `value`, which takes `bytes`, in place of those that were not asked for longest. */
  set: (key: string, value: Value, bytes: number) => void
  delete: (key: string) => void
  /** What all of them take. */
  bytes: () => number
}

/** A memory that holds at most `mostBytes`: what was not asked for longest goes first, and what is larger is never kept. */
export function memoryOf<Value>(mostBytes: number): Memory<Value> {
  // In the order in which they were asked for last.
  const kept = new Map<string, { value: Value; bytes: number }>()
  let total = 0
  const remove = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  return {
    get: (key) => {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    set: (key, value, bytes) => {
      remove(key)
      if (bytes > mostBytes) return
      for (const oldest of kept.keys()) {
        if (total + bytes <= mostBytes) break
        remove(oldest)
      }
      kept.set(key, { value, bytes })
      total += bytes
    },
    delete: remove,
    bytes: () => total,
  }
}
