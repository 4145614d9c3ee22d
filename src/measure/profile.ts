import { Session } from 'node:inspector'
import { type CpuProfile, profileFrom } from '../domain/profile/cpu-profile.ts'

/** Looks again and again at what this thread runs. */
export interface Profiler {
  start: () => void
  /** What was found since {@link start}. */
  stop: () => CpuProfile
  /** Lets go of it; call it once, whatever happened. */
  close: () => void
}

/**
 * A CPU profiler of this thread. It goes beside a debugger and beside other profilers, but not beside what counts which code runs: that
 * would be ended.
 *
 * @param intervalUs from one look to the next, in microseconds
 * @throws Error when this process may not be profiled
 */
export function openProfiler(intervalUs: number): Profiler {
  if (process.env.NODE_V8_COVERAGE !== undefined)
    throw new Error('NODE_V8_COVERAGE is set, and profiling would end that coverage')
  const session = new Session()
  session.connect()
  try {
    post(session, 'Profiler.enable')
    post(session, 'Profiler.setSamplingInterval', { interval: intervalUs })
  } catch (error) {
    session.disconnect()
    throw error
  }
  let startedMs = 0
  return {
    start: () => {
      post(session, 'Profiler.start')
      // After that, for what is being optimized in the background must be seen when it comes.
      forgetOptimizedCode(session)
      startedMs = performance.now()
    },
    stop: () => {
      const elapsedMs = performance.now() - startedMs
      const { profile } = post(session, 'Profiler.stop') as { profile: CpuProfile }
      return profileFrom(profile, profile.endTime - elapsedMs * 1000)
    },
    close: () => session.disconnect(),
  }
}

// V8 does not tell a profiler of code that it has optimized in the middle of a loop before: what that does would be taken for its
// caller's. Counting calls precisely begins with throwing all optimized code away, of which it makes new one as it is needed.
function forgetOptimizedCode(session: Session): void {
  post(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  post(session, 'Profiler.stopPreciseCoverage')
}

// A session in its own thread answers before it returns.
function post(session: Session, method: string, given?: object): unknown {
  let answer: unknown
  let refused: Error | undefined
  session.post(method, given, (error, result) => {
    refused = error === null ? undefined : new Error(`${method}: ${error.message}`)
    answer = result
  })
  if (refused !== undefined) throw refused
  return answer
}
