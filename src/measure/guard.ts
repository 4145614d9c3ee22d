/** What {@link guardProcess} reports to. */
export interface Guarded {
  /** Takes `error` as the failure of the run that it happened in; returns false when there is none. */
  claim: (error: unknown) => boolean
}

const events = ['uncaughtException', 'unhandledRejection'] as const
type Listener = (...rest: unknown[]) => void

/** Thrown into an agent that calls `process.exit`, so that what follows the call does not happen. */
export class ProcessExitError extends Error {
  override name = 'ProcessExitError'
}

/**
 * Keeps an agent's `process.exit`, uncaught exceptions and unhandled rejections to its own run, until the returned function is
 * called. What belongs to no run goes where it would have gone without us.
 */
export function guardProcess(guarded: Guarded): () => void {
  const exit = process.exit
  process.exit = (code) => {
    const error = new ProcessExitError(`The agent called process.exit(${code ?? ''})`)
    if (!guarded.claim(error)) return exit(code)
    throw error
  }
  const restores = events.map((event) => {
    // Raw ones, so that who asked to be told once is still told once.
    const before = process.rawListeners(event) as Listener[]
    const listener: Listener = (error, ...rest) => {
      if (error instanceof ProcessExitError || guarded.claim(error)) return
      for (const one of before) one.call(process, error, ...rest)
      if (before.length === 0) throw error
    }
    process.removeAllListeners(event)
    process.on(event, listener)
    return () => {
      const added = (process.rawListeners(event) as Listener[]).filter((one) => one !== listener)
      process.removeAllListeners(event)
      for (const one of [...before, ...added]) process.on(event, one)
    }
  })
  return () => {
    process.exit = exit
    for (const restore of restores) restore()
  }
}
