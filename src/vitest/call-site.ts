/** The place in the user's code that a scenario was written at. */
export interface CallSite {
  /** Stack frames of the user's code, as text. */
  readonly frames: string
}

// Built or not, our code is all in one folder.
const ownFolder = /^.*\/(?:dist|src)(?=\/)/.exec(import.meta.url)?.[0] ?? import.meta.url

/** Where the function that calls this was called from, without the frames of this package. */
export function callSite(): CallSite {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 30
  const stack = new Error('call site').stack ?? ''
  Error.stackTraceLimit = limit
  const path = ownFolder.replace(/^file:\/\//, '')
  const frames = stack
    .split('\n')
    .slice(1)
    .filter((frame) => !frame.includes(ownFolder) && !frame.includes(path))
  return { frames: frames.join('\n') }
}

/** `error` as if it had been thrown at `site`, so that the runner shows the user's own line. */
export function raisedAt<Thrown extends Error>(error: Thrown, site: CallSite): Thrown {
  error.stack = `${error.name}: ${error.message}\n${site.frames}`
  return error
}
