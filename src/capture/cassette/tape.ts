import type { RecordedCall, RecordedRequest, RecordedRun } from '../../domain/recording.ts'
import { mayHaveBeen } from './request-key.ts'
import { masked } from './secrets.ts'

/** What was recorded for one run, while it is replayed. */
export interface Tape {
  /** The recorded call that answers `asked`, each taken once; absent when there is none left. */
  take: (asked: RecordedRequest) => RecordedCall | undefined
}

/**
 * The recordings that one run takes: those of its own first, then of the others in their order, for an agent that does not do the
 * same in every run. Requests that are the same get their answers in the order in which these were recorded.
 */
export function tapeOf(own: RecordedRun, others: readonly RecordedRun[]): Tape {
  const left = [own, ...others.filter((run) => run !== own)].map((run) => new Set(run))
  const takeFrom = (matches: (recorded: RecordedRequest) => boolean): RecordedCall | undefined => {
    for (const calls of left)
      for (const call of calls)
        if (matches(call.request)) {
          calls.delete(call)
          return call
        }
    return undefined
  }
  return {
    take: (asked) =>
      takeFrom(({ key }) => key === asked.key) ??
      takeFrom((recorded) => hasMask(recorded) && mayHaveBeen(recorded, asked)),
  }
}

const hadMask = new WeakMap<RecordedRequest, boolean>()

function hasMask(request: RecordedRequest): boolean {
  const known = hadMask.get(request) ?? (request.path + JSON.stringify(request.body)).includes(masked)
  hadMask.set(request, known)
  return known
}
