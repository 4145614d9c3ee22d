/** What starts runs. */
interface Starting {
  run: (index: number, dueMs: number) => Promise<void>
  stopped: () => boolean
}

/**
 * `loop`, which pauses before some of its runs: those before have all ended then, `look` is called, and no further run starts once the
 * loop says that it has stopped.
 *
 * @param indexes of those runs
 * @param look given the index
 */
export function lookingBefore<Loop extends Starting>(
  indexes: ReadonlySet<number>,
  look: (index: number) => void,
  loop: Loop,
): Loop {
  const inFlight = new Set<Promise<void>>()
  let gate: Promise<void> = Promise.resolve()

  async function pause(index: number, before: readonly Promise<void>[]): Promise<void> {
    await Promise.allSettled(before)
    if (!loop.stopped()) look(index)
  }

  async function runBehind(opened: Promise<void>, index: number, dueMs: number): Promise<void> {
    await opened
    if (!loop.stopped()) await loop.run(index, dueMs)
  }

  return {
    ...loop,
    run: async (index, dueMs) => {
      if (indexes.has(index)) gate = pause(index, [...inFlight])
      // From the call on, for one that is still to pass the gate would start behind the back of the next look.
      const run = runBehind(gate, index, dueMs)
      inFlight.add(run)
      try {
        await run
      } finally {
        inFlight.delete(run)
      }
    },
  }
}
